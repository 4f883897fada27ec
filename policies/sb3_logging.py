"""What Stable-Baselines3 tells during a run: its numbers under our names, budgets, episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import KVWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import gymnasium as gym

    from nerion_gym.types.protocols import Budget, Logbook
    from policies.graph_policy import PointerMixin

TAGS = {
    "train/learning_rate": "charts/learning_rate",
    "rollout/ep_rew_mean": "rollout/ep_rew_mean",
    "rollout/ep_len_mean": "rollout/ep_len_mean",
    "exploration/epsilon": "exploration/epsilon",
}
"""Stable-Baselines3's names -> CleanRL's, of every algorithm; other names are left out. Episodes
and speed (`charts/*`) are counted around the environment, alike for every learner."""
ENTROPY_LOSS, ENTROPY = "train/entropy_loss", "losses/entropy"


class LogbookWriter(KVWriter):
    """Hands what Stable-Baselines3 logs to our logbook under our names.

    Args:
        logbook: takes the numbers.
        tags: names of an algorithm's own numbers, beside `TAGS`.
    """

    def __init__(self, logbook: Logbook, tags: Mapping[str, str]) -> None:
        self._logbook, self._tags = logbook, {**TAGS, **tags}

    def write(
        self,
        key_values: dict[str, Any],
        key_excluded: dict[str, tuple[str, ...]],
        step: int = 0,
    ) -> None:
        """Record the numbers that have a name with us."""
        known = self._tags
        values = {known[key]: float(value) for key, value in key_values.items() if key in known}
        if ENTROPY_LOSS in key_values:
            values[ENTROPY] = -float(key_values[ENTROPY_LOSS])
        if values:
            self._logbook.scalars(values, step)

    def close(self) -> None:
        """Nothing is held open."""


class BudgetCallback(BaseCallback):
    """Stops at the budget and counts episodes.

    Args:
        env: whose `stats` are counted.
        budget: executions and steps.
    """

    def __init__(self, env: gym.Env, budget: Budget) -> None:
        super().__init__()
        self._stats = env.get_wrapper_attr("stats")
        self._before = int(self._stats.executions)
        self._budget = budget
        self.episodes, self.steps, self.ended_by = 0, 0, "steps"

    @property
    def executions(self) -> int:
        """Executions spent since the start."""
        return int(self._stats.executions) - self._before

    def spent(self) -> float:
        """Return the share of the budget that is spent, by the bound that is nearer (0..1)."""
        wanted = self._budget.executions
        of_executions = 0.0 if wanted is None else self.executions / wanted
        return max(of_executions, self.steps / self._budget.max_steps)

    def _on_step(self) -> bool:
        self.steps += len(self.locals["dones"])
        self.episodes += int(np.sum(self.locals["dones"]))
        wanted = self._budget.executions
        if wanted is not None and self.executions >= wanted:
            self.ended_by = "executions"
            return False
        return self.steps < self._budget.max_steps


class EpsilonCallback(BaseCallback):
    """Sets the share of legal-uniform choices in an on-policy agent's policy, rollout by rollout.

    Args:
        epsilon: the share (0..1) by step of the agent's life.
    """

    def __init__(self, epsilon: Callable[[int], float]) -> None:
        super().__init__()
        self._epsilon = epsilon

    def _on_rollout_start(self) -> None:
        # Constant within a rollout: the stored log-probabilities belong to this mixture.
        value = float(self._epsilon(self.model.num_timesteps))
        cast("PointerMixin", self.model.policy).epsilon = value
        self.logger.record("exploration/epsilon", value)

    def _on_step(self) -> bool:
        return True
