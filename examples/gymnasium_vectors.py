"""Many worlds at once: Gymnasium's two vectors and the native one give the same, at their own pace.

python examples/gymnasium_vectors.py [--world Nerion-ToyMath-v0] [--envs 4] [--steps 24] [--seed 0]

`sync` steps one environment after another, `async` has a process for each, the native vector
(`vector_entry_point`) runs the edited programs of a step side by side over one pool.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import gymnasium as gym
import numpy as np

import nerion_gym  # noqa: F401  registers the worlds

MODES: dict[str, dict[str, Any]] = {
    # Observations are pickled by default: a `spaces.Graph` has no fixed shape to share.
    "async": {"vector_kwargs": {"shared_memory": False}},
    "sync": {},
    "vector_entry_point": {},
}


def legal_actions(masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a legal action for each environment; masks int8 [N, K+1] -> int64 [N]."""
    return np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])


def rollout(envs: gym.vector.VectorEnv, steps: int, seed: int) -> tuple[np.ndarray, float]:
    """Step with legal actions; return rewards [steps, N] and steps a second of all together."""
    rng = np.random.default_rng(seed)
    observation, _ = envs.reset(seed=seed)  # sub-environment i gets seed + i
    rewards = []
    start = time.perf_counter()
    for _ in range(steps):
        actions = legal_actions(observation["action_mask"], rng)
        observation, reward, _terminated, _truncated, _info = envs.step(actions)
        rewards.append(reward)
    return np.array(rewards), steps * envs.num_envs / (time.perf_counter() - start)


def main(arguments: list[str] | None = None) -> None:
    """Step the same world in three kinds of vectors and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", default="Nerion-ToyMath-v0")
    parser.add_argument("--envs", type=int, default=4)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    print(f"{options.world}: {options.envs} environments, {options.steps} steps each")
    found: dict[str, np.ndarray] = {}
    for mode, extra in MODES.items():
        envs = gym.make_vec(options.world, options.envs, vectorization_mode=mode, **extra)
        found[mode], pace = rollout(envs, options.steps, options.seed)
        envs.close()
        print(f"{mode:19} {pace:6.0f} steps/s   rewards by environment {found[mode].sum(axis=0)}")
    same = all(np.array_equal(found["sync"], rewards) for rewards in found.values())
    print("all three gave the same rewards" if same else "the rewards differ")


if __name__ == "__main__":
    main()
