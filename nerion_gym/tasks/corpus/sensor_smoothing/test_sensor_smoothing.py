"""Strength: fair. Limits of alpha and the window are not tried at their exact values, nor are messages read."""
import pytest

from sensor_smoothing import exponential, running_mean, windowed_mean


def test_running_mean():
    assert list(running_mean([2, 4, 9])) == [2, 3, 5]


def test_running_mean_of_nothing():
    assert list(running_mean([])) == []


def test_windowed_mean():
    assert list(windowed_mean([3, 5, 7, 9, 2], size=2)) == [3, 4, 6, 8, 5.5]


def test_windowed_mean_rejects_empty_window():
    with pytest.raises(ValueError):
        list(windowed_mean([1], size=0))


def test_exponential_takes_first_reading():
    update = exponential(0.25)
    assert update(8) == 8
    assert update(4) == pytest.approx(7)


def test_exponential_with_start():
    update = exponential(0.5, start=10)
    assert update(20) == 15


def test_alpha_is_checked():
    with pytest.raises(ValueError):
        exponential(2)
    with pytest.raises(ValueError):
        exponential(-1)
