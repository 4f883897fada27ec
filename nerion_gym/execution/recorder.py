"""A pytest plugin that turns reports into one record per test; a test has its worst phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

RANKS = {
    "SKIPPED": 0,
    "PASSED": 1,
    "XFAILED": 2,
    "XPASSED": 3,
    "FAILED": 5,
    "ERROR": 6,
    "MEMORY": 7,
}
"""Which status wins when phases differ; a strict xpass lies between XPASSED and FAILED."""
FAILING = 4
"""From this rank on a verdict is a failure."""
STRICT_SIGN = "[XPASS(strict)]"
STRICT_XPASS = "XPASS(strict)"
MESSAGE_LENGTH = 200


@dataclass(frozen=True)
class Verdict:
    """A status as far as known: name of `types.outcome.Status`, exception, phase, message."""

    status: str
    exception: str | None
    phase: str
    message: str = ""

    @property
    def rank(self) -> int:
        """How bad it is."""
        return FAILING if self.exception == STRICT_XPASS else RANKS[self.status]


def one_line(value: object) -> str:
    """Return the first line of what an exception says; "" when it cannot say."""
    try:
        text = str(value)
    except Exception as error:  # noqa: BLE001 - a stranger's __str__ may raise anything
        return f"<str() raised {type(error).__name__}>"
    lines = text.strip().splitlines()
    return lines[0][:MESSAGE_LENGTH] if lines else ""


class Recorder:
    """Listens to reports. `take` gives the verdict on the test that just ran."""

    def __init__(self) -> None:
        self.collect_errors: list[tuple[str, str, str]] = []
        self.collectors: list[pytest.Collector] = []
        self._verdict: Verdict | None = None

    def take(self) -> Verdict | None:
        """Return the verdict since the last call, None when nothing was reported."""
        verdict, self._verdict = self._verdict, None
        return verdict

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what was raised: reports keep only text."""
        report = yield
        # After the yield: unittest's plugin puts the real exception into `call` meanwhile.
        if call.excinfo is not None:
            report.nerion_raised = (call.excinfo.typename, one_line(call.excinfo.value))  # type: ignore[attr-defined]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst verdict so far."""
        verdict = judge(report)
        if verdict and (self._verdict is None or verdict.rank > self._verdict.rank):
            self._verdict = verdict

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note which collectors there are, which of them fail, and why."""
        self.collectors.append(collector)
        report = yield
        if report.failed:
            call = getattr(report, "call", None)
            raised = getattr(call, "excinfo", None)
            name, message = explain(raised.value if raised else None, report.longreprtext)
            self.collect_errors.append((report.nodeid, name, message))
        return report


def explain(error: BaseException | None, text: str) -> tuple[str, str]:
    """Return the type name and one line of a collection error, looking behind pytest's own."""
    cause = error.__cause__ if error is not None and error.__cause__ is not None else error
    if cause is None:
        return "CollectError", last_error_line(text)
    name = type(cause).__name__
    if name == "CollectError":
        return name, last_error_line(text)
    return name, one_line(cause)


def last_error_line(text: str) -> str:
    """Return the last line that pytest marked as the error ("E   ..."), else the last line."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (marked or lines or [""])[-1].strip()[:MESSAGE_LENGTH]


def judge(report: Any) -> Verdict | None:
    """Return the verdict of one report, None when it says nothing about the test."""
    exception, message = getattr(report, "nerion_raised", (None, ""))
    expected = hasattr(report, "wasxfail")
    if hasattr(report, "context") and not report.failed:
        return None  # a subtest counts only when it fails
    if report.failed:
        return _failed(report, exception, message)
    if report.skipped:
        return Verdict("XFAILED" if expected else "SKIPPED", None, report.when, message)
    if report.when == "call":
        return Verdict("XPASSED" if expected else "PASSED", None, "call")
    return None


def _failed(report: Any, exception: str | None, message: str) -> Verdict:
    if exception is None and str(report.longrepr).startswith(STRICT_SIGN):
        return Verdict("XPASSED", STRICT_XPASS, report.when)
    if exception == "MemoryError":
        return Verdict("MEMORY", exception, report.when, message)
    if report.when == "call":
        return Verdict("FAILED", exception or "Failed", "call", message)
    return Verdict("ERROR", exception, report.when, message)
