"""Flaky tests: found by repeated control runs, and left out by name when the user says so.

A test whose runs of an unchanged program differ cannot judge an edit, whatever a vote says of its
usual status: one run of an edit would be compared with it. So it is not voted on but left out,
by pytest's own `--deselect`, which stands in the suite's command line and therefore in the
task's id. The steady rest must be the majority.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.control import control_run, measure
from nerion_gym.execution.steady import differing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.task import Task

MAJORITY = "majority"
FLAKY = ("refuse", MAJORITY)
RUNS = 5
DESELECT = "--deselect="
SHOWN = 5


class FlakyTestsWarning(UserWarning):
    """Tests were left out because their runs of the unchanged program differ."""


def without_flaky(task: Task, flaky: str, runner: TestRunner) -> Task:
    """Return the task, or what is left of it without its flaky tests if "majority" is wanted.

    Raises:
        ConfigError: `flaky` is neither that nor "refuse".
        TaskError: see `steady`.
    """
    require_choice(flaky)
    return steady(task, runner) if flaky == MAJORITY else task


def require_choice(flaky: str) -> None:
    """Refuse what is no choice.

    Raises:
        ConfigError: names what was given and what was expected.
    """
    if flaky not in FLAKY:
        msg = f"flaky={flaky!r}: expected one of {', '.join(map(repr, FLAKY))}"
        raise ConfigError(msg)


def steady(task: Task, runner: TestRunner) -> Task:
    """Return the task, measured, without the tests whose five control runs differ.

    Warns:
        FlakyTestsWarning: names the tests that were left out.

    Raises:
        TaskError: at least half of the tests differ, or some still do when those are left out.
    """
    runs = [control_run(runner, task.program, task.suite) for _ in range(RUNS)]
    unsteady = differing(*runs)
    everything = {name for run in runs for name in run.by_id()}
    if 2 * len(unsteady) >= max(len(everything), 1):
        msg = (
            f"{task.name}: {len(unsteady)} of {len(everything)} tests are flaky "
            f"({listed(unsteady)}): no steady majority to judge edits by; seed them"
        )
        raise TaskError(msg)
    suite = without(task.suite, unsteady) if unsteady else task.suite
    baseline = measure(runner, task.program, suite)
    gone = sorted(everything - baseline.control.by_id().keys())
    if gone:
        message = f"{task.name}: left out {len(gone)} of {len(everything)} tests, as {listed(gone)}"
        reason = f"runs of the unchanged program differ in {listed(unsteady)}"
        warnings.warn(f"{message}: {reason}", FlakyTestsWarning, stacklevel=3)
    return replace(task, suite=suite, baseline=baseline)


def without(suite: Suite, tests: Iterable[str]) -> Suite:
    """Return a suite whose command line leaves tests out.

    pytest compares beginnings: `test_a` also leaves out `test_ab` of the same file.
    """
    targets = (*suite.targets, *(DESELECT + test for test in tests))
    return replace(suite, targets=targets)


def left_out(suite: Suite) -> tuple[str, ...]:
    """Return the beginnings of the ids of the tests that a suite's command line leaves out."""
    found = (target for target in suite.targets if target.startswith(DESELECT))
    return tuple(target.removeprefix(DESELECT) for target in found)


def listed(names: Sequence[str]) -> str:
    """Join the first few names and count the rest."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
