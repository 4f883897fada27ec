"""Ray RLlib's PPO in a world: with a pointer module, or with RLlib's own action-masking module.

make rllib                                      in an environment of its own, .venv-rllib
.venv-rllib/bin/python examples/rllib_ppo.py [--module pointer|rllib] [--iterations 4] [--runners 1]

RLlib pins gymnasium 1.2.2, so it does not share an environment with the rest. Its module for masks
wants observations of exactly {"action_mask", "observations"}, the latter a Box: `Masked` makes
them. The pointer module reads the padded observation as it is, and scores each listed edit.
"""

from __future__ import annotations

import argparse
from typing import Any

import gymnasium as gym
import numpy as np
import ray
import torch
from gymnasium import spaces
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import ValueFunctionAPI
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule
from ray.tune.registry import register_env

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import PointerExtractor, PointerHeads

WORLD = "Nerion-ToyMath-v0"
POINTER, RLLIB = "pointer", "rllib"


class Masked(gym.ObservationWrapper):
    """Shows the mask, and the table of edits as one flat Box."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        inner: Any = env.observation_space
        rows, columns = inner["edits"].shape
        self.observation_space = spaces.Dict(
            {
                "action_mask": spaces.Box(0.0, 1.0, (rows,), np.float32),
                "observations": spaces.Box(-1.0, 1.0, (rows * columns,), np.float32),
            }
        )

    def observation(self, observation: dict) -> dict[str, np.ndarray]:
        """Return the two parts; ids are scaled, since RLlib's network takes them for sizes."""
        return {
            "action_mask": observation["action_mask"].astype(np.float32),
            "observations": observation["edits"].astype(np.float32).ravel() / np.float32(32767),
        }


class PointerModule(TorchRLModule, ValueFunctionAPI):
    """The pointer network of `policies/graph_policy` as an RLModule."""

    def setup(self) -> None:
        """Build the network."""
        self.extractor = PointerExtractor(self.observation_space, width=32, layers=2)
        self.extractor.start_even()
        actions = self.extractor.actions
        self.heads = PointerHeads(actions, self.extractor.features_dim - actions)
        self.value = torch.nn.Linear(self.heads.latent_dim_vf, 1)

    def _forward(self, batch: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        features = self.extractor(batch[Columns.OBS])
        return {
            Columns.ACTION_DIST_INPUTS: self.heads.forward_actor(features),
            Columns.EMBEDDINGS: features,
        }

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Any:
        """Return float32 [B]."""
        features = self.extractor(batch[Columns.OBS]) if embeddings is None else embeddings
        return self.value(self.heads.forward_critic(features)).squeeze(-1)


def make_env(config: dict[str, Any]) -> gym.Env:
    """Return the world as a module reads it."""
    env = gym.make(WORLD, observation="padded")
    return Masked(env) if config["module"] == RLLIB else env


def configure(module: str, runners: int, seed: int) -> PPOConfig:
    """Return RLlib's configuration."""
    register_env(WORLD, make_env)
    kind = PointerModule if module == POINTER else ActionMaskingTorchRLModule
    return (
        PPOConfig()
        .environment(WORLD, env_config={"module": module})
        .env_runners(num_env_runners=runners, num_envs_per_env_runner=1)
        .rl_module(rl_module_spec=RLModuleSpec(module_class=kind))
        .training(
            train_batch_size_per_learner=256,
            minibatch_size=64,
            num_epochs=8,
            lr=2e-3,
            gamma=0.9,
            entropy_coeff=0.01,
        )
        .debugging(seed=seed)
    )


def main(arguments: list[str] | None = None) -> None:
    """Train a few iterations and print what they gave."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--module", choices=[POINTER, RLLIB], default=POINTER)
    parser.add_argument("--iterations", type=int, default=4)
    parser.add_argument("--runners", type=int, default=1, help="processes that step worlds")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    ray.init(num_cpus=options.runners + 1, include_dashboard=False, log_to_driver=False)
    algorithm = configure(options.module, options.runners, options.seed).build_algo()
    for iteration in range(1, options.iterations + 1):
        found = algorithm.train()["env_runners"]
        steps, mean = found["num_env_steps_sampled_lifetime"], found["episode_return_mean"]
        print(f"iteration {iteration}: {steps:.0f} steps, {mean:.2f} survivors an episode")
    algorithm.stop()
    ray.shutdown()


if __name__ == "__main__":
    main()
