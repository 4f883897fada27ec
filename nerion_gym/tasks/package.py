"""Your own package as a task: read once into memory, never written.

The program is the package's Python files without its tests; the suite is every other
file of the project that a test may need (tests, conftest, configuration, data).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nerion_gym.errors import ProgramSyntaxError, TaskError
from nerion_gym.execution.runner import default_runner
from nerion_gym.syntax.module import parse_module
from nerion_gym.tasks.package_arguments import existing, split_arguments
from nerion_gym.tasks.package_flaky import require_choice, without_flaky
from nerion_gym.tasks.package_imports import import_root
from nerion_gym.types.program import Program
from nerion_gym.types.suite import PACKAGE, Suite
from nerion_gym.types.task import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "pytest.toml")
SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})
SKIPPED_AT_ROOT = frozenset({"venv", "env", "build", "dist", "htmlcov"})
"""Skipped in the project's root only: deeper down they may be subpackages."""
OF_A_RUN = ("manifest.json", "events.jsonl")
"""Files of a run's folder (runs/README.md): what is trained on a package does not change it."""
TEST_FOLDERS = ("tests", "test")
"""Where suites lie, beside a package or anywhere inside it; never part of the program."""
SKIPPED_ENDINGS = (".pyc", ".pyo")
"""Not .egg-info: a suite may ask `importlib.metadata` for the version (toolz does)."""
MAX_PROJECT_BYTES = 64 * 2**20
MAX_FILES = 20_000
MAX_LINES = 20_000
"""Of one file that is edited; the longest of the standard library has about 7,000."""
MAX_CLIMB = 3
"""How far above the package a project file counts, so that a stray one in a home does not."""


@dataclass(frozen=True)
class Layout:
    """Where a project's parts lie, absolute.

    Attributes:
        root: folder that pytest runs in.
        package: the module file or package folder that is edited.
        tests: test files or folders.
    """

    root: Path
    package: Path
    tests: tuple[Path, ...]

    def relative(self, path: Path) -> str:
        """Return a path relative to the root, POSIX style."""
        return path.relative_to(self.root).as_posix()


def load_package(
    path: str | os.PathLike[str],
    tests: str | os.PathLike[str] | Sequence[str] | None = None,
    *,
    exclude: Sequence[str] = (),
    operators: tuple[str, ...] = (),
    arguments: str | Sequence[str] = (),
    flaky: str = "refuse",
) -> Task:
    """Build a task from a module or package folder and its pytest suite.

    Nothing runs, unless `flaky` is "majority". Its tests may start processes, use the loopback
    network and read your files, never write them; `Task.confined("strict")` allows none of that.

    Args:
        path: a .py file, or a folder with Python files.
        tests: test file(s) or folder(s); by default looked for beside and inside the package.
        exclude: glob patterns (relative to the project's root) of files to leave unedited.
        operators: canonical names of the allowed operators.
        arguments: more of pytest's command line, after the project's addopts: tests to leave out
            ("--deselect=tests/test_a.py::test_slow"), or other options ("-o", "addopts="). A text
            is split as a shell does.
        flaky: what to do about tests whose runs differ: "refuse" them when the task is measured,
            or go on with the steady "majority": see `nerion_gym.tasks.package_flaky`.

    Raises:
        TaskError: a path is missing, there is nothing to edit, no tests, or too many bytes.
        ProgramSyntaxError: a file of the package is not valid Python.
        ConfigError: `flaky` or `arguments` are not of the kind above.
    """
    options = split_arguments(arguments)
    require_choice(flaky)
    package = existing(Path(path), "path")
    layout = find_layout(package, find_tests(package, tests))
    contents = read_project(layout.root)
    editable = [name for name in contents if is_editable(layout, name, exclude)]
    if not editable:
        msg = f"{package}: no Python file to edit (tests, conftest.py and setup.py do not count)"
        raise TaskError(msg)
    for name in editable:
        require_parses(layout, name, contents[name])
    program = Program.from_files({name: contents[name] for name in editable})
    rest = tuple((name, data) for name, data in contents.items() if name not in set(editable))
    targets = (*(layout.relative(test) for test in layout.tests), *options)
    folders = import_folders(layout, contents)
    suite = Suite(rest, targets=targets, pythonpath=folders, containment=PACKAGE)
    task = Task(package.stem, program, suite, operators=operators)
    return without_flaky(task, flaky, default_runner())


def find_tests(
    package: Path, tests: str | os.PathLike[str] | Sequence[str] | None
) -> tuple[Path, ...]:
    """Return the given test paths, or those at the usual places.

    Raises:
        TaskError: a given path is missing, or none was given and none is at a usual place.
    """
    if tests is not None:
        given = [tests] if isinstance(tests, (str, os.PathLike)) else list(tests)
        return tuple(existing(Path(test), "tests") for test in given)
    places = usual_places(folder_of(package))
    for place in places:
        for name in TEST_FOLDERS:
            if (place / name).is_dir():
                return (place / name,)
        found = tuple(sorted({*place.glob("test_*.py"), *place.glob("*_test.py")}))
        if found:
            return found
    msg = (
        f"{package}: no tests found (looked for tests/, test/ and test_*.py in "
        f"{', '.join(str(place) for place in places)}); name them with tests=..."
    )
    raise TaskError(msg)


def usual_places(folder: Path) -> list[Path]:
    """Return where tests are looked for: in a package, beside it, and as far up as its project."""
    near, above = [folder, folder.parent], list(folder.parent.parents)[: MAX_CLIMB - 1]
    if not is_project(folder.parent):
        for index, place in enumerate(above):
            if is_project(place):
                return near + above[: index + 1]
    return near + (above[:1] if folder.parent.name == "src" else [])


