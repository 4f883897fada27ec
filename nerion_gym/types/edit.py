"""Edits: splices with their inverse. `before` is a precondition, never a hint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nerion_gym.types.program import setters

if TYPE_CHECKING:
    from nerion_gym.types.program import Span


class Kind(StrEnum):
    """What an operator promises: same meaning, changed meaning, or text from a provider."""

    REFACTOR = "refactor"
    MUTATION = "mutation"
    GENERATIVE = "generative"


@dataclass(frozen=True, order=True, slots=True, init=False)
class Splice:
    """Replace bytes [start, end) of `path`, which must read `before`, by `after`."""

    path: str
    start: int
    end: int
    before: bytes
    after: bytes

    def __init__(self, path: str, start: int, end: int, before: bytes, after: bytes) -> None:
        set_path, set_start, set_end, set_before, set_after = SPLICE
        set_path(self, path)
        set_start(self, start)
        set_end(self, end)
        set_before(self, before)
        set_after(self, after)


SPLICE = setters(Splice)


@dataclass(frozen=True, slots=True, init=False)
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

    def __init__(
        self,
        operator: str,
        splices: tuple[Splice, ...],
        site: Span,
        argument: Span | None = None,
        text: str = "",
    ) -> None:
        set_operator, set_splices, set_site, set_argument, set_text = EDIT
        set_operator(self, operator)
        set_splices(self, splices)
        set_site(self, site)
        set_argument(self, argument)
        set_text(self, text)

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


EDIT = setters(Edit)
