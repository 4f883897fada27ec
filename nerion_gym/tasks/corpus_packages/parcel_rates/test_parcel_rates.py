"""Strength: weak. Prices are compared with one another, hardly with numbers; limits are not tried."""

import pytest
from parcel_rates import cheapest, quotes
from parcel_rates.parcel import Parcel

SMALL = Parcel(20, 15, 10, 800)
LARGE = Parcel(80, 60, 60, 30_000)


def test_a_small_parcel_has_offers():
    found = quotes(SMALL, "AT", "DE")
    assert len(found) == 3
    assert found == sorted(found)


def test_only_a_truck_takes_a_large_one():
    assert [quote.carrier for quote in quotes(LARGE, "AT", "DE")] == ["truck"]


def test_farther_costs_more():
    near, far, overseas = (cheapest(SMALL, "FR", end).price for end in ("ES", "PL", "US"))
    assert near < far < overseas


def test_in_a_hurry():
    assert cheapest(SMALL, "AT", "FR", within=2).carrier == "bike"
    assert cheapest(LARGE, "AT", "FR", within=2) is None


def test_price_of_the_post():
    assert cheapest(SMALL, "AT", "PL").price == 600


def test_nothing_is_no_parcel():
    with pytest.raises(ValueError, match="positive"):
        Parcel(0, 1, 1, 1)
