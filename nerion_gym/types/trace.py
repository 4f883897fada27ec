"""Traces: what one run of the unchanged suite tells about every edit, before any is run.

The model of the field is reach, infect, propagate (DeMillo and Offutt 1991; Voas 1992): a test can
fail on an edit only if it evaluates the edited place, and some value there is another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import FunctionRef, Program, Span
    from nerion_gym.types.suite import Suite


class Infection(IntEnum):
    """How often an edit gives another value where it stands; the number is the observation's."""

    UNKNOWN = 0
    NOT_REACHED = 1
    NEVER = 2
    SOMETIMES = 3
    ALWAYS = 4


@dataclass(frozen=True)
class EditTrace:
    """What the traced run tells of one edit.

    Attributes:
        infection: over all evaluations that were looked at.
        reached: tests that evaluate the place, in the order of the run.
        infected: those of them in which a value was another.
        at_import: whether the place is evaluated before any test runs.
        why: of what is unknown: the reason; "" otherwise.
        effect: how often what the whole statement does with the value is another: what it assigns,
            returns or passes on, or the branch that it takes. `UNKNOWN` where only more of the
            program tells.
        carrier: how far that is known, what carries the value on: "assigned", "returned",
            "branch", "argument", "other"; "" where nothing is known.
    """

    infection: Infection
    reached: tuple[str, ...] = ()
    infected: tuple[str, ...] = ()
    at_import: bool = False
    why: str = ""
    effect: Infection = Infection.UNKNOWN
    carrier: str = ""


@dataclass(frozen=True)
class SiteTrace:
    """What the traced run saw of the values at one place.

    Attributes:
        span: the expression.
        hits: test -> evaluations; "" stands for import and collection.
        kinds: class of value ("int +", "str empty", "None") -> different values seen of it. A
            value that comes again is not counted; one that no tap could work out is not either.
            Objects that cannot be told apart without running code count as one.
    """

    span: Span
    hits: Mapping[str, int] = field(repr=False)
    kinds: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True)
class FunctionTrace:
    """What the traced run saw of one function that edits are in.

    Attributes:
        function: outermost: what runs inside of it is its own.
        calls: test -> calls; "" stands for import and collection.
        callers: test -> lines of its files (path, line), at most a few, that led to a call.
        returns: class of value returned -> different values seen of it, bounded.
        returned: calls that returned a value with a `return` statement.
        recorded: calls whose arguments were recorded, for `Tracer.micro`.
        skipped: why no arguments of some call could be recorded -> how many calls.
    """

    function: FunctionRef
    calls: Mapping[str, int] = field(repr=False)
    callers: Mapping[str, tuple[tuple[str, int], ...]] = field(repr=False)
    returns: Mapping[str, int] = field(repr=False)
    returned: int = 0
    recorded: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MicroTrace:
    """What running only the edited function, on recorded arguments, tells of one edit.

    Attributes:
        ran: recorded calls that were run again, and did unedited what they had done in the suite;
            where a few differ, no more are run.
        differs: those in which result, exception or changed arguments were other ones.
        results, exceptions, arguments, late: those in which the result was another, an exception
            was (or whether there was one), an argument was changed otherwise, and no end came in
            time; the first that holds counts.
        tests: in which such a call was recorded, in the order of the run.
        why: reason why nothing was run; "" where something was.
    """

    ran: int = 0
    differs: int = 0
    results: int = 0
    exceptions: int = 0
    arguments: int = 0
    late: int = 0
    tests: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Trace:
    """What one run of the unchanged suite tells.

    Attributes:
        edits: in the order asked.
        sites: every place with a tap that was evaluated, by position.
        left_out: test -> why nothing that it evaluated counts.
        functions: those that edits are in and that were called, by position.
        seconds: wall time of the traced run; not compared.
        program, suite: what was run; not compared.
        asked: the edits of `edits`; not compared. A runner fills it in.
        complete: whether the run got to its end; if not, what it did not see is unknown.
    """

    edits: tuple[EditTrace, ...] = field(repr=False)
    sites: tuple[SiteTrace, ...] = field(repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[FunctionTrace, ...] = field(default=(), repr=False)
    seconds: float = field(default=0.0, compare=False)
    program: Program | None = field(default=None, compare=False, repr=False)
    suite: Suite | None = field(default=None, compare=False, repr=False)
    asked: tuple[Edit, ...] = field(default=(), compare=False, repr=False)
    complete: bool = True

    def of(self, edit: Edit) -> EditTrace | None:
        """Return what is known of an edit; None where it was not asked about."""
        place = self._places.get(edit)
        return None if place is None else self.edits[place]

    @cached_property
    def _places(self) -> dict[Edit, int]:
        return {edit: place for place, edit in enumerate(self.asked)}
