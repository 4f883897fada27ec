"""TorchRL's environment, masks and PPO loss around a world, with the pointer network as actor.

python examples/torchrl_ppo.py [--rounds 6] [--steps 128] [--seed 0]

`GymWrapper` takes the padded observation key by key, `ActionMask` keeps random actions legal, and
the scores of illegal actions are far below all others. Needs torchrl: the extra `examples`.
"""

from __future__ import annotations

import argparse
from typing import Any

import gymnasium as gym
import torch
from tensordict.nn import TensorDictModule
from torch import Tensor, nn
from torch.distributions import Categorical
from torchrl.envs import (
    ActionMask,
    Compose,
    DTypeCastTransform,
    GymWrapper,
    RewardSum,
    TransformedEnv,
)
from torchrl.envs.utils import ExplorationType, set_exploration_type
from torchrl.modules import ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

import nerion_gym  # noqa: F401  registers the worlds
from policies.graph_policy import PointerExtractor
from policies.seeding import one_thread, seeded

WORLD = "Nerion-ToyMath-v0"
KEYS = ("nodes", "edge_types", "edge_links", "edits", "tests", "action_mask", "steps_left")


class Actor(nn.Module):
    """The pointer network's masked scores; the parts of an observation come in `KEYS`' order."""

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.extractor = PointerExtractor(space, width=32, layers=2)
        self.extractor.start_even()

    def forward(self, *parts: Tensor) -> Tensor:
        """Return float32 [..., K+1] for any leading shape."""
        return features(self.extractor, parts)[..., : self.extractor.actions]


class Critic(nn.Module):
    """A value from a graph network of its own."""

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.extractor = PointerExtractor(space, width=32, layers=2)
        width = self.extractor.features_dim - self.extractor.actions
        self.head = nn.Sequential(nn.Linear(width, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, *parts: Tensor) -> Tensor:
        """Return float32 [..., 1] for any leading shape."""
        return self.head(features(self.extractor, parts)[..., self.extractor.actions :])


def features(extractor: PointerExtractor, parts: tuple[Tensor, ...]) -> Tensor:
    """Return what the network makes of observations with any leading shape."""
    leading = parts[-1].shape[:-1]
    flat = [part.reshape(-1, *part.shape[len(leading) :]) for part in parts]
    return extractor(dict(zip(KEYS, flat, strict=True))).reshape(*leading, -1)


def make_env(seed: int) -> TransformedEnv:
    """Return the world as TorchRL has environments."""
    world = gym.make(WORLD, observation="padded")
    masks = [DTypeCastTransform(torch.int8, torch.bool, in_keys=["action_mask"]), ActionMask()]
    inner = GymWrapper(world, categorical_action_encoding=True)
    env = TransformedEnv(inner, Compose(*masks, RewardSum()))
    env.set_seed(seed)
    return env


def make_agent(space: Any) -> tuple[ProbabilisticActor, ValueOperator]:
    """Return actor and critic as TorchRL's losses take them."""
    scores = TensorDictModule(Actor(space), in_keys=list(KEYS), out_keys=["logits"])
    actor = ProbabilisticActor(
        scores, in_keys=["logits"], distribution_class=Categorical, return_log_prob=True
    )
    return actor, ValueOperator(Critic(space), in_keys=list(KEYS))


def train(rounds: int, steps: int, seed: int) -> None:
    """Collect with `rollout`, learn with `GAE` and `ClipPPOLoss`; print each round."""
    env = make_env(seed)
    actor, critic = make_agent(gym.make(WORLD, observation="padded").observation_space)
    advantage = GAE(gamma=0.9, lmbda=0.95, value_network=critic, deactivate_vmap=True)
    loss = ClipPPOLoss(actor, critic, entropy_coeff=0.01, normalize_advantage=True)
    optimizer = torch.optim.Adam(loss.parameters(), lr=2e-3)
    for number in range(1, rounds + 1):
        with torch.no_grad(), set_exploration_type(ExplorationType.RANDOM):
            data = env.rollout(steps, actor, break_when_any_done=False)
            advantage(data)
        for _ in range(8):
            for chosen in torch.randperm(len(data)).split(64):
                parts = loss(data[chosen])
                total = parts["loss_objective"] + parts["loss_critic"] + parts["loss_entropy"]
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
        found = data["next", "episode_reward"][data["next", "done"]]
        print(f"round {number}: {found.mean():.2f} survivors an episode, {len(found)} episodes")
    env.close()


def main(arguments: list[str] | None = None) -> None:
    """Train a few rounds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=128, help="of a round; episodes have 16")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with seeded(options.seed), one_thread():
        train(options.rounds, options.steps, options.seed)


if __name__ == "__main__":
    main()