def is_project(folder: Path) -> bool:
    """Whether a folder holds a project file."""
    return any((folder / name).is_file() for name in PROJECT_FILES)


def find_layout(package: Path, tests: tuple[Path, ...]) -> Layout:
    """Return the project's layout: the nearest folder with a project file that holds both.

    Raises:
        TaskError: only the root of all files, or a home, holds both.
    """
    own = innermost_root(package)
    common = Path(os.path.commonpath([own, *(folder_of(test) for test in tests)]))
    if common != own and common in (Path(common.anchor), Path.home()):
        msg = (
            f"tests={', '.join(map(str, tests))}: outside of the project of path={str(package)!r}: "
            f"only {common} holds both, and every run works on a copy of the project; put package "
            "and tests into one project's folder"
        )
        raise TaskError(msg)
    for folder in (common, *common.parents)[: MAX_CLIMB + 1]:
        if is_project(folder):
            return Layout(folder, package, tests)
        if (folder / ".git").exists():
            break
    return Layout(common, package, tests)


def folder_of(path: Path) -> Path:
    """Return the folder itself, or a file's folder."""
    return path if path.is_dir() else path.parent


def innermost_root(package: Path) -> Path:
    """Return the innermost folder that the package can be imported from.

    It is above the topmost `__init__.py`; further out it is for a namespace package.
    """
    folder = folder_of(package)
    if package.is_dir() and not (package / "__init__.py").is_file():
        holds_modules = any(package.glob("*.py"))
        return package if holds_modules else package.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def import_folders(layout: Layout, contents: dict[str, bytes]) -> tuple[str, ...]:
    """Return what goes in front of `sys.path`: the import root, then the project's root."""
    paths = ((layout.root / name, data) for name, data in contents.items() if name.endswith(".py"))
    tests = (pair for pair in paths if any(of_test(pair[0], test) for test in layout.tests))
    root = import_root(innermost_root(layout.package), layout.root, layout.package, tests)
    own = layout.relative(root)
    return (own,) if own == "." else (own, ".")


def of_test(path: Path, test: Path) -> bool:
    """Whether a file is a test file or folder's."""
    return path == test or test in path.parents


def read_project(root: Path) -> dict[str, bytes]:
    """Read every file below the root that a suite may need (relative POSIX path -> bytes).

    Raises:
        TaskError: unreadable file, or more files or bytes than a copy per run can bear.
    """
    contents: dict[str, bytes] = {}
    total = 0
    for path in walk(root):
        try:
            data = path.read_bytes()
        except OSError as error:
            msg = f"{path}: cannot be read ({error.strerror}); every run works on a copy of it"
            raise TaskError(msg) from error
        total += len(data)
        contents[path.relative_to(root).as_posix()] = data
        if total > MAX_PROJECT_BYTES or len(contents) > MAX_FILES:
            msg = (
                f"{root}: more than {MAX_PROJECT_BYTES >> 20} MiB or {MAX_FILES} files "
                f"(stopped at {path}); point path= and tests= at a smaller project"
            )
            raise TaskError(msg)
    return contents


def walk(root: Path) -> Iterator[Path]:
    """Yield regular files in sorted order, without caches, environments, runs, hidden folders."""
    for folder, names, files in os.walk(root):
        skipped = SKIPPED_FOLDERS | (SKIPPED_AT_ROOT if Path(folder) == root else frozenset())
        names[:] = sorted(
            name
            for name in names
            if name not in skipped
            and not name.startswith(".")
            and not name.endswith(SKIPPED_ENDINGS)
            and not (Path(folder) / name / "pyvenv.cfg").exists()
            and not all((Path(folder) / name / file).exists() for file in OF_A_RUN)
        )
        for name in sorted(files):
            path = Path(folder) / name
            if not name.endswith(SKIPPED_ENDINGS) and path.is_file():
                yield path


def is_editable(layout: Layout, name: str, exclude: Sequence[str]) -> bool:
    """Whether a file belongs to the program: Python, inside the package, not a test."""
    path = layout.root / name
    if path.suffix != ".py" or not (path == layout.package or layout.package in path.parents):
        return False
    # A target that holds the package asks for its doctests: only names tell tests apart then.
    apart = (test for test in layout.tests if not of_test(layout.package, test))
    if any(of_test(path, test) for test in apart):
        return False
    inside = path.relative_to(layout.package).parts[:-1] if path != layout.package else ()
    if any(part in TEST_FOLDERS for part in inside):
        return False
    stem = path.stem
    looks_like_test = stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
    is_project_file = path.name in ("setup.py", "noxfile.py")
    return not (looks_like_test or is_project_file or any(path.match(glob) for glob in exclude))


def require_parses(layout: Layout, name: str, data: bytes) -> None:
    """Refuse a package whose file is not valid Python, or far too long, naming the way out.

    Raises:
        TaskError: more than `MAX_LINES` lines.
        ProgramSyntaxError: with file, line and reason.
    """
    lines = len(data.splitlines())  # a return alone ends one too
    if lines > MAX_LINES:
        msg = (
            f"{name}: {lines:,} lines; a file of more than {MAX_LINES:,} is not edited: "
            f"its edits, graph and trace take minutes. Leave it out with exclude=[{name!r}]"
        )
        raise TaskError(msg)
    try:
        parse_module(name, data)
    except ProgramSyntaxError as error:
        msg = f"{error} (in {layout.root}); mend the file, or leave it out with exclude=[{name!r}]"
        raise ProgramSyntaxError(msg) from error
