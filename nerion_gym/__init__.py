"""nerion-gym: code-editing worlds for Gymnasium. Importing it registers every world id.

    import gymnasium as gym
    import nerion_gym

    env = gym.make("Nerion-LogicV2-v0")

The state is a Python program with its pytest suite, an action is one edit at one place, and the
environment really runs the tests. torch is never imported from here.
"""

from __future__ import annotations

import gymnasium

from envs_registry import WORLDS

__version__ = "0.1.0"


def register_worlds() -> None:
    """Register every world id with Gymnasium; ids that are registered already stay as they are."""
    for world_id, world in WORLDS.items():
        if world_id not in gymnasium.registry:
            gymnasium.register(
                id=world_id,
                entry_point=world["entry_point"],
                vector_entry_point=world.get("vector_entry_point"),
                reward_threshold=world["reward_threshold"],
                kwargs=dict(world["kwargs"]),
            )


register_worlds()
