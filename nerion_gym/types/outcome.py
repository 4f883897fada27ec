"""Outcomes: what running the tests gave, and the five classes that a model learns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Status(IntEnum):
    """A test's status; the number is the id in the observation (0 there = no such test)."""

    PASSED = 1
    FAILED = 2
    ERROR = 3
    TIMEOUT = 4
    MEMORY = 5
    CRASHED = 6
    SKIPPED = 7
    XFAILED = 8
    XPASSED = 9
    NOT_RUN = 10


class LearningClass(IntEnum):
    """What a world model predicts for a test; -1 is masked out of every loss and metric.

    TIMEOUT means that a limit ended the test, of time or of memory: which of the two ends a loop
    that allocates is decided by the machine's speed, and a class must not be.
    """

    MASKED = -1
    PASS = 0
    ASSERTION = 1
    EXCEPTION = 2
    TIMEOUT = 3
    IMPORT_ERROR = 4


STRICT_XPASS = "XPASS(strict)"
"""`TestResult.exception` of a strict xpass."""
ASSERTION_TYPES = frozenset({"AssertionError", "Failed"})
"""Exception type names that count as an assertion: Python's and that of `pytest.fail`."""


@dataclass(frozen=True)
class TestResult:
    """One test's result; a test has the worst of its phases.

    Attributes:
        id: pytest node id, relative to the project's root.
        status: see `Status`. ERROR is an import or collection error, or a fixture's fault.
        exception: type name of what was raised ("AssertionError"), `STRICT_XPASS`, or None.
        phase: "collect", "setup", "call" or "teardown": where the status was decided.
        message: one line for people; not compared.
        seconds: wall time of the test; not compared.
    """

    __test__ = False

    id: str
    status: Status
    exception: str | None = None
    phase: str = "call"
    message: str = field(default="", compare=False)
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Outcome:
    """One result per test of the suite, in collection order of the control run.

    Attributes:
        results: one `TestResult` per test.
        selected: tests that really ran for this outcome (0: no test reaches the edit).
        route: how it came about: "control", "swap", "reimport", "cold" or "unreached".
        seconds: wall time of the whole run.
        containment: what confined the run: "strict", "package", "strict-without-namespaces", or
            "none": limits of time and memory only.
        why: one line for people: why it went this way.
        cached: whether it was remembered from an earlier run, of this process or another.
        stages: (what, seconds) of the run, in order, where the runner knows; not compared.
    """

    results: tuple[TestResult, ...]
    selected: int = field(default=0, compare=False)
    route: str = field(default="", compare=False)
    seconds: float = field(default=0.0, compare=False)
    containment: str = field(default="none", compare=False)
    why: str = field(default="", compare=False)
    cached: bool = field(default=False, compare=False)
    stages: tuple[tuple[str, float], ...] = field(default=(), compare=False)

    @cached_property
    def classes(self) -> dict[str, LearningClass]:
        """The learning class of each test by id, found once: every step asks several times."""
        return {result.id: learning_class(result) for result in self.results}

    def by_id(self) -> dict[str, TestResult]:
        """Return the results keyed by test id."""
        return {result.id: result for result in self.results}

    def passing(self) -> int:
        """Count tests of learning class PASS."""
        return sum(learning_class(result) is LearningClass.PASS for result in self.results)


_BY_STATUS = {
    Status.PASSED: LearningClass.PASS,
    Status.TIMEOUT: LearningClass.TIMEOUT,
    Status.MEMORY: LearningClass.TIMEOUT,
    Status.CRASHED: LearningClass.EXCEPTION,
    Status.SKIPPED: LearningClass.MASKED,
    Status.XFAILED: LearningClass.PASS,
    Status.NOT_RUN: LearningClass.MASKED,
}
"""The statuses that decide the class alone; the other three need exception or phase."""


def learning_class(result: TestResult) -> LearningClass:
    """Map a result to the class that a model learns: the one place where this is decided."""
    if result.status is Status.FAILED:
        known = result.exception in ASSERTION_TYPES
        return LearningClass.ASSERTION if known else LearningClass.EXCEPTION
    if result.status is Status.ERROR:
        collecting = result.phase == "collect"
        return LearningClass.IMPORT_ERROR if collecting else LearningClass.EXCEPTION
    if result.status is Status.XPASSED:
        strict = result.exception == STRICT_XPASS
        return LearningClass.ASSERTION if strict else LearningClass.PASS
    return _BY_STATUS[result.status]


def worst(classes: Iterable[LearningClass]) -> LearningClass:
    """Return the worst class (pass < assertion < exception < timeout < import error)."""
    return max(classes, default=LearningClass.MASKED)


def suite_class(outcome: Outcome) -> LearningClass:
    """Return the worst learning class over all tests; MASKED when none counts."""
    return worst(outcome.classes.values())


def survived(outcome: Outcome, control: Outcome) -> bool:
    """Whether no test's learning class differs from the control run's."""
    return outcome.classes == control.classes
