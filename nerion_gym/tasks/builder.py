"""Corpus tasks, and what every task needs before it counts: a control run and coverage."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.control import WAYS_OUT, measure
from nerion_gym.syntax.module import parse_module
from nerion_gym.tasks.splits import require_split, split_of
from nerion_gym.types.outcome import LearningClass, learning_class
from nerion_gym.types.program import Program, require_inside
from nerion_gym.types.suite import STRICT, Suite
from nerion_gym.types.task import GOALS, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.protocols import TestRunner

SHOWN = 5
"""How many test ids an error lists before it says how many more there are."""


def corpus_names() -> tuple[str, ...]:
    """Return the names of the corpus programs, sorted."""
    corpus = files("nerion_gym.tasks") / "corpus"
    return tuple(
        sorted(
            entry.name
            for entry in corpus.iterdir()
            if entry.is_dir() and (entry / f"{entry.name}.py").is_file()
        )
    )


def text_task(
    name: str,
    program: Mapping[str, str | bytes],
    tests: Mapping[str, str | bytes],
    *,
    goal: str = "probe",
    operators: Sequence[str] = (),
    split: str = "train",
) -> Task:
    """Build a task from texts. Nothing runs; its tests are confined strictly.

    Args:
        name: for people.
        program: relative POSIX path -> text of each file that is edited.
        tests: the same of what its tests need: they, conftest, data. Those named `test_*.py` or
            `*_test.py` are run; where none is, every `.py` file but `conftest.py`.
        goal: one of `nerion_gym.types.task.GOALS`.
        operators: canonical names of the allowed operators: those that its world lists.
        split: "train", "val" or "test".

    Raises:
        ConfigError: no such goal or split, a path that is outside of the project or in both, or a
            file that is no text.
        TaskError: no file to edit, or no tests.
        ProgramSyntaxError: a file of the program is not Python.
    """
    if goal not in GOALS:
        msg = f"goal={goal!r}: expected one of {', '.join(GOALS)}"
        raise ConfigError(msg)
    both = sorted(program.keys() & tests.keys())
    if both:
        msg = f"{name}: {', '.join(both)} in both program and tests; what tests need is not edited"
        raise ConfigError(msg)
    targets = targets_in(tests)
    if not program or not targets:
        lacks = "no file to edit in program" if not program else "no test file in tests"
        msg = f"{name}: {lacks}; give texts by path: {{'a.py': '...'}}, {{'test_a.py': '...'}}"
        raise TaskError(msg)
    sources = {path: as_bytes(path, text) for path, text in program.items()}
    require_inside(sources)
    edited = Program.from_files(sources)
    for path, source in edited.files:
        parse_module(path, source)
    needed = tuple((path, as_bytes(path, text)) for path, text in tests.items())
    suite = Suite(needed, targets=targets)
    return Task(name, edited, suite, goal, tuple(operators), require_split(split))


def targets_in(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the test files among paths, sorted: those named so, else all Python but conftest."""
    python = sorted(path for path in paths if path.endswith(".py"))
    stems = {path: path.rpartition("/")[2].removesuffix(".py") for path in python}
    named = [p for p in python if stems[p].startswith("test_") or stems[p].endswith("_test")]
    return tuple(named or [path for path in python if stems[path] != "conftest"])


def as_bytes(path: str, text: object) -> bytes:
    """Return a file's bytes.

    Raises:
        ConfigError: it is no text, or one that UTF-8 cannot write.
    """
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        msg = f"{path}: a file of type {type(text).__name__}; expected its text, str or bytes"
        raise ConfigError(msg)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        msg = f"{path}: half a letter at {error.start} ({error.reason}); give bytes to keep it so"
        raise ConfigError(msg) from error


def corpus_task(name: str, *, goal: str = "probe", operators: tuple[str, ...] = ()) -> Task:
    """Build the task of one corpus program: `NAME.py` and its suite `test_NAME.py`.

    Raises:
        ConfigError: the corpus has no such program.
    """
    if name not in corpus_names():
        known = ", ".join(corpus_names())
        msg = f"no corpus program is called {name!r}; there are: {known}"
        raise ConfigError(msg)
    folder = files("nerion_gym.tasks") / "corpus" / name
    module, tests = f"{name}.py", f"test_{name}.py"
    program = Program.from_files({module: (folder / module).read_bytes()})
    suite = Suite(((tests, (folder / tests).read_bytes()),), targets=(tests,))
    return Task(name, program, suite, goal=goal, operators=operators, split=split_of(name))


