"""Strength: fair. Lone nodes are left out, and teams are mostly asked whether they exist."""

import pytest
from islands import islands, neighbours_of, two_teams


@pytest.fixture
def square():
    return neighbours_of([("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")])


def test_neighbours(square):
    assert square["a"] == {"b", "d"}


def test_one_island(square):
    assert islands(square) == [["a", "b", "c", "d"]]


def test_two_islands():
    assert len(islands(neighbours_of([("a", "b"), ("x", "y")]))) == 2


def test_teams(square):
    assert two_teams(square) is not None


def test_no_teams():
    assert two_teams(neighbours_of([("a", "b"), ("b", "c"), ("c", "a")])) is None
