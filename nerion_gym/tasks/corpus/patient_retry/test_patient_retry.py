"""Strength: fair. How long the breaks are, what the log holds and what the error says are not checked."""
import pytest

from patient_retry import GaveUp, Retry


class Flaky:
    def __init__(self, failures, error=OSError("busy")):
        self.failures = failures
        self.error = error
        self.calls = 0

    def __call__(self, value="done"):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return value


@pytest.fixture
def breaks():
    return []


def test_works_at_once(breaks):
    job = Flaky(0)
    assert Retry(breaks.append).call(job, "fine") == "fine"
    assert breaks == []


def test_breaks_get_longer(breaks):
    job = Flaky(3)
    assert Retry(breaks.append, attempts=5).call(job) == "done"
    assert len(breaks) == 3
    assert breaks == sorted(breaks)


def test_gives_up(breaks):
    job = Flaky(9)
    with pytest.raises(GaveUp) as caught:
        Retry(breaks.append).call(job)
    assert caught.value.attempts == 3
    assert job.calls == 3


def test_other_errors_pass_through(breaks):
    job = Flaky(1, KeyError("x"))
    with pytest.raises(KeyError):
        Retry(breaks.append, only=(OSError,)).call(job)
    assert job.calls == 1


def test_as_decorator(breaks):
    job = Retry(breaks.append)(Flaky(1))
    assert job(value=7) == 7
