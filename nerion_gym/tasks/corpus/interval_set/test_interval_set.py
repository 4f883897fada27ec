"""Strength: strong. Intervals of fractions and infinite ones are not tried."""

import pytest
from interval_set import Interval, IntervalSet


def pairs(intervals):
    return [(one.start, one.end) for one in intervals]


class TestInterval:
    @pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3)])
    def test_must_not_be_empty(self, start, end):
        with pytest.raises(ValueError) as caught:
            Interval(start, end)
        assert str(caught.value) == f"an interval has to end after it starts: {start}..{end}"

    def test_is_half_open(self):
        interval = Interval(2, 5)
        assert [n in interval for n in (1, 2, 4, 5)] == [False, True, True, False]
        assert interval.length == 3

    def test_is_frozen(self):
        with pytest.raises(AttributeError):
            Interval(1, 2).end = 5

    @pytest.mark.parametrize(
        ("other", "expected"),
        [((0, 2), False), ((0, 3), True), ((3, 4), True), ((4, 9), True), ((5, 6), False), ((0, 9), True)],
    )
    def test_overlaps(self, other, expected):
        assert Interval(2, 5).overlaps(Interval(*other)) is expected
        assert Interval(*other).overlaps(Interval(2, 5)) is expected


class TestBuilding:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ([], []),
            ([(1, 2)], [(1, 2)]),
            ([(5, 6), (1, 2)], [(1, 2), (5, 6)]),
            ([(1, 4), (2, 6)], [(1, 6)]),
            ([(1, 2), (2, 3)], [(1, 3)]),
            ([(1, 9), (2, 3)], [(1, 9)]),
            ([(7, 8), (1, 3), (2, 5), (10, 12), (8, 9)], [(1, 5), (7, 9), (10, 12)]),
        ],
    )
    def test_merges(self, given, kept):
        assert pairs(IntervalSet(given)) == kept
        assert len(IntervalSet(given)) == len(kept)

    def test_takes_interval_objects(self):
        assert IntervalSet([Interval(1, 2), (4, 5)]) == IntervalSet([(1, 2), (4, 5)])

    def test_nothing_by_default(self):
        assert pairs(IntervalSet()) == []


@pytest.fixture
def hours():
    return IntervalSet([(8, 12), (13, 17), (20, 22)])


class TestLooking:
    @pytest.mark.parametrize("point", [8, 11, 13, 16, 20, 21])
    def test_inside(self, hours, point):
        assert point in hours

    @pytest.mark.parametrize("point", [7, 12, 17, 19, 22, 30])
    def test_outside(self, hours, point):
        assert point not in hours

    def test_nothing_is_in_an_empty_set(self):
        assert 0 not in IntervalSet()

    def test_length(self, hours):
        assert hours.length == 10
        assert IntervalSet().length == 0

    def test_span(self, hours):
        assert hours.span == Interval(8, 22)
        assert IntervalSet().span is None

    def test_text(self, hours):
        assert str(hours) == "[8, 12) [13, 17) [20, 22)"
        assert str(IntervalSet()) == "(nothing)"

    def test_equality(self, hours):
        same = IntervalSet([(20, 22), (8, 10), (10, 12), (13, 17)])
        assert hours == same
        assert hash(hours) == hash(same)
        assert hours != IntervalSet([(8, 12)])
        assert len({hours, same, IntervalSet()}) == 2

    def test_never_equal_to_other_things(self):
        assert IntervalSet().__eq__(()) is NotImplemented
        assert IntervalSet() != ()


class TestCombining:
    def test_union(self, hours):
        assert pairs(hours | IntervalSet([(12, 13), (30, 31)])) == [(8, 17), (20, 22), (30, 31)]

    @pytest.mark.parametrize(
        ("other", "shared"),
        [
            ([], []),
            ([(0, 30)], [(8, 12), (13, 17), (20, 22)]),
            ([(10, 14)], [(10, 12), (13, 14)]),
            ([(12, 13), (17, 20)], []),
            ([(9, 10), (11, 12), (21, 40)], [(9, 10), (11, 12), (21, 22)]),
            ([(0, 12), (16, 17)], [(8, 12), (16, 17)]),
        ],
    )
    def test_intersection(self, hours, other, shared):
        assert pairs(hours & IntervalSet(other)) == shared
        assert pairs(IntervalSet(other) & hours) == shared

    @pytest.mark.parametrize(
        ("other", "left"),
        [
            ([], [(8, 12), (13, 17), (20, 22)]),
            ([(0, 30)], []),
            ([(9, 10)], [(8, 9), (10, 12), (13, 17), (20, 22)]),
            ([(0, 9), (16, 21)], [(9, 12), (13, 16), (21, 22)]),
            ([(12, 13)], [(8, 12), (13, 17), (20, 22)]),
        ],
    )
    def test_difference(self, hours, other, left):
        assert pairs(hours - IntervalSet(other)) == left

    def test_difference_from_nothing(self, hours):
        assert pairs(IntervalSet() - hours) == []

    def test_either_but_not_both(self):
        assert pairs(IntervalSet([(1, 5)]) ^ IntervalSet([(3, 8)])) == [(1, 3), (5, 8)]

    @pytest.mark.parametrize(
        ("start", "end", "missing"),
        [
            (0, 24, [(0, 8), (12, 13), (17, 20), (22, 24)]),
            (9, 16, [(12, 13)]),
            (8, 12, []),
            (12, 13, [(12, 13)]),
            (10, 20, [(12, 13), (17, 20)]),
            (22, 23, [(22, 23)]),
            (1, 2, [(1, 2)]),
        ],
    )
    def test_gaps(self, hours, start, end, missing):
        assert pairs(hours.gaps(start, end)) == missing

    def test_shifted(self, hours):
        assert pairs(hours.shifted(-8)) == [(0, 4), (5, 9), (12, 14)]
