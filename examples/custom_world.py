"""Till-v0: does this suite see that a till gives the right change?

## Description
One function and its two tests. Every edit is measured and undone.

## Observation
The common dictionary with K = 32 edits, T = 8 tests and N = 256 graph nodes.

## Actions
`Discrete(33)`: 0 is submit, a > 0 the a-th edit of the catalog.

## Reward
1 for the first time in the episode that a mutation survives, else 0.

## Termination
After 4 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
One task, in no other split than "train".

## Arguments
Those of every world: `observation`, `render_mode`, `trace`.

## Known limits
It shows how a world is registered, and nothing else.

## Versions
v0: first version.
"""

import gymnasium as gym

from nerion_gym.envs.probing import probing_world
from nerion_gym.envs.registering import register_world
from nerion_gym.envs.world import World
from nerion_gym.tasks.builder import text_task
from nerion_gym.types.task import Limits

PROGRAM = """
def change(paid, price, tip=0):
    if paid < price + tip:
        return None
    return paid - price - tip
"""
TESTS = """
from till import change
def test_change():
    assert change(5, 3) == 2
def test_too_little():
    assert change(1, 3) is None
"""


def build() -> World:
    """Compose the world: a task of texts, the operators of the probing worlds, limits."""
    task = text_task("till", {"till.py": PROGRAM}, {"test_till.py": TESTS})
    return probing_world("Till", [task], Limits(edits=32, tests=8, nodes=256, steps=4), prefix="")


register_world("Till-v0", build)

if __name__ == "__main__":
    env = gym.make("Till-v0", render_mode="ansi")
    env.reset(seed=0)
    for action in range(1, 5):
        env.step(action)
        print(env.render())
