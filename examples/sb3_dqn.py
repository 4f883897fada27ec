"""Stable-Baselines3's DQN, kept to legal actions: LegalDQN with a pointer network.

python examples/sb3_dqn.py [--steps 1000] [--seed 0] [--save dqn_toymath.zip]

Stock DQN explores and looks ahead among actions that do not exist here. `LegalDQN` is a subclass
that does neither; everything else (learn, save, load, callbacks) is the library's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gymnasium as gym
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import PointerDQNPolicy
from policies.legal_dqn import LegalDQN

WORLD = "Nerion-ToyMath-v0"


def make_env() -> Monitor:
    """Return the world in fixed shapes, as Stable-Baselines3 wants it."""
    return Monitor(gym.make(WORLD, observation="padded"))


def survivors(model: LegalDQN) -> str:
    """Return what the greedy agent finds in an episode (the world has one task: they are alike)."""
    mean, _ = evaluate_policy(model, make_env(), n_eval_episodes=2, deterministic=True)
    return f"{mean:.1f} survivors an episode"


def main(arguments: list[str] | None = None) -> None:
    """Learn, save, load, evaluate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, default=Path("dqn_toymath.zip"))
    options = parser.parse_args(arguments)

    env = make_env()
    model = LegalDQN(
        PointerDQNPolicy,
        env,
        learning_starts=64,
        train_freq=2,
        batch_size=32,
        target_update_interval=100,
        learning_rate=1e-3,
        gamma=0.9,
        policy_kwargs={"features_extractor_kwargs": {"width": 32, "layers": 2}},
        seed=options.seed,
        device="cpu",
    )
    print(f"before   {survivors(model)}")
    model.learn(options.steps)
    print(f"after    {survivors(model)}, {model.num_timesteps} steps")
    masked = env.get_wrapper_attr("stats").masked
    print(f"masked actions taken on the way: {masked}")
    model.save(options.save)
    loaded = LegalDQN.load(options.save, device="cpu")
    print(f"loaded   {survivors(loaded)}, from {options.save}")


if __name__ == "__main__":
    main()
