"""The judge of the cold comparisons must not be easier to please than it says."""

import pytest

from nerion_gym.types.outcome import Outcome, Status, TestResult
from tests.support.cold import Verdicts, differences

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


@pytest.mark.parametrize(
    ("cold_seconds", "usual", "forgiven"),
    [(7.0, 0.1, True), (5.9, 0.1, False), (7.0, 1.9, False), (8.0, 1.9, True)],
)
def test_a_limit_is_forgiven_only_where_the_cold_test_waited_past_it(cold_seconds, usual, forgiven):
    verdicts = Verdicts()
    verdicts["t.py::t"] = ("FAILED", "AssertionError", "call")
    verdicts.seconds["t.py::t"] = cold_seconds
    outcome = Outcome((TestResult("t.py::t", Status.TIMEOUT),))
    assert (differences(outcome, verdicts, {"t.py::t": usual}) == []) is forgiven
    assert len(differences(outcome, verdicts)) == 1, "nothing is forgiven where nothing is known"
    wrong = Outcome((TestResult("t.py::t", Status.PASSED),))
    assert len(differences(wrong, verdicts, {"t.py::t": usual})) == 1
