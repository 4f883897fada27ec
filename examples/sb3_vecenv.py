"""Stable-Baselines3 over the native vector: edited programs of eight worlds run side by side.

python examples/sb3_vecenv.py [--world Nerion-LogicV2-v0] [--envs 8] [--steps 256] [--seed 0]

`CodeEditVecEnv` is a `VecEnv`: it gives what `DummyVecEnv` gives, step by step, over one pool of
test processes. Both take the same steps here, then PPO learns on the native one.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import PointerActorCriticPolicy
from policies.sb3_vector import CodeEditVecEnv


def native(world: str, count: int) -> VecEnv:
    """Return the native vector as a `VecEnv`; it resets in the same step, as SB3 expects."""
    vector: Any = gym.make_vec(world, count, observation="padded", autoreset_mode="SameStep")
    return VecMonitor(CodeEditVecEnv(vector))


def dummy(world: str, count: int) -> VecEnv:
    """Return Stable-Baselines3's own: one environment after another."""
    return make_vec_env(world, count, env_kwargs={"observation": "padded"})


def walk(envs: VecEnv, steps: int, seed: int) -> tuple[np.ndarray, float]:
    """Take legal steps; return rewards [steps, N] and steps a second of all together."""
    rng = np.random.default_rng(seed)
    envs.seed(seed)
    observation, rewards = envs.reset(), []
    start = time.perf_counter()
    for _ in range(steps):
        masks = np.asarray(observation["action_mask"])  # type: ignore[call-overload]
        actions = np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
        observation, reward, _dones, _infos = envs.step(actions)
        rewards.append(reward)
    return np.array(rewards), steps * envs.num_envs / (time.perf_counter() - start)


def main(arguments: list[str] | None = None) -> None:
    """Compare the two vectors, then learn on the native one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", default="Nerion-LogicV2-v0")
    parser.add_argument("--envs", type=int, default=8)
    parser.add_argument("--steps", type=int, default=256, help="that PPO learns from")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    found = {}
    for name, make in (("DummyVecEnv", dummy), ("native", native)):
        envs = make(options.world, options.envs)
        found[name], pace = walk(envs, 6, options.seed)
        print(f"{name:12} {pace:6.0f} steps/s, reward {found[name].sum():.0f}")
        envs.close()
    same = np.array_equal(found["DummyVecEnv"], found["native"])
    print("the same rewards, step by step" if same else "the rewards differ")

    envs = native(options.world, options.envs)
    n_steps = max(options.steps // options.envs // 2, 2)
    model = PPO(
        PointerActorCriticPolicy,
        envs,
        n_steps=n_steps,
        batch_size=min(n_steps * options.envs, 32),
        n_epochs=2,
        policy_kwargs={"features_extractor_kwargs": {"width": 32, "layers": 2}},
        seed=options.seed,
        device="cpu",
    )
    model.learn(options.steps)
    spent = envs.get_attr("stats")[0].ledger
    print(f"PPO: {model.num_timesteps} steps, {len(spent.seen)} different programs were run")
    envs.close()


if __name__ == "__main__":
    main()
