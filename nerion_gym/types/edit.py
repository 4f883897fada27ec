"""Edits: splices with their inverse. `before` is a precondition, never a hint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.types.program import Span


class Kind(StrEnum):
    """What an operator promises: same meaning, changed meaning, or text from a provider."""

    REFACTOR = "refactor"
    MUTATION = "mutation"
    GENERATIVE = "generative"


@dataclass(frozen=True, order=True)
class Splice:
    """Replace bytes [start, end) of `path`, which must read `before`, by `after`."""

    path: str
    start: int
    end: int
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Edit:
    """One operator at one site.

    Attributes:
        operator: canonical operator name.
        splices: sorted, not overlapping.
        site: the syntax node that the operator acts on.
        argument: a second node that decides the edit (a swapped argument, say), or None.
        text: the inserted token as text ("+", "None", a name); "" when nothing is inserted.
    """

    operator: str
    splices: tuple[Splice, ...]
    site: Span
    argument: Span | None = None
    text: str = ""

    def inverse(self) -> Edit:
        """Return the edit that turns the edited program back, byte for byte."""
        shifts: dict[str, int] = {}
        back = []
        for splice in self.splices:
            start = splice.start + shifts.get(splice.path, 0)
            back.append(
                Splice(splice.path, start, start + len(splice.after), splice.after, splice.before)
            )
            growth = len(splice.after) - len(splice.before)
            shifts[splice.path] = shifts.get(splice.path, 0) + growth
        return Edit(self.operator, tuple(back), self.site, self.argument, self.text)
