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
One task. The suite leaves the gaps listed in `tests/golden/gaps.json`. With `split=` the corpus
programs on numbers whose graph and test functions fit these limits: 4 in train, 3 in val, 2 in
test (`NUMERIC`). One with more edits than slots is seen through a focus: a function or a few.
Where parametrised tests make more than 16 cases, the last slot is that of the rest together.
`reset(options={"task": "tax_ladder"})` chooses one.

## Arguments
`split=None` (the one task) | `"train"` | `"val"` | `"test"`;
`observation="graph" | "padded"`, `render_mode=None | "ansi" | "rgb_array" | "human"`,
`trace=True | False`; of `gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
One program, or a few: nothing here says much of how an agent generalises.

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

LIMITS = Limits(edits=64, tests=16, nodes=512, steps=16)


NUMERIC = (
    "check_digits", "durations", "math_logic", "page_window", "prime_factory", "roman_numerals",
    "sensor_smoothing", "tax_ladder", "zone_offsets",
)  # fmt: skip
"""Corpus programs on numbers whose graph and test functions fit the limits."""


def build(split: str | None = None) -> World:
    """Return the world: of one program, or of those of a split.

    Raises:
        ConfigError: there is no such split.
    """
    names = ("math_logic",) if split is None else corpus_split(split)
    chosen = [name for name in names if name in NUMERIC]
    tasks = [corpus_task(name, operators=PROBING_OPERATORS) for name in chosen]
    return probing_world("ToyMath", tasks, LIMITS)


@entry_point
def make(split: str | None = None, **kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id; other keyword arguments go to `CodeEditEnv`."""
    return CodeEditEnv(build(split), **kwargs)


@entry_point
def make_vec(num_envs: int = 1, split: str | None = None, **kwargs: Any) -> CodeEditVectorEnv:
    """Vector entry point; other arguments go to `nerion_gym.envs.vector.make_vector`."""
    return make_vector(build(split), num_envs, **kwargs)
