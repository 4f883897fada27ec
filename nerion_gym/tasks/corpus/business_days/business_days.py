"""Working days between dates, with holidays that come every year."""

import datetime as dt
from dataclasses import dataclass, field

WEEKEND = (5, 6)
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class DateRange:
    """Days from first to last, both of them included."""

    first: dt.date
    last: dt.date

    def __post_init__(self):
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")

    def __iter__(self):
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY

    def __len__(self):
        return (self.last - self.first).days + 1

    def __contains__(self, day):
        return self.first <= day <= self.last

    def overlap(self, other):
        first = max(self.first, other.first)
        last = min(self.last, other.last)
        return DateRange(first, last) if first <= last else None


def easter(year):
    """Easter Sunday of the Gregorian calendar, by Gauss's method."""
    a, b, c = year % 19, year % 4, year % 7
    century = year // 100
    shift = century - century // 4 - (8 * century + 13) // 25 + 15
    d = (19 * a + shift) % 30
    e = (2 * b + 4 * c + 6 * d + 4 + century - century // 4) % 7
    if d == 29 and e == 6:
        days = 28
    elif d == 28 and e == 6 and a > 10:
        days = 27
    else:
        days = d + e
    return dt.date(year, 3, 22) + days * ONE_DAY


@dataclass
class Calendar:
    fixed: set = field(default_factory=set)  # (month, day)
    around_easter: set = field(default_factory=set)  # days after Easter Sunday
    extra: set = field(default_factory=set)  # dates
    weekend: tuple = WEEKEND

    def is_holiday(self, day):
        if (day.month, day.day) in self.fixed or day in self.extra:
            return True
        return (day - easter(day.year)).days in self.around_easter

    def is_working(self, day):
        return day.weekday() not in self.weekend and not self.is_holiday(day)

    def count(self, first, last):
        """Working days from first to last, both included; none if they are the wrong way round."""
        if last < first:
            return 0
        return sum(self.is_working(day) for day in DateRange(first, last))

    def add(self, day, amount):
        """The working day that is some working days later, or earlier if negative."""
        if len(set(self.weekend)) >= 7:
            raise ValueError("nobody ever works in this calendar")
        step = ONE_DAY if amount >= 0 else -ONE_DAY
        left = abs(amount)
        while left > 0:
            day += step
            if self.is_working(day):
                left -= 1
        return day

    def roll(self, day, how="following"):
        """Move a day that is no working day onto one; `modified` stays in the month."""
        if how not in ("following", "preceding", "modified"):
            raise ValueError(f"unknown way to roll a day: {how!r}")
        if self.is_working(day):
            return day
        if how == "preceding":
            return self.add(day, -1)
        following = self.add(day, 1)
        if how == "modified" and following.month != day.month:
            return self.add(day, -1)
        return following


def add_months(day, months):
    """The same day some months later; the last of the month where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year, month):
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def due_dates(calendar, start, count, every=1):
    """Dates every few months, rolled onto working days within their months."""
    months = range(every, every * count + 1, every)
    return [calendar.roll(add_months(start, number), "modified") for number in months]
