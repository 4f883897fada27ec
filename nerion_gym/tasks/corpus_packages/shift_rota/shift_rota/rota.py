"""Give each shift to whoever has worked least and may work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shift_rota.shifts import Shift

REST = 8 * 60
MOST_MINUTES = 40 * 60


@dataclass
class Worker:
    name: str
    away: frozenset[str] = frozenset()
    shifts: list[Shift] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(shift.minutes for shift in self.shifts)

    def may(self, shift: Shift) -> bool:
        if shift.day in self.away:
            return False
        if self.minutes + shift.minutes > MOST_MINUTES:
            return False
        padded = Shift(shift.start - REST, shift.end + REST)
        return not any(padded.overlaps(own) for own in self.shifts)


def assign(shifts: Iterable[Shift], workers: list[Worker]) -> list[Shift]:
    """Fill the rotas of workers; return the shifts that nobody may take."""
    left = []
    for shift in sorted(shifts):
        able = [worker for worker in workers if worker.may(shift)]
        if not able:
            left.append(shift)
            continue
        chosen = min(able, key=lambda worker: (worker.minutes, worker.name))
        chosen.shifts.append(shift)
    return left
