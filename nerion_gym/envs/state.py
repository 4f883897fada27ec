"""The immutable state of an episode, and the short form that replays it anywhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Focus, FunctionRef, Program, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.types.outcome import LearningClass, Outcome
    from nerion_gym.types.task import Task
    from nerion_gym.types.trace import Trace


@dataclass(frozen=True)
class State:
    """Where an episode stands.

    Attributes:
        task: the measured task.
        focus: what is edited and shown; None = the whole program.
        program: the current program (the task's own in worlds that never commit).
        outcome: what the `tests` column shows: of the last measured edit where nothing is
            ever committed (at reset the control run's), else of the current program.
        initial: the outcome at reset.
        catalog: edits of the current program; action a > 0 is `catalog[a - 1]`.
        edits: edits measured so far, in order.
        committed: whether each of `edits` was kept.
        tried: (program digest, edit) -> learning class of the suite, in this episode.
        touched: spans of the current program that this episode's edits concern.
        steps: steps taken.
        trace: of `program`; None where it is not traced, or not yet.
    """

    task: Task
    focus: Focus | None
    program: Program
    outcome: Outcome
    initial: Outcome
    catalog: tuple[Edit, ...]
    edits: tuple[Edit, ...] = ()
    committed: tuple[bool, ...] = ()
    tried: Mapping[tuple[str, Edit], LearningClass] = field(default_factory=dict)
    touched: tuple[Span, ...] = ()
    steps: int = 0
    trace: Trace | None = field(default=None, compare=False, repr=False)

    def last_outcome(self, edit: Edit) -> int:
        """Return the `last outcome` id of an edit: 0 not tried, else learning class + 1."""
        found = self.tried.get((self.program.digest, edit))
        return 0 if found is None else shown_outcome(found)

    def last_outcomes(self) -> Iterator[tuple[Edit, int]]:
        """Yield the edits tried on the current program, with the id of each one's outcome."""
        for (digest, edit), found in self.tried.items():
            if digest == self.program.digest:
                yield edit, shown_outcome(found)


def shown_outcome(found: LearningClass) -> int:
    """Return the `last outcome` id of a suite's class: class + 1, a masked one like a pass."""
    return max(int(found), 0) + 1


@dataclass(frozen=True)
class EpisodeState:
    """`(task_id, edits so far)` and what else an exact replay needs; goes through JSON.

    Attributes:
        task_id: `Task.id`, checked at replay.
        focus: the drawn focus.
        edits: edits measured so far.
        steps: steps taken (masked ones included).
        task: `Task.name`: where another task is at hand, this one is drawn by it. Empty in states
            that were written before it was there.
    """

    task_id: str
    focus: Focus | None
    edits: tuple[Edit, ...]
    steps: int
    task: str = ""

    def to_json(self) -> str:
        """Return the state as one line of JSON (bytes as Latin-1 text)."""
        return json.dumps(asdict(self), default=latin)

    @classmethod
    def from_json(cls, text: str) -> EpisodeState:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: not an episode state.
        """
        try:
            raw = json.loads(text)
            return cls(
                raw["task_id"],
                focus_from(raw["focus"]),
                tuple(edit_from(item) for item in raw["edits"]),
                int(raw["steps"]),
                str(raw.get("task", "")),
            )
        except (ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
            msg = f"not an episode state ({error}); expected what EpisodeState.to_json() writes"
            raise ConfigError(msg) from error


def latin(raw: bytes) -> str:
    """Return bytes as text that JSON holds, a character a byte."""
    return raw.decode("latin-1")


def focus_from(raw: dict[str, Any] | None) -> Focus | None:
    """Return a focus of its JSON form.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it is another.
    """
    if raw is None:
        return None
    functions, context = (
        tuple(FunctionRef(**ref) for ref in raw[key]) for key in ("functions", "context")
    )
    window = raw.get("window")  # states of before it was there have none
    return Focus(functions, context, None if window is None else (int(window[0]), int(window[1])))


def edit_from(raw: dict[str, Any]) -> Edit:
    """Return an edit of its JSON form.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it is another.
    """
    splices = tuple(
        Splice(
            item["path"],
            item["start"],
            item["end"],
            item["before"].encode("latin-1"),
            item["after"].encode("latin-1"),
        )
        for item in raw["splices"]
    )
    argument = None if raw["argument"] is None else Span(**raw["argument"])
    return Edit(raw["operator"], splices, Span(**raw["site"]), argument, raw["text"])
