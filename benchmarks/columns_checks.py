"""Columns of an edit that the assertions of the tests tell which evaluate its place."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.task import Task
    from nerion_gym.types.trace import Trace

Row = dict[str, Any]
MODULE = "nerion_gym.execution.tracing.checks"
KINDS = ("equal", "raises", "identity", "contains", "compare", "type", "truth", "other")
LITERAL = 5
"""The strength of what has to equal what the test itself says."""


def read_checks(task: Task, trace: Trace, edits: Sequence[Edit]) -> Any:
    """Return the assertions by edit; None where this version of the program cannot read them."""
    if find_spec(MODULE) is None:
        return None
    from nerion_gym.execution.tracing.checks import checks_of

    assert task.baseline is not None  # noqa: S101  it was prepared
    tests = [result.id for result in task.baseline.control.results]
    return checks_of(task.suite, trace, tests, edits)


def checks_columns(checks: Any, number: int, reached: Sequence[str]) -> Row:
    """Return the columns of an edit, given the tests that evaluate its place."""
    if checks is None:
        return {}
    found = checks.of_edit(number)
    derived = [check for check in found if check.derived]
    kinds = Counter(str(check.kind) for check in found)
    silent = [not checks.of_test(test) for test in reached if test not in checks.unknown]
    return {
        "checks.count": float(len(found)),
        "checks.tests": float(len({check.test for check in found})),
        "checks.silent_share": float(np.mean(silent)) if silent else np.nan,
        "checks.literal": float(sum(check.strength == LITERAL for check in found)),
        **strengths("checks.every", found),
        **strengths("checks.derived", derived),
        **{f"checks.{kind}": kinds[kind] / len(found) if found else np.nan for kind in KINDS},
    }


def strengths(name: str, found: Sequence[Any]) -> Row:
    """Return how many assertions there are and how strong they are."""
    every = [check.strength for check in found]
    return {
        f"{name}_count": float(len(every)),
        f"{name}_strongest": float(max(every, default=0)),
        f"{name}_strength": float(np.mean(every)) if every else np.nan,
        f"{name}_weakest": float(min(every)) if every else np.nan,
    }
