"""Stable-Baselines3's PPO with a pointer policy learns where a test suite has gaps.

python examples/sb3_ppo.py [--steps 1024] [--seed 0] [--save ppo_toymath.zip]

In Nerion-ToyMath-v0 each of 16 steps tries one of 32 edits; the reward counts mutations that no
test notices. The policy scores every listed edit and masks; PPO itself is the library's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gymnasium as gym
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import PointerActorCriticPolicy

WORLD = "Nerion-ToyMath-v0"


def make_env() -> Monitor:
    """Return the world in fixed shapes, as Stable-Baselines3 wants it."""
    return Monitor(gym.make(WORLD, observation="padded"))


def survivors(model: PPO, episodes: int = 10) -> str:
    """Return mean and spread of what the agent finds in an episode."""
    env = make_env()
    env.reset(seed=100)
    mean, spread = evaluate_policy(model, env, n_eval_episodes=episodes, deterministic=False)
    return f"{mean:.1f} ± {spread:.1f} survivors an episode"


def main(arguments: list[str] | None = None) -> None:
    """Learn, save, load, evaluate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, default=Path("ppo_toymath.zip"))
    options = parser.parse_args(arguments)

    model = PPO(
        PointerActorCriticPolicy,
        make_env(),
        n_steps=128,
        batch_size=64,
        n_epochs=8,
        learning_rate=2e-3,
        gamma=0.9,
        policy_kwargs={"features_extractor_kwargs": {"width": 32, "layers": 2}},
        seed=options.seed,
        device="cpu",
    )
    print(f"before   {survivors(model)}")
    model.learn(options.steps)
    print(f"after    {survivors(model)}, {model.num_timesteps} steps")
    model.save(options.save)
    loaded = PPO.load(options.save, device="cpu")
    print(f"loaded   {survivors(loaded)}, from {options.save}")


if __name__ == "__main__":
    main()
