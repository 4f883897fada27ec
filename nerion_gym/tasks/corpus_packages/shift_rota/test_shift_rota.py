"""Strength: fair. How long a rest has to be and the most hours of a week are tried roughly."""

import pytest
from shift_rota.pay import night_minutes, payroll, wage
from shift_rota.rota import Worker, assign
from shift_rota.shifts import Shift


def parse(*texts):
    return [Shift.parse(text) for text in texts]


def test_a_shift():
    shift = Shift.parse("tue 6:30-14:00 early desk")
    assert (shift.start, shift.end) == (1440 + 390, 1440 + 840)
    assert (shift.minutes, shift.day, shift.name) == (450, "tue", "early desk")


def test_a_night_ends_on_the_next_day():
    night = Shift.parse("mon 22:00-06:00 night")
    assert night.minutes == 480
    assert night.end == 1440 + 360


@pytest.mark.parametrize("text", ["mon 25:00-26:00", "xyz 8-9"])
def test_nonsense(text):
    with pytest.raises(ValueError, match="no|tuple"):
        Shift.parse(text)


def test_overlap():
    early, late, next_day = parse("mon 6-14", "mon 13-21", "tue 6-14")
    assert early.overlaps(late)
    assert late.overlaps(early)
    assert not early.overlaps(next_day)


def test_work_is_shared():
    ann, bob = Worker("ann"), Worker("bob")
    left = assign(parse("mon 8-16 a", "mon 8-16 b", "tue 8-12 c", "tue 8-16 d"), [ann, bob])
    assert left == []
    assert [shift.name for shift in ann.shifts] == ["a", "c"]
    assert [shift.name for shift in bob.shifts] == ["b", "d"]


def test_nobody_works_without_rest():
    ann = Worker("ann")
    left = assign(parse("mon 14-22 late", "tue 4-12 early", "wed 8-16 day"), [ann])
    assert [shift.name for shift in left] == ["early"]
    assert ann.minutes == 960


def test_away():
    ann, bob = Worker("ann", frozenset({"mon"})), Worker("bob")
    assign(parse("mon 8-9", "tue 8-9"), [ann, bob])
    assert [shift.day for shift in bob.shifts] == ["mon"]
    assert [shift.day for shift in ann.shifts] == ["tue"]


def test_a_week_is_full():
    ann = Worker("ann")
    left = assign(parse(*(f"{day} 8-18" for day in ("mon", "tue", "wed", "thu", "fri"))), [ann])
    assert [shift.day for shift in left] == ["fri"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("mon 8-16", 0), ("mon 20-24", 120), ("mon 22-6", 480), ("tue 4-10", 120), ("mon 0-24", 480)],
)
def test_night_minutes(text, minutes):
    assert night_minutes(Shift.parse(text)) == minutes


def test_wages():
    assert wage(Shift.parse("mon 8-16"), 1200) == 9600
    assert wage(Shift.parse("mon 22-6"), 1200) == 12000
    assert wage(Shift.parse("sun 8-16"), 1200) == 14400


def test_payroll():
    ann = Worker("ann", shifts=parse("mon 8-16", "tue 8-12"))
    assert payroll([ann, Worker("bob")], 1000) == {"ann": 12000}
