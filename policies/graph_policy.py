"""Pointer policies over listed edits for Stable-Baselines3 (padded observations).

The features extractor encodes the program, scores every listed edit and masks. An actor takes
the scores as they are, its critic reads the graph's vector; for Q-learning the scores are the
values. An action head of fixed width over padded features learns nothing here (.00 where this
gets .57, see the design).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.dqn.policies import DQNPolicy, QNetwork
from torch import Tensor, nn

from policies.encoder import LAYERS, WIDTH, EditEncoder, Encoder, join_padded

if TYPE_CHECKING:
    from collections.abc import Callable

    from gymnasium import spaces

    from nerion_gym.types.semantics import Semantics

MASKED = -1e8
"""Score of an illegal action: finite, so that entropy and gradients stay numbers."""
FIRST_GAIN = 0.01
"""Gain of the scorer's last layer: a fresh policy is close to uniform over the legal edits."""


class PointerExtractor(BaseFeaturesExtractor):
    """Scores of all actions and the graph's vector, side by side.

    Args:
        observation_space: padded, as in the design.
        width: of the encoder.
        layers: of the encoder.
        semantics: frozen vectors of tokens for the encoder, or None.
    """

    def __init__(
        self,
        observation_space: spaces.Dict,
        width: int = WIDTH,
        layers: int = LAYERS,
        semantics: Semantics | None = None,
    ) -> None:
        shape = observation_space["action_mask"].shape
        actions = 0 if shape is None else shape[0]
        super().__init__(observation_space, features_dim=actions + width + 1)
        self.actions = actions
        self.encoder = Encoder(width, layers, semantics)
        self.edits = EditEncoder(self.encoder)
        self.scorer = nn.Sequential(nn.Linear(2 * width + 1, width), nn.Tanh(), nn.Linear(width, 1))

    def start_even(self) -> None:
        """Have all listed edits score about 0."""
        last = cast("nn.Linear", self.scorer[-1])
        nn.init.orthogonal_(last.weight, gain=FIRST_GAIN)
        nn.init.zeros_(last.bias)

    def forward(self, observations: dict[str, Tensor]) -> Tensor:
        """Return float32 [B, (K+1) + width + 1]: masked scores, graph vector, steps left."""
        found = self.encoder(join_padded(observations))
        legal = observations["action_mask"] > 0
        # Only legal rows are worth a vector.
        graph, action = legal.nonzero().unbind(dim=1)
        rows = observations["edits"].long()[graph, action]
        left = observations["steps_left"].float()
        vectors = self.edits(self.encoder, found, graph, rows)
        context = torch.cat([vectors, found.graphs[graph], left[graph]], dim=1)
        scores = found.graphs.new_full(legal.shape, MASKED)
        scores[graph, action] = self.scorer(context).squeeze(1)
        return torch.cat([scores, found.graphs, left], dim=1)


class PointerHeads(nn.Module):
    """Stands where Stable-Baselines3 has its MLP extractor: splits scores from the rest.

    Args:
        actions: K + 1.
        width: of what the critic reads.
    """

    def __init__(self, actions: int, width: int) -> None:
        super().__init__()
        self.actions = actions
        self.latent_dim_pi = actions
        self.latent_dim_vf = WIDTH
        self.critic = nn.Sequential(nn.Linear(width, WIDTH), nn.Tanh())

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return what actor and critic read."""
        return self.forward_actor(features), self.forward_critic(features)

    def forward_actor(self, features: Tensor) -> Tensor:
        """Return the masked scores, float32 [B, K+1]."""
        return features[:, : self.actions]

    def forward_critic(self, features: Tensor) -> Tensor:
        """Return float32 [B, 64] of the graph's vector and the steps left."""
        return self.critic(features[:, self.actions :])


def uniform_legal(scores: Tensor) -> Tensor:
    """Return U(legal), float32 [B, K+1]; a score tells whether its action is masked."""
    legal = scores > MASKED / 2
    return legal / legal.sum(dim=1, keepdim=True).clamp(min=1)


