"""Work done ahead comes in order, and what goes wrong in it comes where it would have."""

from __future__ import annotations

import threading

import pytest

from nerion_gym.execution.tracing.ahead import ahead

pytestmark = pytest.mark.pure


def test_results_come_in_order():
    assert list(ahead(lambda number: number * number, range(5))) == [0, 1, 4, 9, 16]


def test_nothing_makes_nothing():
    assert list(ahead(str, [])) == []


def test_the_next_is_made_while_one_is_looked_at():
    second = threading.Event()

    def make(number):
        if number == 1:
            second.set()
        return number

    results = ahead(make, range(2))
    assert next(results) == 0
    assert second.wait(10)
    assert list(results) == [1]


def test_an_error_comes_in_its_place():
    results = ahead(lambda number: 1 // number, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
