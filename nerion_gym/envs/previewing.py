"""The observation of a program that an action would give, without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.envs import dynamics
from nerion_gym.envs.limits import overflow
from nerion_gym.envs.observation import build_scene, observe

if TYPE_CHECKING:
    from nerion_gym.envs.observation import Form
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.transition import Observation


def previewed(world: World, state: State, action: int, form: Form) -> Observation | None:
    """Return the observation that an action would give; None where it changes no program.

    So do a masked action, submit, and an edit that would break a limit. Nothing is traced: the
    columns of a trace read unknown.

    Raises:
        ConfigError: the action is outside the space.
    """
    plan = dynamics.plan(world, state, action)
    if plan.edit is None or plan.program is None:
        return None
    seen = dynamics.committed(world, state, plan.edit, plan.program, state.outcome)
    if overflow(seen, world.limits, spare=False):
        return None
    return observe(seen, build_scene(seen, world.limits), world.limits, form)
