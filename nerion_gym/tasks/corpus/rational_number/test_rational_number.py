"""Strength: strong. Text that is no fraction and powers are not tried."""
import pytest

from rational_number import Rational


def terms(value):
    return value.top, value.bottom


@pytest.mark.parametrize(
    ("given", "expected"),
    [((2, 4), (1, 2)), ((-6, 4), (-3, 2)), ((3, -9), (-1, 3)), ((-5, -10), (1, 2)), ((0, 7), (0, 1)),
     ((), (0, 1)), ((5,), (5, 1))],
)
def test_lowest_terms(given, expected):
    assert terms(Rational(*given)) == expected


def test_no_division_by_zero():
    with pytest.raises(ZeroDivisionError, match="^3/0 is not a number$"):
        Rational(3, 0)
    with pytest.raises(ZeroDivisionError):
        Rational(1) / 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3/4", (3, 4)), (" -2 ", (-2, 1)), ("1 3/4", (7, 4)), ("-1 3/4", (-7, 4)), ("0 1/2", (1, 2)), ("6/4", (3, 2)),
     ("-1/2", (-1, 2))],
)
def test_parse(text, expected):
    assert terms(Rational.parse(text)) == expected


def test_texts():
    assert repr(Rational(2, 6)) == "Rational(1, 3)"
    assert str(Rational(2, 6)) == "1/3"
    assert str(Rational(-4, 2)) == "-2"


def test_sums():
    half, third = Rational(1, 2), Rational(1, 3)
    assert terms(half + third) == (5, 6)
    assert terms(half - third) == (1, 6)
    assert terms(1 + half) == (3, 2)
    assert terms(2 - third) == (5, 3)
    assert terms(half - 2) == (-3, 2)
    assert terms(-third) == (-1, 3)


def test_products():
    assert terms(Rational(2, 3) * Rational(3, 5)) == (2, 5)
    assert terms(3 * Rational(1, 6)) == (1, 2)
    assert terms(Rational(2, 3) / Rational(4, 5)) == (5, 6)
    assert terms(Rational(1, 3) / -2) == (-1, 6)


def test_equality():
    assert Rational(1, 2) == Rational(2, 4)
    assert Rational(1, 2) != Rational(1, 3)
    assert Rational(1, 2) != Rational(3, 2)
    assert Rational(8, 4) == 2
    assert Rational(1, 2) != "1/2"


def test_order():
    assert Rational(1, 3) < Rational(1, 2) <= Rational(2, 4)
    assert not Rational(1, 2) < Rational(1, 2)
    assert Rational(-1, 2) < 0 < Rational(1, 9)
    assert max(Rational(2, 3), Rational(3, 4), Rational(5, 7)) == Rational(3, 4)


@pytest.mark.parametrize("work", [lambda r: r + "x", lambda r: r * 0.5, lambda r: r / "x", lambda r: r < "x"])
def test_strangers_are_refused(work):
    with pytest.raises(TypeError):
        work(Rational(1, 2))


def test_hash_goes_with_equality():
    assert hash(Rational(4, 2)) == hash(2)
    assert {Rational(1, 2): "half"}[Rational(3, 6)] == "half"
    assert len({Rational(1, 2), Rational(1, 3), Rational(3, 2)}) == 3


def test_truth():
    assert Rational(1, 9)
    assert Rational(-1, 9)
    assert not Rational(0, 9)
