"""Counts the steps of a learner that drives the environment itself (Stable-Baselines3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium as gym

if TYPE_CHECKING:
    from nerion_gym.training.tally import Tally


class Recorder(gym.Wrapper):
    """Passes everything through and tells a `Tally` about every step."""

    def __init__(self, env: gym.Env, tally: Tally) -> None:
        super().__init__(env)
        self._tally = tally
        self._before = int(env.get_wrapper_attr("stats").executions)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Step and count."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        spent = int(self.env.get_wrapper_attr("stats").executions) - self._before
        executed = int(info.get("executed_action", action))
        self._tally.add(executed, float(reward), terminated or truncated, info, spent)
        return observation, reward, terminated, truncated, info
