"""Strength: fair. Towns out of reach, negative roads and what lies beyond a limit are left out."""

import pytest
from routes import both_ways, distances, route, within


@pytest.fixture
def roads():
    return both_ways(
        [("A", "B", 4), ("A", "C", 1), ("C", "B", 2), ("B", "D", 5), ("C", "D", 8), ("X", "Y", 1)]
    )


def test_roads_go_both_ways(roads):
    assert roads["B"]["A"] == roads["A"]["B"] == 4


def test_shortest_is_not_the_direct_one(roads):
    assert route(roads, "A", "B") == (3, ["A", "C", "B"])


def test_longer_route(roads):
    assert route(roads, "A", "D") == (8, ["A", "C", "B", "D"])


def test_closed_town(roads):
    assert route(roads, "A", "D", closed=["C"]) == (9, ["A", "B", "D"])


def test_within(roads):
    assert "C" in within(roads, "A", 4)


def test_unknown_start(roads):
    with pytest.raises(KeyError):
        distances(roads, "Z")
