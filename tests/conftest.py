"""Habits of the whole suite: one thread, seeded properties, honest marks, no unlisted skip."""

from __future__ import annotations

import fnmatch
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports numpy or torch: see the Makefile.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# Shared machines stall, so no deadline; the same examples every time, so a failure can be repeated.
settings.register_profile("nerion", deadline=None, derandomize=True, database=None)
settings.load_profile("nerion")

SKIPS = Path(__file__).with_name("skips.txt")
FORBIDDEN_IN_PURE = (
    "subprocess.Popen",
    "os.fork",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
    "nerion.fetch",
)
_pure_test: list[str] = []
_skipped: list[tuple[str, str]] = []


def listed_skips() -> list[tuple[str, str]]:
    """Return (test id pattern, reason pattern) of each line of skips.txt."""
    rows = [line.strip() for line in SKIPS.read_text(encoding="utf-8").splitlines()]
    pairs = [row.split("|", 1) for row in rows if row and not row.startswith("#")]
    return [(name.strip(), reason.strip()) for name, reason in pairs]


def unlisted(skipped, listed) -> list[tuple[str, str]]:
    """Return the skips that no line allows."""
    return [
        (test, reason)
        for test, reason in skipped
        if not any(
            fnmatch.fnmatchcase(test, name) and fnmatch.fnmatchcase(reason, why)
            for name, why in listed
        )
    ]


def _note(report) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        where = report.longrepr
        reason = where[2] if isinstance(where, tuple) else str(where)
        _skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))


def pytest_runtest_logreport(report) -> None:
    _note(report)


def pytest_collectreport(report) -> None:
    _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session) -> None:
    if os.environ.get("CI") and unlisted(_skipped, listed_skips()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter) -> None:
    if not os.environ.get("CI"):
        return
    for test, reason in unlisted(_skipped, listed_skips()):
        terminalreporter.write_line(
            f"not allowed in CI: {test} was skipped ({reason}); "
            f"make it run, or list it in tests/{SKIPS.name}"
        )


def _audit(event: str, _arguments: tuple) -> None:
    if _pure_test and event in FORBIDDEN_IN_PURE:
        message = f"{_pure_test[-1]} is marked pure but caused {event!r}: mark it sandbox instead"
        raise RuntimeError(message)


sys.addaudithook(_audit)


@pytest.fixture(autouse=True)
def _hold_pure_to_its_word(request):
    """A test marked `pure` may start no process, open no connection and need no package."""
    if request.node.get_closest_marker("pure") is None:
        yield
        return
    _pure_test.append(request.node.nodeid)
    yield
    _pure_test.pop()
