"""What a trace tells as rows for people: edits, lines, functions, tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.check import Check
    from nerion_gym.types.trace import EditTrace, FunctionTrace, MicroTrace, SiteTrace

CLASSES = (
    (Infection.NEVER, "N", "never"),
    (Infection.SOMETIMES, "S", "sometimes"),
    (Infection.ALWAYS, "A", "always"),
    (Infection.UNKNOWN, "?", "unknown"),
    (Infection.NOT_REACHED, "-", "not reached"),
)
"""Class of an edit, its sign, its word; in the order of every listing."""
WORD = {infection: word for infection, _, word in CLASSES}
SIGN = {infection: sign for infection, sign, _ in CLASSES}
OUTSIDE = "<module>"


def counted(number: int, noun: str) -> str:
    """Return `1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True)
class EditRow:
    """One edit.

    Attributes:
        index: in the trace, from 0.
        number: among all edits of its file; 0: not known.
        path, line, column: where its change begins, from 1.
        at: the line that it is about: a statement is taken away from the end of the line before it.
        change: what becomes of what.
        seen: what the traced run told.
        checks: assertions that could notice it.
        micro: what running its function alone told; None where it did not run.
    """

    index: int
    number: int
    path: str
    line: int
    column: int
    at: int
    operator: str
    change: str
    seen: EditTrace
    checks: tuple[Check, ...] = field(repr=False)
    micro: MicroTrace | None = None

    @property
    def quiet(self) -> bool:
        """Whether no test can notice it: no value differs, or nothing carries it on."""
        seen = self.seen
        effect = bool(seen.reached) and seen.effect is Infection.NEVER
        return seen.infection is Infection.NEVER or effect

    @property
    def alike(self) -> bool:
        """Whether its function, run alone, did the same on every recorded call."""
        return self.micro is not None and bool(self.micro.ran) and not self.micro.differs

    @property
    def why_quiet(self) -> str:
        """Say why no test can notice it."""
        tests = counted(len(self.seen.reached), "test")
        if self.seen.infection is not Infection.NEVER:
            return f"the value differs, but its statement does the same with it, in {tests}"
        if not self.seen.reached:
            return "the value never differs, and no test evaluates it"
        return f"the value never differs, in {tests}"


@dataclass(frozen=True)
class LineRow:
    """One line of a file.

    Attributes:
        number: from 1.
        text: without its end.
        ran: whether a test, or the import, executes it.
        hits: evaluations of the busiest place that begins here; 0 where none was looked at.
        tests: that execute it.
        sites: expressions that begin here, by position, those inside of another one left out.
        edits: that are about it.
    """

    number: int
    text: str
    ran: bool
    hits: int
    tests: int
    sites: tuple[tuple[str, SiteTrace], ...] = field(repr=False)
    edits: tuple[EditRow, ...] = field(repr=False)

    @property
    def classes(self) -> Counter[Infection]:
        """Number of edits of each class."""
        return Counter(edit.seen.infection for edit in self.edits)

    @property
    def alone(self) -> tuple[int, int]:
        """Number of edits whose function does something else when run alone, and of those run."""
        ran = [edit for edit in self.edits if edit.micro is not None and edit.micro.ran]
        return sum(not edit.alike for edit in ran), len(ran)


@dataclass(frozen=True)
class FunctionRow:
    """A function that edits are in, or the code outside of functions of a file.

    Attributes:
        path, name, line: where.
        edits: in it.
        seen: its calls; None where it was not traced.
        checks: assertions that look at what it gives; None where that is not known.
    """

    path: str
    name: str
    line: int
    edits: tuple[EditRow, ...] = field(repr=False)
    seen: FunctionTrace | None = field(repr=False)
    checks: tuple[Check, ...] = field(repr=False)


@dataclass(frozen=True)
class TestRow:
    """A test.

    Attributes:
        identity: its id.
        checks: all its assertions.
        looking: those that look at what some traced function gives.
        reached, infected: edits whose place it evaluates; in which a value differs.
        note: why it does not count, or why its assertions are not known; "" otherwise.
    """

    identity: str
    checks: tuple[Check, ...]
    looking: tuple[Check, ...]
    reached: int
    infected: int
    note: str = ""

    @property
    def idle(self) -> bool:
        """Whether it evaluates edited places and asserts nothing that looks at what they give."""
        return bool(self.reached) and not self.looking and not self.note


def totals(edits: Sequence[EditRow]) -> Counter[Infection]:
    """Return the number of edits of each class."""
    return Counter(edit.seen.infection for edit in edits)


def reasons(edits: Sequence[EditRow]) -> list[tuple[str, int]]:
    """Return why edits are unknown, and how many for each reason, the commonest first."""
    every = Counter(e.seen.why for e in edits if e.seen.infection is Infection.UNKNOWN)
    return sorted(every.items(), key=lambda one: (-one[1], one[0]))
