"""How much of a program the episodes of a world can offer, and why not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.envs.listing import edits_outside
from nerion_gym.envs.units import units_of
from nerion_gym.syntax.loose import WHOLE
from nerion_gym.types.program import Focus, FunctionRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.envs.draw import Room

MOST_REASONS = 5


@dataclass(frozen=True)
class Reach:
    """What some episode can offer.

    Attributes:
        total: edits of the whole program.
        within: those that some episode offers.
        reasons: a line for each piece that none does.
    """

    total: int
    within: int
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """One line for people."""
        if self.within == self.total:
            return f"all {self.total} within reach"
        more = len(self.reasons) - MOST_REASONS
        shown = "; ".join(self.reasons[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")
        return f"{self.within} of {self.total} within reach; out of reach: {shown}"


def reach_of(room: Room) -> Reach:
    """Return how many edits the episodes over a task can offer.

    Code is out of reach where the graph of one function, or of one statement outside of
    functions, has more nodes or edges than the world shows.
    """
    among = room.task.among
    total = len(room.edits(Focus(among) if among else None))
    if room.task.focus is None and not among and not room.fits(None):
        return Reach(total, total)
    missing, reasons = 0, []
    for ref, complaint in _too_large(room):
        count = len(room.edits(Focus((ref,))))
        if count:
            missing += count
            reasons.append(f"{ref.path}::{ref.qualname} ({count} edits): {complaint}")
    return Reach(total, total - missing, tuple(reasons))


def _too_large(room: Room) -> Iterator[tuple[FunctionRef, str]]:
    program, among = room.task.program, room.task.among
    small = {path for path in program.paths if not room.shows(FunctionRef(path, ""))}
    outside = edits_outside(program, room.operators)
    pending = [FunctionRef(path, WHOLE) for path in outside if path not in small and not among]
    for unit in units_of(program):
        left_out = unit.ref.path in small or (among and unit.ref not in among)
        complaint = "" if left_out else room.shows(unit.ref)
        if complaint:
            yield unit.ref, complaint
    while pending:
        ref = pending.pop()
        complaint = room.shows(ref)
        if complaint:
            halves = room.halves(ref)
            pending += halves
            if not halves:
                yield ref, complaint
