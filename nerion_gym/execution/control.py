"""Prove the harness before its numbers: control run twice, coverage, and a fault that must show."""

from __future__ import annotations

import ast
import re
import warnings
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from nerion_gym.errors import TaskError
from nerion_gym.execution.reach import blind_to_all, untraced
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.steady import require_steady
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.coverage import Baseline
from nerion_gym.types.outcome import LearningClass, learning_class, survived

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Function, Module
    from nerion_gym.types.coverage import Coverage
    from nerion_gym.types.outcome import Outcome, TestResult
    from nerion_gym.types.program import Program
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.suite import Suite

SHOWN = 5
PLUGINS = {
    "--cov": "pytest-cov",
    "--no-cov": "pytest-cov",
    "--asyncio": "pytest-asyncio",
    "--benchmark": "pytest-benchmark",
    "--dist": "pytest-xdist",
    "--numprocesses": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "--reruns": "pytest-rerunfailures",
    "--randomly": "pytest-randomly",
    "--random-order": "pytest-random-order",
    "--hypothesis": "hypothesis",
    "--ds": "pytest-django",
    "--mypy": "pytest-mypy",
    "--flake8": "pytest-flake8",
    "--black": "pytest-black",
    "--isort": "pytest-isort",
    "--ruff": "pytest-ruff",
    "--html": "pytest-html",
    "--doctest-plus": "pytest-doctestplus",
    "-n": "pytest-xdist",
}
"""Which plugin brings the options that begin so: only to name it in a message."""
PLUGIN_SIGNS = (
    r"unrecognized arguments: ([^;]+)",
    r"Missing required plugins: ([^;]+)",
    r"Error importing plugin \"([^\"]+)\"",
    r"(?:No module named|Unknown pytest plugin) '(pytest_[\w.]+)'",
)
"""How pytest says that a plugin is absent: options, or the plugin's name."""
FAULTS_TRIED = 4
FAULT = b'raise RuntimeError("nerion-gym: a fault forced on purpose")'


def measure(runner: TestRunner, program: Program, suite: Suite) -> Baseline:
    """Measure an unchanged program: control run (twice, in two orders), coverage, a forced fault.

    Tests that fail in both control runs are no error here; the caller decides.

    Raises:
        TaskError: the suite does not collect, no test reaches the program, tests are flaky, or
            a fault forced into executed code is not noticed.
        SandboxError: the machinery failed.
    """
    known = remembered(runner, program, suite)
    if known is not None:
        runner.adopt(known)
        return known
    control = control_run(runner, program, suite)
    require_collected(control)
    require_steady(control, partial(control_run, runner, program, suite))
    coverage = traced(runner, program, suite, control)
    baseline = Baseline(program, suite, control, coverage)
    runner.adopt(baseline)
    if control.passing():  # else no test could notice one, and the caller says which fail
        require_fault_shows(runner, baseline)
    if isinstance(runner, LocalRunner) and runner.cache:
        runner.cache.put_baseline(baseline)
    return baseline


class CoverageWarning(UserWarning):
    """A traced run was cut short: each edit runs every test."""


def traced(runner: TestRunner, program: Program, suite: Suite, control: Outcome) -> Coverage:
    """Return the coverage of the unchanged program; where tests are missing, all depend on all.

    Warns:
        CoverageWarning: names the first test that the traced run did not get to.
    """
    coverage = runner.coverage(program, suite)
    missing = untraced(coverage, control)
    if not missing:
        return coverage
    warnings.warn(
        f"{len(missing)} of {control.passing()} tests, {missing[0]} the first, were not reached "
        "while lines were traced: one before it ended the process, closed its descriptors or took "
        "too long. So every edit runs all tests; to have it faster, deselect that test",
        CoverageWarning,
        stacklevel=3,
    )
    return blind_to_all(coverage, program, control)


def remembered(runner: TestRunner, program: Program, suite: Suite) -> Baseline | None:
    """Return the baseline that an earlier process measured, if the runner keeps them on disk."""
    if isinstance(runner, LocalRunner) and runner.cache:
        return runner.cache.get_baseline(program, suite)
    return None


def control_run(
    runner: TestRunner, program: Program, suite: Suite, order: Sequence[str] | None = None
) -> Outcome:
    """Run the whole suite on the unchanged program; our own runner really runs it each time.

    Only our own runner knows how to run tests in another order.
    """
    if isinstance(runner, LocalRunner):
        return runner.control(program, suite, order=order)
    return runner.run(program, suite)


def require_collected(control: Outcome) -> None:
    """Refuse a suite that does not collect, or holds no test that runs.

    Raises:
        TaskError: names what failed, and the fix.
    """
    broken = [result for result in control.results if result.phase == "collect"]
    if broken:
        first = broken[0]
        msg = (
            f"pytest cannot collect the unchanged suite: {first.id}: {first.exception or ''} "
            f"{first.message}".rstrip()
            + f" ({len(broken)} file(s) or test(s) concerned). {way_out(first)}"
        )
        raise TaskError(msg)
    if all(learning_class(result) is LearningClass.MASKED for result in control.results):
        msg = (
            f"pytest found no test that runs ({len(control.results)} collected, all skipped): "
            "name the test file or folder with tests=..."
        )
        raise TaskError(msg)


