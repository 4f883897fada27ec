"""The Python of a suite: which function a test is, and which others run for it.

Everything is found by names, as people do: nothing is imported. What is made while running
(generated tests, fixtures of plugins) is not found.
"""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.execution.tracing.sheets import Sheet
from nerion_gym.syntax.module import read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Function
    from nerion_gym.types.suite import Suite

CONFTEST = "conftest.py"
SET_UP = frozenset(
    {"setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown"}
    | {"setup_method", "teardown_method", "setup_class", "teardown_class", "setup", "teardown"}
    | {"setup_function", "teardown_function", "setup_module", "teardown_module"}
    | {"setUpModule", "tearDownModule"}
)
"""What runs around tests without being named by them."""
MOST_HOPS = 8
"""Files that a name is followed through: imports may go round."""
Key = tuple[str, str]
"""A function of the suite that stands in no other: path and qualified name."""


class SuiteCode:
    """The Python files of a suite, each parsed when it is first asked for.

    Args:
        suite: whose files.
    """

    def __init__(self, suite: Suite) -> None:
        self._files = {path: source for path, source in suite.files if path.endswith(".py")}
        self._sheets: dict[str, Sheet | None] = {}

    def sheet(self, path: str) -> Sheet | None:
        """Return a file; None where there is none of Python."""
        if path not in self._sheets:
            self._sheets[path] = self._read(path)
        return self._sheets[path]

    def _read(self, path: str) -> Sheet | None:
        try:
            return Sheet(read_module(path, self._files[path]))
        except (KeyError, ProgramSyntaxError):
            # A file that is no Python of this version holds no test that ran.
            return None

    def unit(self, key: Key) -> Function | None:
        """Return a function."""
        sheet = self.sheet(key[0])
        return None if sheet is None else sheet.units.get(key[1])

    # --- names

    def imported(self, sheet: Sheet, name: str) -> tuple[Sheet, str] | None:
        """Return the file of the suite that an imported name comes from, and its name there."""
        star = sheet.imports.get("*")
        if name in sheet.imports:
            module, dots, there = sheet.imports[name]
        elif star is not None:
            module, dots, there = *star[:2], name
        else:
            return None
        for dotted, rest in ((f"{module}.{there}".strip("."), ""), (module, there)):
            found = self._module(sheet.path, dotted, dots)
            if found is not None:
                return found, rest
        return None

    def _module(self, near: str, dotted: str, dots: int) -> Sheet | None:
        if not dotted and not dots:
            return None
        parts = dotted.split(".")
        folder = PurePosixPath(near).parent
        if dots:
            for _ in range(dots - 1):
                folder = folder.parent
            wanted = [folder.joinpath(*parts)]
        else:
            wanted = [place.joinpath(*parts) for place in (folder, *folder.parents)]
        for place in wanted:
            for path in (f"{place}.py", f"{place}/__init__.py"):
                if path in self._files:
                    return self.sheet(path)
        return None

    def defined(self, sheet: Sheet, name: str) -> Key | None:
        """Return the function that a dotted name means in a file, through imports of the suite."""
        for _ in range(MOST_HOPS):
            if name in sheet.units:
                return sheet.path, name
            first, _, rest = name.partition(".")
            found = self.imported(sheet, first)
            if found is None:
                return None
            sheet, there = found
            name = ".".join(part for part in (there, rest) if part)
        return None

    def method(self, sheet: Sheet, owner: str, name: str) -> Key | None:
        """Return the method that an instance of a class of a file has."""
        pending, seen = [(sheet, owner)], set()
        while pending:
            sheet, owner = pending.pop(0)
            if (sheet.path, owner) in seen:
                continue
            seen.add((sheet.path, owner))
            if f"{owner}.{name}" in sheet.units:
                return sheet.path, f"{owner}.{name}"
            node = sheet.classes.get(owner)
            for base in node.bases if node is not None else ():
                text = ast.unparse(base)
                found = self.imported(sheet, text.partition(".")[0])
                if text in sheet.classes:
                    pending.append((sheet, text))
                elif found is not None:
                    dotted = [found[1], text.partition(".")[2]]
                    pending.append((found[0], ".".join(part for part in dotted if part)))
        return None

    # --- tests

    def test(self, identity: str) -> Key | None:
        """Return the function that a test's id names; None where its text has none."""
        path, _, rest = identity.partition("::")
        names = rest.partition("[")[0].split("::")
        sheet = self.sheet(path)
        if sheet is None:
            return None
        if len(names) == 1:
            return self.defined(sheet, names[0])
        return self.method(sheet, ".".join(names[:-1]), names[-1])

    def fixture(self, path: str, name: str) -> Key | None:
        """Return the function that gives a fixture to a file's tests."""
        for sheet in self._around(path):
            if name in sheet.fixtures:
                return sheet.path, sheet.fixtures[name]
            found = self.imported(sheet, name)
            if found is not None and found[1] in found[0].fixtures:
                return found[0].path, found[0].fixtures[found[1]]
        return None

    def unasked(self, path: str, owner: str) -> Iterator[Key]:
        """Yield what runs for every test of a class, or of a file where `owner` is ""."""
        for sheet in self._around(path):
            for name in sheet.unasked:
                around = name.rpartition(".")[0]
                if not around or owner == around:
                    yield sheet.path, name
        own = self.sheet(path)
        for name in sorted(SET_UP) if own is not None else ():
            key = self.method(own, owner, name) if owner else None  # type: ignore[arg-type]
            yield from [key] if key else []
            if name in own.units:  # type: ignore[union-attr]
                yield path, name

    def _around(self, path: str) -> Iterator[Sheet]:
        """Yield a file, then the conftest files of its folder and those above."""
        folders = [PurePosixPath(path).parent, *PurePosixPath(path).parent.parents]
        for place in (path, *(str(folder / CONFTEST) for folder in folders)):
            sheet = self.sheet(place)
            if sheet is not None:
                yield sheet
