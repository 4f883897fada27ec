"""The project's own source and its own tests as a task: what is in a checkout of it."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.module import outermost, parse_module
from nerion_gym.tasks.package_arguments import resolved
from nerion_gym.tasks.splits import require_split
from nerion_gym.types.program import FunctionRef, Program
from nerion_gym.types.suite import PACKAGE, Suite
from nerion_gym.types.task import Task

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

LIBRARY, TESTS = "nerion_gym", "tests/unit"
NEEDED = ("pyproject.toml", "envs_registry.py", "tests/conftest.py", "tests/skips.txt")
"""What a checkout has and every run of its tests needs, beside the library."""
SHARED = ("tests/support", "tests/golden")
"""Folders that tests read: helpers and recorded answers."""
LEFT_OUT = "nerion_gym/tasks/corpus"
"""Programs of tasks: no test of the modules that may be chosen needs them."""
MARKS = ("-m", "pure and not slow")
TENTHS = (*("train",) * 8, "val", "test")
"""Of ten functions, the split of each."""


def checkout_task(
    path: str | os.PathLike[str] | None,
    modules: Sequence[str],
    split: str,
    operators: tuple[str, ...],
) -> Task:
    """Return the task of editing some of the project's modules, judged by their own unit tests.

    Args:
        path: the checkout's folder; None: the one that the package is imported from.
        modules: folders or files below `nerion_gym`, as "syntax" or "syntax/costs.py"; their
            tests are those of the same name below `tests/unit` that are marked `pure`.
        split: whose functions episodes start from.
        operators: canonical names.

    Raises:
        TaskError: no checkout there, or it has no such module or no tests of it.
        ConfigError: there is no such split, or `modules` is no sequence of names.
    """
    require_split(split)
    root = checkout_root(path)
    names = module_names(modules)
    edited = sorted({file for name in names for file in files_of(root, name)})
    tests = tuple(sorted({test for name in names for test in tests_of(root, name)}))
    program = Program.from_files({file: (root / file).read_bytes() for file in edited})
    rest = {file: (root / file).read_bytes() for file in surroundings(root, tests)}
    files = tuple((file, data) for file, data in rest.items() if file not in set(edited))
    suite = Suite(files, targets=(*tests, *MARKS), containment=PACKAGE)
    pool = tuple(ref for ref in functions_of(program) if split_of(ref) == split)
    if not pool:
        msg = f"modules={list(names)}: no function of them is in split {split!r}; name more modules"
        raise TaskError(msg)
    name = f"{LIBRARY}-{'-'.join(names)}"
    return Task(name, program, suite, operators=operators, split=split, pool=pool)


def checkout_root(path: str | os.PathLike[str] | None) -> Path:
    """Return the folder of a checkout.

    Raises:
        TaskError: it is none.
    """
    if path is None:
        spec = importlib.util.find_spec(LIBRARY)
        if spec is None or spec.origin is None:
            msg = f"{LIBRARY} is imported from no folder; name a checkout of it with path=..."
            raise TaskError(msg)
        root = Path(spec.origin).resolve().parent.parent
    else:
        root = resolved(Path(path), "path")
    missing = [name for name in (LIBRARY, TESTS, *NEEDED) if not (root / name).exists()]
    if missing:
        msg = (
            f"{root} is no checkout of nerion-gym: {', '.join(missing)} missing. This world edits "
            "the project's own source and runs its own tests, which an installed package does not "
            "have: get one by `git clone` and name it with path='nerion-gym'"
        )
        raise TaskError(msg)
    return root


def module_names(modules: Sequence[str]) -> tuple[str, ...]:
    """Return the names of modules as they were given, each once.

    Raises:
        ConfigError: none, one text instead of several, or a path that leads elsewhere.
    """
    listed = () if isinstance(modules, str) else tuple(dict.fromkeys(map(str, modules)))
    if not listed or any(".." in Path(name).parts or Path(name).is_absolute() for name in listed):
        msg = f"modules={modules!r}: expected names below nerion_gym: ('syntax', 'types/edit.py')"
        raise ConfigError(msg)
    return listed


def files_of(root: Path, name: str) -> list[str]:
    """Return the Python files that a module's name means.

    Raises:
        TaskError: there are none.
    """
    place = root / LIBRARY / name
    found = [place] if place.is_file() and place.suffix == ".py" else sorted(place.rglob("*.py"))
    if not found:
        known = ", ".join(sorted(p.parent.name for p in (root / LIBRARY).glob("*/__init__.py")))
        msg = f"modules: {name!r} is neither a folder nor a file of {LIBRARY}; there are: {known}"
        raise TaskError(msg)
    return [path.relative_to(root).as_posix() for path in found]


def tests_of(root: Path, name: str) -> list[str]:
    """Return the folder or the file with the unit tests of a module.

    Raises:
        TaskError: there is none.
    """
    inside = Path(name)
    if inside.suffix == ".py":
        inside = inside.with_name(f"test_{inside.name}")
    place = root / TESTS / inside
    if not place.exists():
        msg = f"modules: {name!r} has no unit tests of its own ({place} is missing); choose another"
        raise TaskError(msg)
    return [place.relative_to(root).as_posix()]


def surroundings(root: Path, tests: Iterable[str]) -> Iterator[str]:
    """Yield the files of a checkout that these tests may need, relative to it."""
    yield from NEEDED
    for folder in (LIBRARY, *SHARED, *tests):
        place = root / folder
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix != ".pyc" and not name.startswith(f"{LEFT_OUT}/"):
                yield name


def functions_of(program: Program) -> Iterator[FunctionRef]:
    """Yield the functions and methods of a program; those inside others go with these."""
    for path in program.paths:
        for function in outermost(parse_module(path, program.source(path))):
            yield FunctionRef(path, function.qualname)


def split_of(ref: FunctionRef) -> str:
    """Return the split that a function belongs to, whatever stands in it: 80, 10 and 10 of 100."""
    digest = hashlib.sha256(f"{ref.path}::{ref.qualname}".encode()).digest()
    return TENTHS[int.from_bytes(digest[:8], "big") % len(TENTHS)]
