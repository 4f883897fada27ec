"""Adaptive epsilon around a world, for agents that do not explore by themselves.

Stable-Baselines3 stores the action that it chose, which no wrapper can change: there epsilon
belongs inside the policy (`policies/graph_policy.py`) or the agent's own exploration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsInt

import gymnasium as gym
import numpy as np

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from nerion_gym.types.transition import Observation
    from nerion_gym.wrappers.schedules import Schedule, SurpriseSignal

INDEPENDENT = 0x5EED
"""Mixed into the seed of `reset`, so that the wrapper's draws are not the world's."""


class AdaptiveEpsilon(gym.Wrapper, gym.utils.RecordConstructorArgs):
    """Executes a uniformly drawn legal action instead of the given one with probability epsilon.

    Every step's info gains `executed_action`, `explored` and `epsilon`: learn from the executed
    action. The draw is seeded by `reset(seed=...)`.

    Args:
        env: a world, wrapped or not, whose observation has `action_mask`.
        schedule: of epsilon, counted in steps since the wrapper was made.
        signal: carries surprise to a schedule that listens to it.

    Raises:
        ConfigError: a schedule that listens without a signal, or no `action_mask`.
    """

    def __init__(
        self, env: gym.Env, schedule: Schedule, signal: SurpriseSignal | None = None
    ) -> None:
        gym.utils.RecordConstructorArgs.__init__(self, schedule=schedule, signal=signal)
        gym.Wrapper.__init__(self, env)
        if schedule.listens and signal is None:
            msg = (
                f"{type(schedule).__name__} is driven by surprise: pass signal=SurpriseSignal() "
                "and hand the same signal to the training loop, or use Fixed or Linear"
            )
            raise ConfigError(msg)
        if "action_mask" not in getattr(env.observation_space, "spaces", {}):
            msg = f"{env}: its observation has no 'action_mask', so no legal action can be drawn"
            raise ConfigError(msg)
        self.schedule, self.signal = schedule, signal
        self.steps = 0
        self._rng = np.random.default_rng(INDEPENDENT)
        self._legal = np.zeros(0, np.int64)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Reset; a seed also seeds the draws."""
        if seed is not None:
            self._rng = np.random.default_rng([INDEPENDENT, seed])
        observation, info = self.env.reset(seed=seed, options=options)
        self._see(observation)
        return observation, info

    def step(self, action: SupportsInt) -> tuple[Observation, Any, bool, bool, dict[str, Any]]:
        """Execute the action, or with probability epsilon a legal one drawn uniformly."""
        heard = self.signal.take() if self.signal is not None else None
        if heard is not None:
            self.schedule.observe(*heard)
        epsilon = self.schedule.value(self.steps)
        drawn = self._rng.random() < epsilon
        # An action outside the space reaches the world, which says what is wrong with it.
        explored = bool(drawn and self._legal.size and self.action_space.contains(action))
        executed = int(self._rng.choice(self._legal)) if explored else int(action)
        observation, reward, terminated, truncated, info = self.env.step(executed)
        self.steps += 1
        self._see(observation)
        said = {"executed_action": executed, "explored": explored, "epsilon": float(epsilon)}
        return observation, reward, terminated, truncated, {**info, **said}

    def _see(self, observation: Observation) -> None:
        self._legal = np.flatnonzero(observation["action_mask"])
