"""Strength: strong. Long chains and their running time are not looked at."""

import pytest
from disjoint_sets import DisjointSets


def joined(*pairs, members=()):
    sets = DisjointSets(members)
    for left, right in pairs:
        sets.union(left, right)
    return sets


class TestAdding:
    def test_members_start_alone(self):
        sets = DisjointSets("abc")
        assert sets.count == 3
        assert sets.groups() == [["a"], ["b"], ["c"]]
        assert sets.weight == {"a": 1, "b": 1, "c": 1}

    def test_no_members(self):
        assert DisjointSets().count == 0
        assert DisjointSets().groups() == []

    def test_twice_is_once(self):
        sets = DisjointSets()
        assert sets.add(7) is True
        assert sets.add(7) is False
        assert sets.count == 1

    def test_adding_again_does_not_split(self):
        sets = joined((1, 2))
        sets.add(2)
        assert sets.together(1, 2)


class TestUnion:
    def test_tells_whether_anything_changed(self):
        sets = DisjointSets([1, 2])
        assert sets.union(1, 2) is True
        assert sets.union(2, 1) is False
        assert sets.count == 1

    def test_unknown_members_are_added(self):
        sets = joined(("x", "y"))
        assert sets.groups() == [["x", "y"]]

    def test_left_is_root_when_equal(self):
        sets = joined((1, 2))
        assert sets.find(2) == 1
        assert sets.weight == {1: 2}

    def test_the_heavier_set_stays_root(self):
        sets = joined((1, 2), (3, 1))
        assert sets.find(3) == 1
        assert sets.weight == {1: 3}

    def test_chained(self):
        sets = joined((1, 2), (3, 4), (2, 4), members=[5])
        assert sets.groups() == [[1, 2, 3, 4], [5]]
        assert sets.count == 2
        assert sets.weight == {1: 4, 5: 1}


def test_paths_are_shortened():
    sets = joined((1, 2), (3, 4), (1, 3))
    assert sets.parent[4] == 3
    assert sets.find(4) == 1
    assert sets.parent == {1: 1, 2: 1, 3: 1, 4: 1}


def test_unknown_member_has_no_root():
    with pytest.raises(KeyError, match="nobody"):
        DisjointSets("a").find("nobody")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("a", "b", True), ("b", "a", True), ("b", "b", True), ("a", "c", False),
        ("c", "b", False), ("a", "z", False), ("z", "a", False), ("z", "z", False),
    ],
)
def test_together(left, right, expected):
    assert joined(("a", "b"), members="c").together(left, right) is expected


def test_large_groups_first():
    sets = joined((2, 3), (4, 5), (5, 6), members=[1])
    assert sets.groups() == [[4, 5, 6], [2, 3], [1]]
