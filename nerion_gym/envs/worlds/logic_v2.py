"""Nerion-LogicV2-v0: a module in which names matter.

## Description
`logic_v2.py`: locals that shadow globals, a closure, a `global` statement, a comprehension
with its own scope; its pytest suite checks local and global meaning. Every edit is measured
and undone.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 128 edits,
T = 32 tests and N = 1024 graph nodes.
The columns of a trace are filled; `trace=False` leaves them unknown.

## Actions
`Discrete(129)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog.

## Reward
1 for the first time in the episode that a given mutation survives (no test's learning class
differs from the control run's), else 0. Refactors never count.

## Termination
After 32 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
One task. The suite leaves the gaps listed in `tests/golden/gaps.json`. With `split=` every corpus
program of that split: 38 in train, 10 in val, 14 in test (`nerion_gym.tasks.splits`). One that does
not fit the limits is seen through a focus: a function or a few, drawn by the seed.
`reset(options={"task": "slugs"})` chooses a program.

## Arguments
`split=None` (the one task) | `"train"` | `"val"` | `"test"`;
`observation="graph" | "padded"`, `render_mode=None | "ansi" | "rgb_array" | "human"`,
`trace=True | False`; of `gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
Without `split=` one program: nothing there says how an agent generalises.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.probing import PROBING_OPERATORS, probing_world
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.vector import make_vector
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.splits import corpus_split
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

LIMITS = Limits(edits=128, tests=32, nodes=1024, steps=32)


def build(split: str | None = None) -> World:
    """Return the world: of one program, or of those of a split.

    Raises:
        ConfigError: there is no such split.
    """
    names = ("logic_v2",) if split is None else corpus_split(split)
    tasks = [corpus_task(name, operators=PROBING_OPERATORS) for name in names]
    return probing_world("LogicV2", tasks, LIMITS)


@entry_point
def make(split: str | None = None, **kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id; other keyword arguments go to `CodeEditEnv`."""
    return CodeEditEnv(build(split), **kwargs)


@entry_point
def make_vec(num_envs: int = 1, split: str | None = None, **kwargs: Any) -> CodeEditVectorEnv:
    """Vector entry point; other arguments go to `nerion_gym.envs.vector.make_vector`."""
    return make_vector(build(split), num_envs, **kwargs)
