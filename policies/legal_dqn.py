"""Deep Q-learning over the listed edits: explores among the legal ones and looks no further.

Stock DQN draws its exploring actions from the whole space and takes the largest next value over
all of it. Most of that space is not legal here: such runs end with losses of millions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from stable_baselines3 import DQN

from policies.replay import RaggedReplayBuffer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch
    from torch import Tensor

    from policies.graph_policy import PointerQNetwork

BUFFER_SIZE = 20_000
"""Of Stable-Baselines3's million, as it keeps them, 39 GB would be needed at once."""


class LegalDQN(DQN):
    """DQN (Mnih et al. 2015, doi 10.1038/nature14236) that takes legal actions only.

    It never takes an action that `observation["action_mask"]` masks, exploring or not. The
    target is the largest value over the next observation's legal actions, 0 where none is. That
    takes a network which puts masked actions last: `PointerDQNPolicy`.

    Args:
        policy: `PointerDQNPolicy`.
        env: padded observations, as in the design.
        double_q: take the target network's value of the action that the online network likes
            best (van Hasselt et al. 2016, arXiv 1509.06461), against values too high.
        epsilon: chance to explore by step of the agent's life (0..1); None: as
            `exploration_initial_eps`, `exploration_final_eps` and `exploration_fraction` (of a
            run's budget) say; it never rises again.
        settings: further arguments of `stable_baselines3.DQN`; `buffer_size` is 20,000 and the
            replay buffer a `RaggedReplayBuffer` unless they say otherwise.
    """

    def __init__(
        self,
        policy: Any,
        env: Any,
        *,
        double_q: bool = True,
        epsilon: Callable[[int], float] | None = None,
        **settings: Any,
    ) -> None:
        self.double_q, self.epsilon = double_q, epsilon
        self.spent: Callable[[], float] | None = None
        """Share of a budget that is spent (0..1), where steps alone do not bound the run."""
        self.rng = np.random.default_rng(settings.get("seed"))
        kept = {"replay_buffer_class": RaggedReplayBuffer, "buffer_size": BUFFER_SIZE, **settings}
        if kept["replay_buffer_class"] is RaggedReplayBuffer:
            given = kept.get("replay_buffer_kwargs") or {}
            kept["replay_buffer_kwargs"] = {"seed": settings.get("seed"), **given}
        super().__init__(policy, env, **kept)

    def _setup_model(self) -> None:
        super()._setup_model()
        falling, chosen = self.exploration_schedule, self.epsilon
        if self.num_timesteps == 0:  # not a loaded agent
            self.exploration_rate = self.exploration_initial_eps
        # A second run begins where the first ended, not with wild guesses.
        self.exploration_schedule = lambda left: min(falling(left), self.exploration_rate)
        if chosen is not None:
            self.exploration_schedule = lambda _left: float(chosen(self.num_timesteps))
            self.exploration_rate = float(chosen(self.num_timesteps))

    def _update_current_progress_remaining(self, num_timesteps: int, total_timesteps: int) -> None:
        super()._update_current_progress_remaining(num_timesteps, total_timesteps)
        if self.spent is not None:
            self._current_progress_remaining = 1.0 - min(self.spent(), 1.0)

    def predict(
        self,
        observation: Any,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...] | None]:
        """Choose legal actions: the best ones, or exploring unless `deterministic`.

        Args:
            observation: padded, of one environment or stacked.
            state: passed through.
            episode_start: not read.
            deterministic: do not explore.

        Returns:
            int64 actions, [] or [B], and the state.
        """
        stacked = self.policy.is_vectorized_observation(observation)
        seen = observation if stacked else {key: part[None] for key, part in observation.items()}
        actions = self._chosen(seen, 0.0 if deterministic else self.exploration_rate)
        return (actions if stacked else actions[0]), state

    def _sample_action(
        self, learning_starts: int, action_noise: Any = None, n_envs: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        warming_up = self.num_timesteps < learning_starts
        seen = cast("dict[str, np.ndarray]", self._last_obs)
        actions = self._chosen(seen, 1.0 if warming_up else self.exploration_rate)
        return actions, actions

    def _chosen(self, seen: Mapping[str, np.ndarray], rate: float) -> np.ndarray:
        """Return int64 [B]: in each environment by itself, a draw at this rate, else the best."""
        masks = seen["action_mask"]
        exploring = self.rng.random(len(masks)) < rate
        drawn = legal_uniform(masks, self.rng)
        if exploring.all():
            return drawn
        best, _ = self.policy.predict(cast("dict[str, np.ndarray]", seen), deterministic=True)
        return np.where(exploring, drawn, best)

    def train(self, gradient_steps: int, batch_size: int = 100) -> None:
        """Take gradient steps, once the buffer holds what `learning_starts` asks for.

        A loaded agent has its steps behind it and its buffer before it.
        """
        buffer = cast("RaggedReplayBuffer", self.replay_buffer)
        if buffer.size() * buffer.n_envs < min(self.learning_starts, self.buffer_size):
            return
        target = self.q_net_target
        if self.double_q:
            # What the parent calls for next values; it takes the largest of what comes back.
            self.q_net_target = DoubleTarget(self.q_net, target)  # type: ignore[assignment]
        try:
            super().train(gradient_steps, batch_size)
        finally:
            self.q_net_target = target

    def _excluded_save_params(self) -> list[str]:
        own = ["epsilon", "exploration_schedule", "spent", "_last_obs", "_last_original_obs"]
        return [*super()._excluded_save_params(), *own]


class DoubleTarget:
    """Next values of double Q-learning: one network chooses, the other judges.

    Args:
        online: chooses.
        target: judges.
    """

    def __init__(self, online: Any, target: Any) -> None:
        self._online: PointerQNetwork = online
        self._target: PointerQNetwork = target

    def __call__(self, observations: dict[str, torch.Tensor]) -> Tensor:
        """Return float32 [B, 1]."""
        best = self._online(observations).argmax(dim=1, keepdim=True)
        return self._target(observations).gather(1, best)


def legal_uniform(masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a legal action of each row, each with the same chance; submit where none is legal.

    Args:
        masks: int8 [B, K+1].
        rng: of the draws.

    Returns:
        int64 [B].
    """
    return np.where(masks > 0, rng.random(masks.shape), -1.0).argmax(axis=1)
