"""From which folder a package is imported: what its own tests import decides.

`src/zope/event` has no `__init__.py` above it, yet its tests say `import zope.event`: a namespace
package. The folder structure alone cannot tell that from a package `event` in a folder `src/zope`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FROM = re.compile(rb"^[ \t>.]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w \t,]*)", re.MULTILINE)
IMPORT = re.compile(rb"^[ \t>.]*import[ \t]+([\w., \t]+)", re.MULTILINE)


def imported_names(source: bytes) -> set[str]:
    """Return the dotted names that a text imports, in doctests too; relative ones left out."""
    found: set[str] = set()
    for match in FROM.finditer(source):
        module = match[1].decode()
        if module.startswith("."):
            continue
        members = [words.split()[0] for words in match[2].decode().split(",") if words.split()]
        found.update((module, *(f"{module}.{member}" for member in members)))
    for match in IMPORT.finditer(source):
        names = match[1].decode().split(",")
        found.update(words.split()[0] for words in names if words.split())
    return found


def import_root(
    default: Path, top: Path, package: Path, texts: Iterable[tuple[Path, bytes]]
) -> Path:
    """Return the folder that tests import a package from.

    Args:
        default: the innermost folder that it can be.
        top: the outermost one.
        package: the package's folder or the module's file.
        texts: (path, contents) of the test files.

    The folder below which most test files find what they import in the package; the innermost
    of those that are equal.
    """
    candidates = list(between(default, top))
    if len(candidates) < 2:
        return default
    counts = dict.fromkeys(candidates, 0)
    for _path, source in texts:
        names = imported_names(source)
        for folder in candidates:
            counts[folder] += any(lies_in(folder, name, package) for name in names)
    return max(candidates, key=lambda folder: counts[folder])


def between(inner: Path, outer: Path) -> Iterator[Path]:
    """Yield folders from the inner one outwards: to the outer one, or to one called `src`."""
    for folder in (inner, *inner.parents):
        yield folder
        if folder == outer or folder.name == "src":
            return


def lies_in(folder: Path, name: str, package: Path) -> bool:
    """Whether a dotted name, looked up below a folder, is something of the package."""
    path = folder.joinpath(*name.split("."))
    for file in (path, path.with_name(f"{path.name}.py")):
        inside = file == package or package in file.parents
        if inside and (file.is_dir() or file.is_file()):
            return True
    return False
