"""One step without the run in its middle: `plan` says what to run, `finish` what came of it.

Both are pure, so that one environment and a vector of them share them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nerion_gym.edits.preview import apply
from nerion_gym.envs.listing import listed_edits
from nerion_gym.errors import ConfigError
from nerion_gym.types.outcome import suite_class, survived
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program

ENDS = ("", "goal", "submit", "budget", "over_limit")
"""Values of `info["end"]`."""
SUBMIT_ACTION = 0


@dataclass(frozen=True)
class Plan:
    """What a step will do. `program` is None when nothing is to be run."""

    action: int
    masked: bool
    edit: Edit | None = None
    program: Program | None = None


@dataclass(frozen=True)
class Ahead:
    """The outcome of a plan that was run before its step; it holds from this state only."""

    before: State
    plan: Plan
    outcome: Outcome | None


@dataclass(frozen=True)
class Finished:
    """What a step did.

    Attributes:
        state: the next state.
        terms: reward terms by name.
        end: one of `ENDS`.
    """

    state: State
    terms: dict[str, float]
    end: str

    @property
    def reward(self) -> float:
        """Extrinsic reward: the sum of its terms."""
        return float(sum(self.terms.values()))

    @property
    def terminated(self) -> bool:
        """Whether the episode ended by itself; its step budget is observed, so it counts."""
        return self.end in ("goal", "submit", "budget")

    @property
    def truncated(self) -> bool:
        """Whether the episode was cut: an edit broke a limit of the world."""
        return self.end == "over_limit"


def submit_is_legal(state: State) -> bool:
    """Submit is legal where nothing else is."""
    return not state.catalog


def plan(world: World, state: State, action: int) -> Plan:
    """Turn an action number into the program to run.

    Raises:
        ConfigError: the action is outside 0..K.
    """
    if not 0 <= action <= world.limits.edits:
        msg = f"action {action}: expected 0 (submit) to {world.limits.edits} (K) in {world.id}"
        raise ConfigError(msg)
    if action == SUBMIT_ACTION:
        return Plan(action, masked=not submit_is_legal(state))
    if action > len(state.catalog):
        return Plan(action, masked=True)
    edit = state.catalog[action - 1]
    return Plan(action, masked=False, edit=edit, program=apply(state.program, edit))


def finish(
    world: World,
    state: State,
    step: Plan,
    outcome: Outcome | None,
    fits: Callable[[State], bool],
) -> Finished:
    """Turn a plan and its outcome into the next state, reward terms and end."""
    if step.edit is None or step.program is None or outcome is None:
        end = "submit" if not step.masked else ""
        return _closed(world, replace(state, steps=state.steps + 1), {}, end)
    terms = world.reward.terms(state, step.edit, outcome)
    measured_state = _measured(state, step.edit, outcome)
    if not _commits(world, state, outcome):
        shown = outcome if world.commit == "never" else state.outcome
        kept = terms if world.commit == "never" else dict.fromkeys(terms, 0.0)
        touched = (*state.touched, step.edit.site)
        after = replace(measured_state, outcome=shown, touched=touched)
        return _closed(world, after, kept, "")
    after = committed(world, measured_state, step.edit, step.program, outcome)
    if not fits(after):
        return Finished(measured_state, dict.fromkeys(terms, 0.0), "over_limit")
    return _closed(world, after, terms, "goal" if world.reward.reached(after) else "")


def committed(world: World, state: State, edit: Edit, program: Program, outcome: Outcome) -> State:
    """Return the state in which a measured edit is kept; its program is not traced yet."""
    return replace(
        state,
        program=program,
        trace=None,
        outcome=outcome,
        catalog=listed_edits(program, world.operators, state.focus),
        committed=(*state.committed[:-1], True),
        touched=shifted(state.touched, edit),
    )


def _measured(state: State, edit: Edit, outcome: Outcome) -> State:
    key = (state.program.digest, edit)
    return replace(
        state,
        edits=(*state.edits, edit),
        committed=(*state.committed, False),
        tried={**state.tried, key: suite_class(outcome)},
        steps=state.steps + 1,
    )


def _commits(world: World, state: State, outcome: Outcome) -> bool:
    if world.commit == "if_green":
        return survived(outcome, state.initial)
    return world.commit == "always"


def _closed(world: World, state: State, terms: dict[str, float], end: str) -> Finished:
    if not end and state.steps >= world.limits.steps:
        end = "budget"
    return Finished(state, terms, end)


def shifted(spans: tuple[Span, ...], edit: Edit) -> tuple[Span, ...]:
    """Return spans as they lie after an edit, with those of the inserted texts."""
    moved = [_move(span, edit) for span in spans]
    for splice in edit.inverse().splices:
        moved.append(Span(splice.path, splice.start, splice.end))
    return tuple(moved)


def _move(span: Span, edit: Edit) -> Span:
    before_start = before_end = 0
    for splice in edit.splices:
        if splice.path == span.path:
            growth = len(splice.after) - len(splice.before)
            before_start += growth if splice.end <= span.start else 0
            before_end += growth if splice.end <= span.end else 0
    start = span.start + before_start
    return Span(span.path, start, max(start, span.end + before_end))