WAYS_OUT = (
    "install what is missing beside nerion-gym, name other tests with tests=..., or leave files "
    "out: arguments=('--ignore=FILE',), on the command line --env-kwargs arguments:--ignore=FILE"
)
"""What helps where a suite of somebody's own does not pass as it is."""


def way_out(broken: TestResult) -> str:
    """Return what to do about a suite that does not collect."""
    absent = absent_plugins(broken.message)
    if absent:
        return (
            f"A plugin that the project's configuration asks for is not installed here: {absent}. "
            "Install it in this interpreter, or go without: "
            "arguments=('-o', 'addopts='), on the command line "
            "--env-kwargs 'arguments:-o addopts='"
        )
    return f"Make `python -m pytest` pass in the project's folder first: {WAYS_OUT}"


def absent_plugins(message: str) -> str:
    """Return the absent plugins that pytest's complaint tells of, "" when it is about none."""
    for sign in PLUGIN_SIGNS:
        found = re.search(sign, message)
        if found is None:
            continue
        words = re.split(r"[\s,=]+", found[1].strip())
        options = [word for word in words if word.startswith("-")]
        named = [f"{word} ({plugin_of(word)})" for word in dict.fromkeys(options)]
        return ", ".join(named) or found[1].strip()
    return ""


def plugin_of(option: str) -> str:
    """Return which plugin brings an option, as far as known."""
    known = (name for start, name in PLUGINS.items() if option.startswith(start))
    return next(known, "an option of no plugin that is known here")


# --- the forced fault -------------------------------------------------------------------------


def require_fault_shows(runner: TestRunner, baseline: Baseline) -> None:
    """Force faults into executed functions until one is noticed.

    Raises:
        TaskError: the tests execute nothing of the program, or no fault was noticed.
    """
    candidates = [
        (f"{module.path}::{function.qualname}", with_fault(baseline.program, module, function))
        for module, function in islice(covered_functions(baseline), FAULTS_TRIED)
    ] or list(islice(faults_at_import(baseline), FAULTS_TRIED))
    if not candidates:
        paths = ", ".join(baseline.program.paths[:SHOWN])
        msg = (
            f"no test executes a line of {paths}: do the tests import these files, or an "
            "installed copy? Check path= and tests=, and how the tests find the package"
        )
        raise TaskError(msg)
    for _, broken in candidates:
        if not survived(runner.run(broken, baseline.suite), baseline.control):
            return
    names = ", ".join(name for name, _ in candidates)
    msg = (
        f"a forced `raise` was noticed by no test, although tests execute it (tried in {names}): "
        "the suite's verdicts cannot be trusted here. Do the tests swallow every exception?"
    )
    raise TaskError(msg)


def covered_functions(baseline: Baseline) -> Iterator[tuple[Module, Function]]:
    """Yield functions that tests execute, those with most tests first."""
    found: list[tuple[int, int, Module, Function]] = []
    for path, source in baseline.program.files:
        module = parse_module(path, source)
        for function in module.functions:
            place = fault_place(function)
            if place is not None:
                tests = baseline.coverage.reaching(path, lines_of(place))
                if tests:
                    found.append((-len(tests), len(found), module, function))
    for _, _, module, function in sorted(found, key=lambda item: item[:2]):
        yield module, function


def faults_at_import(baseline: Baseline) -> Iterator[tuple[str, Program]]:
    """Yield (path, program that raises at that file's end), for programs without functions."""
    for path, source in baseline.program.files:
        if baseline.coverage.at_import.get(path):
            yield path, baseline.program.replaced({path: source + b"\n" + FAULT + b"\n"})


def fault_place(function: Function) -> ast.stmt | None:
    """Return the first statement after the docstring; None where there is none on its own line."""
    body = function.node.body
    first = body[1:] if ast.get_docstring(function.node, clean=False) is not None else body
    if (
        not first
        or first[0].lineno == function.node.lineno
        or getattr(first[0], "decorator_list", None)
    ):
        return None
    return first[0]


def lines_of(node: ast.stmt) -> range:
    """Return the lines of a statement."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def with_fault(program: Program, module: Module, function: Function) -> Program:
    """Return the program with a `raise` before a function's first statement."""
    place = fault_place(function)
    if place is None:
        return program
    start = module.span(place).start
    margin = module.source[:start].rpartition(b"\n")[2]
    indent = margin if not margin.strip() else b""
    glue = b"\n" + indent if indent else b"; "
    changed = module.source[:start] + FAULT + glue + module.source[start:]
    return program.replaced({module.path: changed})
