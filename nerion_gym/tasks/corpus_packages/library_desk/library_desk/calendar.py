"""Loan periods: a book is due on a day on which the library is open."""

from datetime import date, timedelta

CLOSED_ON = 6  # Sunday
LOAN_DAYS = {"novel": 21, "film": 7}
DEFAULT_DAYS = 14


def due_day(start: date, kind: str, holidays: frozenset[date] = frozenset()) -> date:
    day = start + timedelta(days=LOAN_DAYS.get(kind, DEFAULT_DAYS))
    while day.weekday() == CLOSED_ON or day in holidays:
        day += timedelta(days=1)
    return day


def days_late(due: date, back: date) -> int:
    return max(0, (back - due).days)
