"""The algorithms of Stable-Baselines3 that learn here, and what they differ in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import torch
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO

from policies.graph_policy import (
    MaskablePointerPolicy,
    PointerActorCriticPolicy,
    PointerDQNPolicy,
    mixed,
    uniform_legal,
)
from policies.legal_dqn import LegalDQN
from policies.sb3_logging import EpsilonCallback
from policies.sb3_vector import LegalMasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv
    from torch import Tensor

    from policies.sb3_logging import BudgetCallback

    Epsilon = Callable[[int], float]

ON_POLICY_TAGS = {
    "train/policy_gradient_loss": "losses/policy_loss",
    "train/value_loss": "losses/value_loss",
    "train/approx_kl": "losses/approx_kl",
    "train/clip_fraction": "losses/clipfrac",
    "train/explained_variance": "losses/explained_variance",
}
OFF_POLICY_TAGS = {
    "train/loss": "losses/td_loss",
    "rollout/exploration_rate": "exploration/epsilon",
}


class Algorithm(Protocol):
    """What `Sb3Learner` asks of an algorithm."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Stable-Baselines3's names of its own numbers -> ours."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Attributes of the model that say how far it has come; a loaded agent goes on there."""

    def make(
        self, env: VecEnv, seed: int, epsilon: Epsilon | None, settings: dict[str, Any]
    ) -> Any:
        """Return the model; settings are the algorithm's, with its `policy_kwargs`."""

    def around(self, env: VecEnv) -> VecEnv:
        """Return the environments as the algorithm wants them."""

    def listeners(
        self, model: Any, watch: BudgetCallback, epsilon: Epsilon | None
    ) -> list[BaseCallback]:
        """Return who else listens to a run, having told the model what it needs to know."""

    def scores(self, model: Any, batch: dict[str, Tensor]) -> Tensor:
        """Return float32 [B, K+1]; the largest is the best, masked ones are far below."""

    def chances(self, model: Any, scores: Tensor) -> Tensor:
        """Return the distribution that an agent acts by, float32 [B, K+1]."""


@dataclass(frozen=True)
class OnPolicy:
    """PPO and its kin: an actor-critic policy; epsilon is mixed into the policy itself."""

    kind: type[BaseAlgorithm]
    policy: type
    masks: bool = False
    tags: Mapping[str, str] = field(default_factory=lambda: ON_POLICY_TAGS)
    numbers: tuple[str, ...] = ("num_timesteps",)

    def make(
        self, env: VecEnv, seed: int, epsilon: Epsilon | None, settings: dict[str, Any]
    ) -> Any:
        """Return the model."""
        del epsilon  # told rollout by rollout
        rollout = settings["n_steps"] * env.num_envs
        kept = {**settings, "batch_size": min(settings["batch_size"], rollout)}
        return self.kind(self.policy, env, seed=seed, device="cpu", **kept)

    def around(self, env: VecEnv) -> VecEnv:
        """Return the environments, able to say which actions are legal where that is asked."""
        return LegalMasks(env) if self.masks else env

    def listeners(
        self, model: Any, watch: BudgetCallback, epsilon: Epsilon | None
    ) -> list[BaseCallback]:
        """Return what sets the epsilon."""
        del model, watch
        return [] if epsilon is None else [EpsilonCallback(epsilon)]

    def scores(self, model: Any, batch: dict[str, Tensor]) -> Tensor:
        """Return the actor's scores."""
        features = model.policy.features_extractor(batch)
        return model.policy.mlp_extractor.forward_actor(features)

    def chances(self, model: Any, scores: Tensor) -> Tensor:
        """Return the policy's distribution, without epsilon."""
        del model
        return mixed(scores, 0.0).exp()


@dataclass(frozen=True)
class OffPolicy:
    """`LegalDQN`: the scores are values; epsilon is the agent's own chance to explore."""

    tags: Mapping[str, str] = field(default_factory=lambda: OFF_POLICY_TAGS)
    numbers: tuple[str, ...] = ("num_timesteps", "exploration_rate")

    def make(
        self, env: VecEnv, seed: int, epsilon: Epsilon | None, settings: dict[str, Any]
    ) -> Any:
        """Return the model."""
        return LegalDQN(PointerDQNPolicy, env, seed=seed, device="cpu", epsilon=epsilon, **settings)

    def around(self, env: VecEnv) -> VecEnv:
        """Return the environments as they are: the mask is read from the observation."""
        return env

    def listeners(
        self, model: Any, watch: BudgetCallback, epsilon: Epsilon | None
    ) -> list[BaseCallback]:
        """Have exploration fall with whichever bound of the budget is nearer."""
        del epsilon  # the model has it
        model.spent = watch.spent
        return []

    def scores(self, model: Any, batch: dict[str, Tensor]) -> Tensor:
        """Return the values."""
        return model.q_net(batch)

    def chances(self, model: Any, scores: Tensor) -> Tensor:
        """Return the best action's, with the rate of exploration that the agent has reached."""
        rate = model.exploration_rate
        best = torch.zeros_like(scores).scatter(1, scores.argmax(dim=1, keepdim=True), 1.0)
        return (1.0 - rate) * best + rate * uniform_legal(scores)


ALGORITHMS: dict[str, Algorithm] = {
    "dqn": OffPolicy(),
    "maskable_ppo": OnPolicy(MaskablePPO, MaskablePointerPolicy, masks=True),
    "ppo": OnPolicy(PPO, PointerActorCriticPolicy),
}
