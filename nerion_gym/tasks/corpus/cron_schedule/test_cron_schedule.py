"""Strength: strong. How far ahead of a moment a schedule looks is only bounded roughly."""

from datetime import date, datetime

import pytest
from cron_schedule import KINDS, MONTHS, WEEKDAYS, Schedule, ScheduleError

MINUTE, HOUR, DAY, MONTH, WEEKDAY = KINDS


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (MINUTE, "5", {5}),
        (MINUTE, "0,30", {0, 30}),
        (MINUTE, "*/15", {0, 15, 30, 45}),
        (MINUTE, "50/3", {50, 53, 56, 59}),
        (MINUTE, "10-40/10", {10, 20, 30, 40}),
        (MINUTE, "10-39/10", {10, 20, 30}),
        (MINUTE, "1-3,2-5,59", {1, 2, 3, 4, 5, 59}),
        (MINUTE, "7-7", {7}),
        (MINUTE, "*", set(range(60))),
        (HOUR, "*", set(range(24))),
        (HOUR, "22-23", {22, 23}),
        (DAY, "*", set(range(1, 32))),
        (DAY, "1,31", {1, 31}),
        (MONTH, "*", set(range(1, 13))),
        (MONTH, "jan,DEC", {1, 12}),
        (MONTH, "apr-jun", {4, 5, 6}),
        (WEEKDAY, "*", set(range(7))),
        (WEEKDAY, "mon-fri", {1, 2, 3, 4, 5}),
        (WEEKDAY, "Sun,6", {0, 6}),
    ],
)
def test_fields(kind, text, values):
    assert kind.parse(text) == values


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (MINUTE, "60", "minute: 60 is not within 0-59"),
        (HOUR, "24", "hour: 24 is not within 0-23"),
        (DAY, "0", "day: 0 is not within 1-31"),
        (DAY, "32", "day: 32 is not within 1-31"),
        (MONTH, "13", "month: 13 is not within 1-12"),
        (WEEKDAY, "7", "weekday: 7 is not within 0-6"),
        (MONTH, "mon", "month: 'mon' is no number"),
        (MINUTE, "", "minute: '' is no number"),
        (MINUTE, "1,,2", "minute: '' is no number"),
        (MINUTE, "-5", "minute: '' is no number"),
        (MINUTE, "*/0", "minute: '0' is no step"),
        (MINUTE, "*/", "minute: '' is no step"),
        (MINUTE, "*/x", "minute: 'x' is no step"),
        (HOUR, "9-8", "hour: '9-8' runs backwards"),
    ],
)
def test_bad_fields(kind, text, message):
    with pytest.raises(ScheduleError) as caught:
        kind.parse(text)
    assert str(caught.value) == message


def test_all_names_are_known():
    assert [MONTH.number(name) for name in MONTHS] == list(range(1, 13))
    assert [WEEKDAY.number(name) for name in WEEKDAYS] == list(range(7))
    assert MONTHS[4] == "may"
    assert WEEKDAYS[3] == "wed"


@pytest.mark.parametrize(("text", "count"), [("* * * *", 4), ("* * * * * *", 6), ("", 0)])
def test_five_fields(text, count):
    with pytest.raises(ValueError, match=f"^expected 5 fields, found {count}$"):
        Schedule(text)


@pytest.mark.parametrize(
    ("shortcut", "meaning"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
    ],
)
def test_shortcuts(shortcut, meaning):
    assert Schedule(shortcut) == Schedule(meaning)
    assert repr(Schedule(shortcut)) == f"Schedule('{shortcut}')"


class TestMatching:
    # 2024-06-14 was a Friday.
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("* * * * *", True),
            ("30 9 14 6 *", True),
            ("30 9 * * fri", True),
            ("31 9 * * *", False),
            ("30 10 * * *", False),
            ("30 9 13 * *", False),
            ("30 9 * 7 *", False),
            ("30 9 * * thu", False),
            ("30 9 13 * fri", True),
            ("30 9 14 * thu", True),
            ("30 9 13 * thu", False),
            ("30 9 14 7 fri", False),
        ],
    )
    def test_moment(self, expression, expected):
        assert Schedule(expression).matches(datetime(2024, 6, 14, 9, 30)) is expected

    def test_sunday_is_day_zero(self):
        assert Schedule("* * * * 0").matches_day(date(2024, 6, 16))
        assert not Schedule("* * * * 0").matches_day(date(2024, 6, 15))
        assert Schedule("* * * * 6").matches_day(date(2024, 6, 15))


class TestNext:
    NOW = datetime(2024, 6, 14, 9, 30)

    def test_is_later_than_now(self):
        assert Schedule("30 9 * * *").next(self.NOW) == [datetime(2024, 6, 15, 9, 30)]
        assert Schedule("31 9 * * *").next(self.NOW) == [datetime(2024, 6, 14, 9, 31)]

    def test_several(self):
        assert Schedule("0 8,20 * * mon-fri").next(self.NOW, 3) == [
            datetime(2024, 6, 14, 20, 0),
            datetime(2024, 6, 17, 8, 0),
            datetime(2024, 6, 17, 20, 0),
        ]

    def test_in_order_within_a_day(self):
        found = Schedule("55,5,35 16,9 * * *").next(self.NOW, 4)
        assert [(one.hour, one.minute) for one in found] == [(9, 35), (9, 55), (16, 5), (16, 35)]

    def test_leap_days(self):
        found = Schedule("0 0 29 2 *").next(self.NOW, 5)
        assert found == [datetime(2028, 2, 29), datetime(2032, 2, 29)]

    def test_never(self):
        assert Schedule("0 0 31 2 *").next(self.NOW) == []


def test_equality():
    assert Schedule("0 0 * * mon") == Schedule("0  0 * * 1")
    assert hash(Schedule("@daily")) == hash(Schedule("0 0 * * *"))
    assert Schedule("0 0 * * *") != Schedule("0 1 * * *")
    assert Schedule("0 0 1-31 * mon") != Schedule("0 0 * * mon")
    assert Schedule("@daily").__eq__("@daily") is NotImplemented


def test_kinds_are_frozen():
    with pytest.raises(AttributeError):
        MINUTE.low = 1
