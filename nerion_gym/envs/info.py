"""A step's `info`: flat scalars and texts, newly built; no clock, no path, no cache flag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.envs.render import describe_edit
from nerion_gym.types.outcome import LearningClass, Status, suite_class, survived
from nerion_gym.types.program import Focus

if TYPE_CHECKING:
    from nerion_gym.envs.render import LastStep
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World

STATUS_NAMES = tuple((status, status.name.lower()) for status in Status)


def build_info(
    world: World, state: State, step: LastStep | None, *, masked: bool
) -> dict[str, Any]:
    """Return the info of a step, or of a reset where `step` is None."""
    end = "" if step is None else step.finished.end
    return {
        "task_id": state.task.id,
        "masked_action": masked,
        "end": end,
        "is_success": is_success(world, state, end),
        **_edit_part(state, step),
        **_reward_part(step),
        **(_offer(world, state) if step is None else {}),
    }


def _offer(world: World, state: State) -> dict[str, int]:
    """Return how many edits of how many the episode offers: a large program is seen in parts."""
    pool = state.task.pool
    every = enumerate_edits(state.task.program, world.operators, Focus(pool) if pool else None)
    return {"edits_offered": len(state.catalog), "edits_total": len(every)}


def _edit_part(state: State, step: LastStep | None) -> dict[str, Any]:
    if step is None or step.edit is None or step.outcome is None:
        shown = state.outcome
        part = {"edit": "", "operator": "", "survived": False, "suite_class": -1, "tests_run": 0}
    else:
        shown = step.outcome
        part = {
            "edit": describe_edit(step.edit, step.before.program),
            "operator": step.edit.operator,
            "survived": survived(shown, state.initial),
            "suite_class": int(suite_class(shown)),
            "tests_run": shown.selected,
        }
    found = [result.status for result in shown.results]
    return {**part, **{name: found.count(status) for status, name in STATUS_NAMES}}


def _reward_part(step: LastStep | None) -> dict[str, float]:
    terms = {} if step is None else step.finished.terms
    return {f"reward_{name}": value for name, value in terms.items()}


def is_success(world: World, state: State, end: str) -> bool:
    """Whether the goal holds; where nothing is committed: whether a mutation has survived."""
    if world.commit != "never":
        return end == "goal"
    kept = {edit.operator for (_, edit), c in state.tried.items() if c is LearningClass.PASS}
    return not kept.isdisjoint(world.mutations)
