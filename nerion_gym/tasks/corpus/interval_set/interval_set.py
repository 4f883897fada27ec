"""Sets of numbers made of half-open intervals [start, end)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Iterable, Iterator


@dataclass(frozen=True, order=True)
class Interval:
    start: float
    end: float

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"an interval has to end after it starts: {self.start}..{self.end}")

    @property
    def length(self) -> float:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def __contains__(self, point: float) -> bool:
        return self.start <= point < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


class IntervalSet:
    """Immutable; kept as sorted intervals that neither overlap nor touch.

    Accepts Interval objects as well as pairs, in any order.
    """

    def __init__(self, intervals: Iterable[Interval | tuple[float, float]] = ()) -> None:
        given = sorted(
            one if isinstance(one, Interval) else Interval(*one) for one in intervals
        )
        self._intervals: tuple[Interval, ...] = tuple(self._merged(given))
        self._starts = [interval.start for interval in self._intervals]

    @staticmethod
    def _merged(ordered: list[Interval]) -> Iterator[Interval]:
        pending: Interval | None = None
        for interval in ordered:
            if pending is None:
                pending = interval
            elif interval.start <= pending.end:
                pending = Interval(pending.start, max(pending.end, interval.end))
            else:
                yield pending
                pending = interval
        if pending is not None:
            yield pending

    # -- looking ---------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Interval]:
        return iter(self._intervals)

    def __len__(self) -> int:
        return len(self._intervals)

    def __contains__(self, point: float) -> bool:
        place = bisect_right(self._starts, point) - 1
        return place >= 0 and point in self._intervals[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalSet):
            return NotImplemented
        return self._intervals == other._intervals

    def __hash__(self) -> int:
        return hash(self._intervals)

    def __str__(self) -> str:
        return " ".join(map(str, self)) or "(nothing)"

    @property
    def length(self) -> float:
        return sum(interval.length for interval in self)

    @property
    def span(self) -> Interval | None:
        """The smallest interval that holds all of the set."""
        if not self._intervals:
            return None
        return Interval(self._intervals[0].start, self._intervals[-1].end)

    # -- combining -------------------------------------------------------------------------

    def __or__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet([*self, *other])

    def __and__(self, other: IntervalSet) -> IntervalSet:
        mine, theirs = list(self), list(other)
        shared = []
        i = j = 0
        while i < len(mine) and j < len(theirs):
            if mine[i].overlaps(theirs[j]):
                start = max(mine[i].start, theirs[j].start)
                shared.append(Interval(start, min(mine[i].end, theirs[j].end)))
            if mine[i].end < theirs[j].end:
                i += 1
            else:
                j += 1
        return IntervalSet(shared)

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        span = self.span
        if span is None:
            return self
        return self & other.gaps(span.start, span.end)

    def __xor__(self, other: IntervalSet) -> IntervalSet:
        return (self - other) | (other - self)

    def gaps(self, start: float, end: float) -> IntervalSet:
        """What is missing from the set between two numbers."""
        missing = []
        position = start
        for interval in self:
            if interval.end <= position:
                continue
            if interval.start >= end:
                break
            if interval.start > position:
                missing.append((position, interval.start))
            position = interval.end
        if position < end:
            missing.append((position, end))
        return IntervalSet(missing)

    def shifted(self, by: float) -> IntervalSet:
        return IntervalSet((one.start + by, one.end + by) for one in self)
