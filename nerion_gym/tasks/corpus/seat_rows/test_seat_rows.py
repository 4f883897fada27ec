"""Strength: fair. Groups that are split and blocked seats are tried once; ties between gaps never."""
import pytest
from seat_rows import Hall, HallFull, label, place


@pytest.fixture
def hall():
    return Hall(2, 4)


def test_labels():
    assert label(0, 0) == "A1"
    assert label(2, 9) == "C10"
    assert place("b12") == (1, 11)


def test_new_hall_is_free(hall):
    assert hall.free == 8
    assert hall.plan() == "....\n...."


def test_group_sits_together(hall):
    assert hall.seat("Kim", 3) == ["A1", "A2", "A3"]
    assert hall.free == 5


def test_tightest_gap_first(hall):
    hall.seat("Kim", 3)
    assert hall.seat("Lee") == ["A4"]
    assert hall.plan() == "KKKL\n...."


def test_large_groups_are_split(hall):
    hall.seat("Kim", 3)
    assert hall.seat("Ola", 5) == ["B1", "B2", "B3", "B4", "A4"]
    assert hall.free == 0


def test_full(hall):
    hall.seat("Kim", 6)
    with pytest.raises(HallFull):
        hall.seat("Ola", 3)


def test_blocked_seats_are_not_used(hall):
    hall.block(["A2"])
    assert hall.seat("Kim", 2) == ["A3", "A4"]


def test_leave(hall):
    hall.seat("Kim", 2)
    hall.seat("Ola", 1)
    assert hall.leave("Kim") == 2
    assert hall.free == 7
    assert hall.leave("Nobody") == 0
