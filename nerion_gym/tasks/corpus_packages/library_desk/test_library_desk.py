"""Strength: fair. Limits are tried on one side only, fees at one number of days."""

from datetime import date

import pytest
from library_desk.desk import Desk, Member, Refused

MONDAY = date(2024, 3, 4)


@pytest.fixture
def desk():
    titles = {"Emma": "novel", "Alien": "film", "Atlas": "map", "Ulysses": "novel"}
    return Desk(titles, holidays=frozenset({date(2024, 3, 11)}))


def test_due_days(desk):
    ann = Member("ann")
    assert desk.lend("Emma", ann, MONDAY) == date(2024, 3, 25)
    assert desk.lend("Alien", ann, MONDAY) == date(2024, 3, 12)
    assert desk.lend("Atlas", ann, date(2024, 3, 3)) == date(2024, 3, 18)


def test_what_is_out_is_out(desk):
    desk.lend("Emma", Member("ann"), MONDAY)
    with pytest.raises(Refused, match="Emma is out"):
        desk.lend("Emma", Member("bob"), MONDAY)
    with pytest.raises(Refused, match="no such title"):
        desk.lend("Emma 2", Member("bob"), MONDAY)


def test_three_loans_are_enough(desk):
    ann = Member("ann")
    for title in ("Emma", "Alien", "Atlas"):
        desk.lend(title, ann, MONDAY)
    with pytest.raises(Refused, match="ann may not"):
        desk.lend("Ulysses", ann, MONDAY)


def test_late_fees(desk):
    ann, kid = Member("ann"), Member("kid", child=True)
    desk.lend("Emma", ann, MONDAY)
    desk.lend("Ulysses", kid, MONDAY)
    assert desk.take_back("Emma", date(2024, 3, 30)) == 60
    assert desk.take_back("Ulysses", date(2024, 3, 30)) == 30
    assert ann.owes == 60
    assert ann.pay(100) == 40
    assert ann.owes == 0


def test_grace_and_most(desk):
    ann = Member("ann")
    desk.lend("Alien", ann, MONDAY)
    assert desk.take_back("Alien", date(2024, 3, 14)) == 0
    desk.lend("Alien", ann, MONDAY)
    assert desk.take_back("Alien", date(2025, 3, 14)) == 500
    with pytest.raises(Refused):
        desk.lend("Alien", ann, MONDAY)


def test_reservations(desk):
    ann, bob, eve = Member("ann"), Member("bob"), Member("eve")
    desk.lend("Emma", ann, MONDAY)
    assert desk.reserve("Emma", bob) == 1
    assert desk.reserve("Emma", eve) == 2
    desk.take_back("Emma", MONDAY)
    with pytest.raises(Refused, match="kept for bob"):
        desk.lend("Emma", eve, MONDAY)
    desk.lend("Emma", bob, MONDAY)
    assert desk.reserve("Emma", eve) == 1


def test_overdue(desk):
    ann = Member("ann")
    desk.lend("Emma", ann, MONDAY)
    desk.lend("Alien", ann, MONDAY)
    assert desk.overdue(date(2024, 3, 20)) == ["Alien"]
    assert desk.overdue(MONDAY) == []
