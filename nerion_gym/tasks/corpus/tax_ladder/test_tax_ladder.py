"""Strength: strong. Ladders whose first bracket does not begin at zero are not tried."""
import pytest

from tax_ladder import Bracket, marginal_percent, net, raise_worth, slices, tax_due

FLAT = (Bracket(0, 10),)


def test_slices_of_a_middle_income():
    assert list(slices(45_000)) == [(10_000, 0), (30_000, 20), (5_000, 40)]


def test_slices_stop_below_the_next_floor():
    assert list(slices(10_000)) == [(10_000, 0)]
    assert list(slices(10_001)) == [(10_000, 0), (1, 20)]
    assert list(slices(0)) == []


def test_slices_of_the_top_bracket():
    assert list(slices(120_000))[-1] == (20_000, 45)


@pytest.mark.parametrize(
    ("income", "expected"),
    [(0, 0), (9_999, 0), (10_000, 0), (10_100, 20), (40_000, 6_000), (100_000, 30_000),
     (100_200, 30_090), (10_004, 0), (10_005, 1)],
)
def test_tax_due(income, expected):
    assert tax_due(income) == expected


def test_children_reduce_but_never_pay_out():
    assert tax_due(40_000, children=2) == 5_500
    assert tax_due(11_000, children=3) == 0
    assert tax_due(11_250, children=1) == 0


def test_other_brackets():
    assert list(slices(50, FLAT)) == [(50, 10)]
    assert tax_due(1_234, brackets=FLAT) == 123
    assert marginal_percent(5_000_000, FLAT) == 10


def test_negative_income():
    with pytest.raises(ValueError, match="^income cannot be negative$"):
        tax_due(-1)


@pytest.mark.parametrize(
    ("income", "percent"), [(0, 0), (9_999, 0), (10_000, 20), (39_999, 20), (40_000, 40), (200_000, 45)]
)
def test_marginal(income, percent):
    assert marginal_percent(income) == percent


def test_net_and_raises():
    assert net(20_000) == 18_000
    assert net(20_000, children=1) == 18_250
    assert raise_worth(9_000, 2_000) == 1_800
    assert raise_worth(39_000, 2_000, children=4) == 1_400
    assert raise_worth(10_000, 1_000, children=1) == 1_000
