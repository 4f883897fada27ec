"""Strength: fair. Easter is checked for four years, ranges and leap years only in passing."""

from datetime import date

import pytest
from business_days import Calendar, DateRange, add_months, days_in_month, due_dates, easter


@pytest.fixture
def calendar():
    return Calendar(fixed={(1, 1), (12, 25), (12, 26)}, around_easter={-2, 1})


@pytest.mark.parametrize(
    "expected", [date(2019, 4, 21), date(2023, 4, 9), date(2024, 3, 31), date(2025, 4, 20)]
)
def test_easter(expected):
    assert easter(expected.year) == expected


class TestDateRange:
    def test_days(self):
        week = DateRange(date(2024, 2, 26), date(2024, 3, 3))
        assert len(week) == 7
        assert len(list(week)) == 7
        assert date(2024, 2, 29) in week

    def test_wrong_way_round(self):
        with pytest.raises(ValueError):
            DateRange(date(2024, 2, 2), date(2024, 2, 1))

    def test_overlap(self):
        january = DateRange(date(2024, 1, 1), date(2024, 1, 31))
        other = DateRange(date(2024, 1, 20), date(2024, 2, 10))
        assert january.overlap(other) == DateRange(date(2024, 1, 20), date(2024, 1, 31))


class TestCalendar:
    def test_weekend(self, calendar):
        assert not calendar.is_working(date(2024, 6, 15))
        assert calendar.is_working(date(2024, 6, 17))

    def test_holidays(self, calendar):
        assert calendar.is_holiday(date(2024, 12, 25))
        assert calendar.is_holiday(date(2024, 3, 29))
        assert not calendar.is_holiday(date(2024, 3, 28))

    def test_count(self, calendar):
        assert calendar.count(date(2024, 12, 23), date(2024, 12, 31)) == 5

    def test_add(self, calendar):
        assert calendar.add(date(2024, 6, 14), 1) == date(2024, 6, 17)
        assert calendar.add(date(2024, 12, 24), 2) == date(2024, 12, 30)
        assert calendar.add(date(2024, 6, 17), -3) == date(2024, 6, 12)

    def test_roll(self, calendar):
        assert calendar.roll(date(2024, 6, 12)) == date(2024, 6, 12)
        assert calendar.roll(date(2024, 6, 15)) == date(2024, 6, 17)
        assert calendar.roll(date(2024, 6, 15), "preceding") == date(2024, 6, 14)
        assert calendar.roll(date(2024, 6, 30), "modified") == date(2024, 6, 28)


def test_days_in_month():
    assert [days_in_month(2023, month) for month in (1, 2, 4, 12)] == [31, 28, 30, 31]
    assert days_in_month(2024, 2) == 29


def test_add_months():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 11, 15), 3) == date(2025, 2, 15)


def test_due_dates(calendar):
    dates = due_dates(calendar, date(2024, 1, 31), 3)
    assert dates == [date(2024, 2, 29), date(2024, 3, 28), date(2024, 4, 30)]
