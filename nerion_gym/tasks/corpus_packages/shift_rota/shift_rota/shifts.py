"""Shifts of a week, in minutes from Monday midnight."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock(text: str) -> int:
    hours, _, minutes = text.partition(":")
    found = int(hours) * 60 + int(minutes or 0)
    if not 0 <= found <= DAY:
        raise ValueError(f"no time of a day: {text}")
    return found


@dataclass(frozen=True, order=True)
class Shift:
    start: int
    end: int
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Shift:
        """Read "tue 22:00-06:00 night"; an end before the start is on the next day."""
        day, span, *rest = text.split()
        first, last = (clock(part) for part in span.split("-"))
        start = DAYS.index(day) * DAY
        if last <= first:
            last += DAY
        return cls(start + first, start + last, " ".join(rest))

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def day(self) -> str:
        return DAYS[self.start // DAY]

    def overlaps(self, other: Shift) -> bool:
        return self.start < other.end and other.start < self.end
