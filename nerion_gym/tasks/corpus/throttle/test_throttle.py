"""Strength: fair. How long to wait, costs above one and senseless rates are hardly looked at."""

import pytest
from throttle import Throttle, TooManyRequests


class FakeClock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def throttle(clock):
    return Throttle(rate=2, burst=3, clock=clock)


def test_burst_then_refused(throttle):
    assert [throttle.allow("ann") for _ in range(4)] == [True, True, True, False]


def test_callers_do_not_share(throttle):
    for _ in range(3):
        throttle.allow("ann")
    assert throttle.allow("bob")


def test_refills_with_time(throttle, clock):
    for _ in range(3):
        throttle.allow("ann")
    clock.now += 0.5
    assert throttle.allow("ann")
    assert not throttle.allow("ann")


def test_never_more_than_the_burst(throttle, clock):
    throttle.allow("ann")
    clock.now += 1000
    assert [throttle.allow("ann") for _ in range(4)] == [True, True, True, False]


def test_check_raises(throttle):
    for _ in range(3):
        throttle.check("ann")
    with pytest.raises(TooManyRequests) as info:
        throttle.check("ann")
    assert info.value.retry_after > 0


def test_check_impossible_cost(throttle):
    with pytest.raises(ValueError):
        throttle.check("ann", cost=10)
