"""Counts the steps of a learner that drives the environment itself (Stable-Baselines3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium as gym

if TYPE_CHECKING:
    from nerion_gym.training.tally import Tally


class Recorder(gym.Wrapper):
    """Passes everything through and tells a `Tally` about every step.

    Args:
        env: what is trained in.
        tally: counts.
        number: of the environment among those that step in turn.
    """

    def __init__(self, env: gym.Env, tally: Tally, number: int = 0) -> None:
        super().__init__(env)
        self._tally, self._number = tally, number
        self._before = int(env.get_wrapper_attr("stats").executions)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Step and count."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        spent = int(self.env.get_wrapper_attr("stats").executions) - self._before
        executed = int(info.get("executed_action", action))
        self._tally.known.add(self.env, executed, spent)
        self._tally.episode_of(self._number)
        self._tally.add(executed, float(reward), terminated or truncated, info, spent)
        return observation, reward, terminated, truncated, info

    def beside(self, env: gym.Env, number: int) -> Recorder:
        """Return a recorder of another environment of the same run."""
        twin = Recorder(env, self._tally, number)
        twin._before = self._before
        return twin
