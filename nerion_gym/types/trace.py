"""Traces: what one run of the unchanged suite tells about every edit, before any is run.

The model of the field is reach, infect, propagate (DeMillo and Offutt 1991; Voas 1992): a test can
fail on an edit only if it evaluates the edited place, and some value there is another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.types.program import Span


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
    """

    infection: Infection
    reached: tuple[str, ...] = ()
    infected: tuple[str, ...] = ()
    at_import: bool = False
    why: str = ""


@dataclass(frozen=True)
class SiteTrace:
    """What the traced run saw of the values at one place.

    Attributes:
        span: the expression.
        hits: test -> evaluations; "" stands for import and collection.
        kinds: class of value ("int +", "str empty", "None") -> different values seen of it. A
            value that comes again is not counted; one that no tap could work out is not either.
    """

    span: Span
    hits: Mapping[str, int] = field(repr=False)
    kinds: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True)
class Trace:
    """What one run of the unchanged suite tells.

    Attributes:
        edits: in the order asked.
        sites: every place with a tap that was evaluated, by position.
        left_out: test -> why nothing that it evaluated counts.
        seconds: wall time of the traced run; not compared.
    """

    edits: tuple[EditTrace, ...] = field(repr=False)
    sites: tuple[SiteTrace, ...] = field(repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)
    seconds: float = field(default=0.0, compare=False)
