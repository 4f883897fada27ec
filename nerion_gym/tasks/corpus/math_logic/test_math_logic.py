import pytest

from math_logic import add, average, clamp, multiply, scale


@pytest.mark.parametrize(("a", "b", "total"), [(1, 2, 3), (-1, 1, 0), (2.5, 2.5, 5.0)])
def test_add(a, b, total):
    assert add(a, b) == total


def test_multiply():
    assert multiply(3, 4) == 12
    assert multiply(-2, 5) == -10


def test_scale_doubles():
    # 2 + 2 == 2 * 2: this suite cannot tell a sum from a product here.
    assert scale([2], 2) == [4]


def test_clamp_inside():
    assert clamp(5, 0, 10) == 5


def test_clamp_low():
    assert clamp(-3, 0, 10) == 0


def test_average():
    assert average([1, 2, 3]) == 2


def test_average_of_nothing():
    assert average([]) == 0
