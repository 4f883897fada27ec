"""The judge of the cold comparisons must not be easier to please than it says."""

import pytest

from nerion_gym.types.outcome import Outcome, Status, TestResult
from tests.support.cold import RACES, Verdicts, differences, disagreements

pytestmark = pytest.mark.pure
CLOCK = ("TIMEOUT", None, "call")
MEMORY = ("MEMORY", "MemoryError", "call")


def told(status, exception, cold):
    return differences(Outcome((TestResult("t.py::t", status, exception),)), {"t.py::t": cold})


@pytest.mark.parametrize("cold", [CLOCK, MEMORY])
def test_either_limit_may_end_a_loop(cold):
    assert told(Status.TIMEOUT, None, cold) == []
    assert told(Status.MEMORY, "MemoryError", cold) == []


@pytest.mark.parametrize("cold", [CLOCK, MEMORY])
@pytest.mark.parametrize(
    ("status", "exception"),
    [
        (Status.PASSED, None),
        (Status.FAILED, "AssertionError"),
        (Status.FAILED, "RecursionError"),
        (Status.CRASHED, None),
        (Status.NOT_RUN, None),
    ],
)
def test_a_limit_equals_nothing_else(status, exception, cold):
    assert len(told(status, exception, cold)) == 1


@pytest.mark.parametrize("cold", [("PASSED", None, "call"), ("FAILED", "AssertionError", "call")])
def test_a_verdict_equals_no_limit(cold):
    assert len(told(Status.TIMEOUT, None, cold)) == 1
    assert len(told(Status.MEMORY, "MemoryError", cold)) == 1


def test_other_verdicts_are_compared_whole():
    assert told(Status.FAILED, "KeyError", ("FAILED", "KeyError", "call")) == []
    assert len(told(Status.FAILED, "KeyError", ("FAILED", "ValueError", "call"))) == 1
    assert len(told(Status.FAILED, "KeyError", ("FAILED", "KeyError", "setup"))) == 1


def cold(seconds, cpu):
    verdicts = Verdicts()
    verdicts["t.py::t"] = ("FAILED", "AssertionError", "call")
    verdicts.seconds["t.py::t"], verdicts.cpu["t.py::t"] = seconds, cpu
    return verdicts


@pytest.mark.parametrize(
    ("edited", "usual", "forgiven"),
    [
        (cold(7.0, 0.1), cold(0.1, 0.1), True),
        (cold(5.9, 0.1), cold(0.1, 0.1), False),
        (cold(7.0, 0.1), cold(1.9, 0.1), False),
        (cold(8.0, 0.1), cold(1.9, 0.1), True),
        # CPU time ends a test much earlier than wall time does.
        (cold(0.3, 0.3), cold(0.01, 0.01), True),
        (cold(0.3, 0.2), cold(0.01, 0.01), False),
        (cold(0.9, 0.9), cold(0.1, 0.1), False),
        (cold(1.1, 1.1), cold(0.1, 0.1), True),
    ],
)
def test_a_limit_is_forgiven_only_where_the_cold_test_outlasts_it(edited, usual, forgiven):
    outcome = Outcome((TestResult("t.py::t", Status.TIMEOUT),))
    assert (differences(outcome, edited, usual) == []) is forgiven
    assert len(differences(outcome, edited)) == 1, "nothing is forgiven where nothing is known"
    assert len(differences(outcome, edited, Verdicts())) == 1
    wrong = Outcome((TestResult("t.py::t", Status.PASSED),))
    assert len(differences(wrong, edited, usual)) == 1


class Steady:
    """A runner whose outcome is always the same."""

    def run(self, program, suite):
        """Return it."""
        return Outcome((TestResult("t.py::t", Status.FAILED, "ConnectionResetError"),))


@pytest.mark.parametrize(("when", "agrees"), [(0, True), (1, True), (5, True), (99, False)])
def test_a_race_is_a_verdict_that_some_cold_run_gives_too(monkeypatch, when, agrees):
    said = []

    def run_cold(program, suite, *, seconds):
        name = "ConnectionResetError" if len(said) == when else "RemoteDisconnected"
        said.append(name)
        return {"t.py::t": ("FAILED", name, "call")}

    monkeypatch.setattr("tests.support.cold.run_cold", run_cold)
    _, lines = disagreements(Steady(), None, None, 1.0)
    assert (lines == []) is agrees
    assert len(said) == (when + 1 if agrees else 2 + RACES)