def package_names() -> tuple[str, ...]:
    """Return the names of the corpus programs of several files, sorted."""
    corpus = files("nerion_gym.tasks") / "corpus_packages"
    found = (entry.name for entry in corpus.iterdir() if entry.is_dir())
    return tuple(sorted(name for name in found if not name.startswith("_")))


def package_task(name: str, *, goal: str = "probe", operators: tuple[str, ...] = ()) -> Task:
    """Build the task of one corpus program of several files: package `NAME`, its `test_*.py`.

    Raises:
        ConfigError: the corpus has no such program.
    """
    if name not in package_names():
        known = ", ".join(package_names())
        msg = f"no corpus program of several files is called {name!r}; there are: {known}"
        raise ConfigError(msg)
    folder = files("nerion_gym.tasks") / "corpus_packages" / name
    parts = [entry for entry in (folder / name).iterdir() if entry.name.endswith(".py")]
    program = Program.from_files({f"{name}/{part.name}": part.read_bytes() for part in parts})
    tests = [entry for entry in folder.iterdir() if entry.name.endswith(".py")]
    suite = Suite(
        tuple((test.name, test.read_bytes()) for test in tests),
        targets=tuple(sorted(test.name for test in tests)),
    )
    return Task(name, program, suite, goal=goal, operators=operators, split=split_of(name))


def measured(task: Task, runner: TestRunner) -> Task:
    """Return the task with its baseline; measures one unless the task carries it already.

    Raises:
        TaskError: no test was collected, or a test of the unchanged program fails.
    """
    if task.baseline is not None:
        runner.adopt(task.baseline)
        return task
    baseline = measure(runner, task.program, task.suite)
    require_clean(task, baseline)
    return task.measured(baseline)


def require_clean(task: Task, baseline: Baseline) -> None:
    """Refuse a baseline without a counting test, or with one that does not pass."""
    classes = [learning_class(result) for result in baseline.control.results]
    if not any(found is not LearningClass.MASKED for found in classes):
        targets = ", ".join(task.suite.targets)
        msg = (
            f"{task.name}: pytest found no test that runs in {targets}; "
            "name the test file or folder with tests=..."
        )
        raise TaskError(msg)
    failing = [
        f"{result.id} ({describe(result.exception, result.message)})"
        for result, found in zip(baseline.control.results, classes, strict=True)
        if found not in (LearningClass.MASKED, LearningClass.PASS)
    ]
    if failing:
        msg = (
            f"{task.name}: {len(failing)} of {len(classes)} tests fail on the unchanged program: "
            f"{listed(failing)}. An edit can only be judged by tests that pass. Mend them, or "
            f"deselect them (pytest's addopts are honoured); or {WAYS_OUT}.{hint_of(baseline)}"
        )
        raise TaskError(msg)


def hint_of(baseline: Baseline) -> str:
    """Return what else may be why tests fail: that they are strictly confined, and say so."""
    refused = any(result.exception == "PermissionError" for result in baseline.control.results)
    if baseline.suite.containment != STRICT or not refused:
        return ""
    return (
        " They ran in strict containment, where nothing may start processes or open sockets: "
        "tests that need those pass with containment='package'."
    )


def describe(exception: str | None, message: str) -> str:
    """Say in a few words what a test raised."""
    return ": ".join(part for part in (exception or "failed", message[:120]) if part)


def listed(names: Iterable[str]) -> str:
    """Join the first few names and count the rest."""
    every = list(names)
    shown = "; ".join(every[:SHOWN])
    return shown if len(every) <= SHOWN else f"{shown}; and {len(every) - SHOWN} more"


def control_of(task: Task) -> Outcome:
    """Return the control outcome of a measured task.

    Raises:
        TaskError: the task was not measured.
    """
    if task.baseline is None:
        msg = f"{task.name}: no control run yet; call tasks.builder.measured(task, runner) first"
        raise TaskError(msg)
    return task.baseline.control
