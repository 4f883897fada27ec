"""sb3-contrib's MaskablePPO: it asks the environments for masks, and gets what was observed.

python examples/sb3_contrib_maskable_ppo.py [--steps 1024] [--seed 0] [--save maskable.zip]

`LegalMasks` answers `action_masks()` of any vector from its last observation, so `MaskablePPO`,
its callbacks and its `evaluate_policy` work as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy
from stable_baselines3.common.env_util import make_vec_env

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import MaskablePointerPolicy
from policies.sb3_vector import LegalMasks

WORLD = "Nerion-ToyMath-v0"


def make_envs(count: int, seed: int) -> LegalMasks:
    """Return so many environments of the world, monitored, that say which actions are legal."""
    envs = make_vec_env(WORLD, count, seed=seed, env_kwargs={"observation": "padded"})
    return LegalMasks(envs)


def survivors(model: MaskablePPO, episodes: int = 10) -> str:
    """Return mean and spread of what the agent finds in an episode."""
    envs = make_envs(1, seed=100)
    mean, spread = evaluate_policy(model, envs, n_eval_episodes=episodes, deterministic=False)
    return f"{mean:.1f} ± {spread:.1f} survivors an episode"


def main(arguments: list[str] | None = None) -> None:
    """Learn, save, load, evaluate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, default=Path("maskable.zip"))
    options = parser.parse_args(arguments)

    model = MaskablePPO(
        MaskablePointerPolicy,
        make_envs(2, options.seed),
        n_steps=64,
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
    loaded = MaskablePPO.load(options.save, device="cpu")
    print(f"loaded   {survivors(loaded)}, from {options.save}")


if __name__ == "__main__":
    main()
