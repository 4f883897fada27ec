"""Strength: strong. Blanks in odd places, and powers below zero, are not tried."""

import pytest
from unit_lab import Quantity
from unit_lab.dimensions import LENGTH, MASS, NONE, TIME, Dimension
from unit_lab.quantity import Mismatch
from unit_lab.units import UnknownUnit, parse_unit, single

q = Quantity.parse


def test_dimensions():
    assert LENGTH.times(TIME) == Dimension(1, 0, 1)
    assert LENGTH.over(TIME) == Dimension(1, 0, -1)
    assert MASS.power(3) == Dimension(0, 3, 0)


@pytest.mark.parametrize(
    ("name", "factor", "dimension"),
    [("m", 1, LENGTH), ("km", 1000, LENGTH), ("cm", 0.01, LENGTH), ("kg", 1, MASS),
     ("min", 60, TIME), ("ms", 0.001, TIME), ("mm", 0.001, LENGTH), ("h", 3600, TIME)],
)
def test_single_units(name, factor, dimension):
    found, kind = single(name)
    assert found == pytest.approx(factor)
    assert kind == dimension


@pytest.mark.parametrize("name", ["q", "kq", "xm", "kkm"])
def test_unknown_units(name):
    with pytest.raises(UnknownUnit, match=name):
        single(name)


@pytest.mark.parametrize(
    ("text", "factor", "dimension"),
    [("", 1, NONE), ("m/s", 1, Dimension(1, 0, -1)), ("km/h", 1 / 3.6, Dimension(1, 0, -1)),
     ("kg*m/s^2", 1, Dimension(1, 1, -2)), ("cm^2", 1e-4, Dimension(2)), ("m/s/s", 1, Dimension(1, 0, -2)),
     ("g/cm^3", 1000, Dimension(-3, 1, 0))],
)
def test_compound_units(text, factor, dimension):
    found, kind = parse_unit(text)
    assert found == pytest.approx(factor)
    assert kind == dimension


def test_parse_and_show():
    assert q("90 km/h").to("m/s") == pytest.approx(25)
    assert q("2.5 km").show("m", 0) == "2500 m"
    assert q("1 in").show("cm") == "2.54 cm"
    assert q("3").show("") == "3.00"


def test_sums():
    assert (q("1 km") + q("20 m")).to("m") == pytest.approx(1020)
    assert (q("1 h") - q("15 min")).to("min") == pytest.approx(45)


def test_products_and_quotients():
    assert (q("3 m") * q("4 m")).to("m^2") == pytest.approx(12)
    assert (q("100 m") / q("8 s")).to("m/s") == pytest.approx(12.5)
    assert (q("2 kg") * q("3 m") / q("1 s") / q("2 s")).to("N") == pytest.approx(3)
    assert (q("6 m") / q("3 m")).dimension == NONE


def test_order():
    assert q("9 in") < q("1 m")
    assert not q("1 m") < q("1 m")


@pytest.mark.parametrize("sign", ["__add__", "__sub__", "__lt__"])
def test_apples_and_pears(sign):
    with pytest.raises(Mismatch, match=r"\(1, 0, 0\) and \(0, 0, 1\)"):
        getattr(q("1 m"), sign)(q("1 s"))
    with pytest.raises(Mismatch):
        q("1 m").to("kg")
