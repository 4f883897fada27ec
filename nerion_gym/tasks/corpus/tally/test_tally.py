"""Strength: fair. What remove() and add() return is not checked, nor is any refusal."""

import pytest
from tally import Tally


@pytest.fixture
def fruit():
    return Tally(["pear", "apple", "pear", "fig"])


def test_counts(fruit):
    assert fruit["pear"] == 2
    assert fruit["apple"] == 1
    assert fruit["mango"] == 0


def test_length_counts_every_one(fruit):
    assert len(fruit) == 4
    assert len(Tally()) == 0


def test_iterates_in_order_of_first_sight(fruit):
    assert list(fruit) == ["pear", "pear", "apple", "fig"]


def test_contains(fruit):
    assert "fig" in fruit
    assert "mango" not in fruit


def test_add_several(fruit):
    fruit.add("apple", times=3)
    assert fruit["apple"] == 4


def test_remove(fruit):
    fruit.remove("pear")
    assert fruit["pear"] == 1
    fruit.remove("pear", 5)
    assert "pear" not in fruit


def test_most_common(fruit):
    assert fruit.most_common(1) == [("pear", 2)]
    assert len(fruit.most_common()) == 3


def test_subset(fruit):
    assert Tally(["pear", "fig"]) <= fruit
    assert not fruit <= Tally(["pear", "fig"])


def test_sum(fruit):
    both = fruit + Tally(["fig", "kiwi"])
    assert both["fig"] == 2
    assert len(both) == 6
