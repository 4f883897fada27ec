"""Strength: fair. Differences, derivatives, hashes, bad text and the ends of the range of roots are not tried."""
import pytest
from poly_terms import Poly


def test_trailing_zeros_go():
    assert Poly(1, 2, 0, 0).degree == 1
    assert Poly(0).degree == -1


@pytest.mark.parametrize(
    "text, coefficients",
    [
        ("3x^2 + 1", (1, 0, 3)),
        ("x", (0, 1)),
        ("-x + 5", (5, -1)),
        ("7", (7,)),
        ("x + x", (0, 2)),
        ("", ()),
    ],
)
def test_parse(text, coefficients):
    assert Poly.parse(text).coefficients == coefficients


def test_value():
    assert Poly(1, 0, 3)(2) == 13
    assert Poly()(4) == 0


def test_sum():
    assert Poly(1, 2) + Poly(3, 0, 1) == Poly(4, 2, 1)


def test_product():
    assert Poly(1, 1) * Poly(-1, 1) == Poly(-1, 0, 1)


def test_roots():
    assert Poly(-6, 1, 1).roots() == [-3, 2]


def test_str():
    assert str(Poly(-1, 0, 3)) == "3x^2 - 1"
    assert str(Poly(0, 1)) == "x"
    assert str(Poly()) == "0"
