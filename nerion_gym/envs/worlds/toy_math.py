"""Nerion-ToyMath-v0: the toy universe, a few functions on numbers.

## Description
The smallest world: `math_logic.py` (add, multiply, scale, clamp, average) with its pytest
suite. Every edit is measured and undone. Use it to see a loop work, not to compare agents.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 64 edits,
T = 16 tests and N = 512 graph nodes.
The columns of a trace are filled; `trace=False` leaves them unknown.

## Actions
`Discrete(65)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog.

## Reward
1 for the first time in the episode that a given mutation survives (no test's learning class
differs from the control run's), else 0. Refactors never count.

## Termination
After 16 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
One task. The suite leaves the gaps listed in `tests/golden/gaps.json`.

## Arguments
`observation="graph" | "padded"`, `render_mode=None | "ansi"`, `trace=True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
One program: nothing here says how an agent generalises.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.probing import PROBING_OPERATORS, probing_world
from nerion_gym.envs.vector import make_vector
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

LIMITS = Limits(edits=64, tests=16, nodes=512, steps=16)


def build() -> World:
    """Return the world."""
    return probing_world("ToyMath", corpus_task("math_logic", operators=PROBING_OPERATORS), LIMITS)


def make(**kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id; keyword arguments go to `CodeEditEnv`."""
    return CodeEditEnv(build(), **kwargs)


def make_vec(num_envs: int = 1, **kwargs: Any) -> CodeEditVectorEnv:
    """Vector entry point; keyword arguments go to `nerion_gym.envs.vector.make_vector`."""
    return make_vector(build(), num_envs, **kwargs)