def mixed(scores: Tensor, epsilon: float) -> Tensor:
    """Return log((1 - epsilon) softmax(scores) + epsilon U(legal)), float32 [B, K+1]."""
    chances = (1.0 - epsilon) * torch.softmax(scores, dim=1) + epsilon * uniform_legal(scores)
    logarithm = torch.log(chances.clamp(min=torch.finfo(scores.dtype).tiny))
    return torch.where(scores > MASKED / 2, logarithm, torch.full_like(scores, MASKED))


class PointerMixin:
    """What makes an actor-critic policy of Stable-Baselines3 a pointer policy.

    `epsilon` is the share of legal-uniform choices mixed into the policy itself, in acting and
    in evaluating alike; keep it constant within a rollout. 0 leaves the policy as it is.
    """

    epsilon: float = 0.0
    # Assigned here, defined by the class this is mixed into.
    action_net: Any
    mlp_extractor: Any

    def _build_mlp_extractor(self: Any) -> None:
        extractor = self.features_extractor
        width = extractor.features_dim - extractor.actions
        self.mlp_extractor = PointerHeads(extractor.actions, width)

    def _build(self: Any, lr_schedule: Callable[[float], float]) -> None:
        super()._build(lr_schedule)  # type: ignore[misc]
        self.action_net = nn.Identity()
        # The orthogonal initialisation gave the scorer gain sqrt(2): entropy .86-.95 of
        # log |legal| instead of 1.
        self.features_extractor.start_even()
        # The old optimizer holds the action head that is gone.
        self.optimizer = self.optimizer_class(
            self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs
        )

    def _get_action_dist_from_latent(self: Any, latent_pi: Tensor) -> Any:
        scores = mixed(latent_pi, self.epsilon) if self.epsilon > 0 else latent_pi
        return self.action_dist.proba_distribution(action_logits=scores)


class PointerActorCriticPolicy(PointerMixin, ActorCriticPolicy):
    """Pointer policy for PPO and A2C.

    Args:
        args: as `ActorCriticPolicy`.
        kwargs: as `ActorCriticPolicy`; the features extractor is `PointerExtractor` unless given.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("features_extractor_class", PointerExtractor)
        super().__init__(*args, **kwargs)


class MaskablePointerPolicy(PointerMixin, MaskableActorCriticPolicy):
    """Pointer policy for sb3-contrib's MaskablePPO, which masks a second time.

    Args:
        args: as `MaskableActorCriticPolicy`.
        kwargs: likewise; the features extractor is `PointerExtractor` unless given.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("features_extractor_class", PointerExtractor)
        super().__init__(*args, **kwargs)


class PointerQNetwork(QNetwork):
    """The score of a listed edit is its value; a masked action's is far below any other.

    The largest value over all actions is then the largest over the legal ones. Where nothing is
    legal nothing more can be won: all values are 0.

    Args:
        args: as `QNetwork`.
        kwargs: as `QNetwork`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.q_net = nn.Sequential()  # nothing behind the scores
        self._pointer.start_even()  # the target takes the largest of many: none by chance

    @property
    def _pointer(self) -> PointerExtractor:
        return cast("PointerExtractor", self.features_extractor)

    def forward(self, observations: dict[str, Tensor]) -> Tensor:  # type: ignore[override]
        """Return float32 [B, K+1]."""
        # Not `extract_features`: it would make floats of ids on the way.
        values = self._pointer(observations)[:, : self._pointer.actions]
        stuck = (observations["action_mask"] <= 0).all(dim=1, keepdim=True)
        return values.masked_fill(stuck, 0.0)


class PointerDQNPolicy(DQNPolicy):
    """Pointer policy for `LegalDQN`.

    Args:
        args: as `DQNPolicy`.
        kwargs: as `DQNPolicy`; the features extractor is `PointerExtractor` unless given.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("features_extractor_class", PointerExtractor)
        kwargs.setdefault("net_arch", [])
        super().__init__(*args, **kwargs)

    def make_q_net(self) -> PointerQNetwork:
        """Return a network with an encoder of its own."""
        arguments = self._update_features_extractor(self.net_args, features_extractor=None)
        return PointerQNetwork(**arguments).to(self.device)
