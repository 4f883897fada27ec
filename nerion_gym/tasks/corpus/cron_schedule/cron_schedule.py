"""Recurring schedules in five fields: minute, hour, day, month, weekday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Iterator

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
SHORTCUTS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * sun",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 jan *",
}
HORIZON_YEARS = 8


class ScheduleError(ValueError):
    pass


@dataclass(frozen=True)
class FieldKind:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text.lower() in self.words:
            return self.low + self.words.index(text.lower())
        if not text.isdecimal():
            raise ScheduleError(f"{self.name}: {text!r} is no number")
        value = int(text)
        if not self.low <= value <= self.high:
            raise ScheduleError(f"{self.name}: {value} is not within {self.low}-{self.high}")
        return value

    def parse(self, text: str) -> frozenset[int]:
        """The values of lists, ranges and steps: `1,2`, `mon-fri`, `*/15`, `10-40/10`."""
        values: set[int] = set()
        for part in text.split(","):
            body, slash, step_text = part.partition("/")
            step = self._step(step_text) if slash else 1
            first, last = self._bounds(body, open_ended=bool(slash))
            values.update(range(first, last + 1, step))
        return frozenset(values)

    def _step(self, text: str) -> int:
        if not text.isdecimal() or int(text) == 0:
            raise ScheduleError(f"{self.name}: {text!r} is no step")
        return int(text)

    def _bounds(self, body: str, open_ended: bool) -> tuple[int, int]:
        if body == "*":
            return self.low, self.high
        first, dash, last = body.partition("-")
        low = self.number(first)
        if dash:
            high = self.number(last)
            if high < low:
                raise ScheduleError(f"{self.name}: {body!r} runs backwards")
            return low, high
        return low, self.high if open_ended else low


KINDS = (
    FieldKind("minute", 0, 59),
    FieldKind("hour", 0, 23),
    FieldKind("day", 1, 31),
    FieldKind("month", 1, 12, tuple(MONTHS)),
    FieldKind("weekday", 0, 6, tuple(WEEKDAYS)),
)


class Schedule:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        fields = SHORTCUTS.get(expression, expression).split()
        if len(fields) != len(KINDS):
            raise ScheduleError(f"expected 5 fields, found {len(fields)}")
        parsed = [kind.parse(text) for kind, text in zip(KINDS, fields)]
        self.minutes, self.hours, self.days, self.months, self.weekdays = parsed
        # A day has to fit both fields, unless both are restricted: then either will do.
        self.either = fields[2] != "*" and fields[4] != "*"

    def __repr__(self) -> str:
        return f"Schedule({self.expression!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple:
        return self.minutes, self.hours, self.days, self.months, self.weekdays, self.either

    def matches_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_month = day.day in self.days
        in_week = day.isoweekday() % 7 in self.weekdays
        return in_month or in_week if self.either else in_month and in_week

    def matches(self, moment: datetime) -> bool:
        return (
            moment.minute in self.minutes
            and moment.hour in self.hours
            and self.matches_day(moment.date())
        )

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the times later than a moment, for some years."""
        last = moment.date() + timedelta(days=365 * HORIZON_YEARS + 2)
        day = moment.date()
        while day < last:
            if self.matches_day(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = datetime(day.year, day.month, day.day, hour, minute)
                        if found > moment:
                            yield found
            day += timedelta(days=1)

    def next(self, moment: datetime, count: int = 1) -> list[datetime]:
        return list(islice(self.after(moment), count))
