"""Intrinsic rewards: what every bonus wrapper shares, and the entropy bonus."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Protocol, SupportsInt

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.types.transition import Observation

OPERATOR = 0
"""Column of the operator id in `observation["edits"]`."""
WINDOW_KEY = "operator_window"


class Bonus(Protocol):
    """Pays for a step beside the world's own reward."""

    def reset(self, observation: Observation) -> None:
        """Forget the episode."""
        ...

    def pay(self, before: Observation, action: int, info: dict[str, Any], *, ended: bool) -> float:
        """Return the intrinsic reward of a step; `ended` = terminated."""
        ...


class IntrinsicBonus(gym.Wrapper, gym.utils.RecordConstructorArgs):
    """Adds a bonus to the reward and tells both apart in info.

    `info["reward_extrinsic"]` (the world's own) and `info["reward_intrinsic"]` (of this bonus
    and those inside it) sum to the reward. Put `RecordEpisodeStatistics` inside it to record the
    world's own return.

    Args:
        env: a world, wrapped or not.
        bonus: what pays.
    """

    def __init__(self, env: gym.Env, bonus: Bonus) -> None:
        # A bonus may hold a network: it is not copied.
        gym.utils.RecordConstructorArgs.__init__(self, bonus=bonus, _disable_deepcopy=True)
        gym.Wrapper.__init__(self, env)
        self.bonus = bonus
        self._before: Observation = {}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Reset world and bonus."""
        observation, info = self.env.reset(seed=seed, options=options)
        self.bonus.reset(observation)
        self._before = observation
        return observation, info

    def step(self, action: SupportsInt) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Step, and pay."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        # An exploring wrapper inside may have executed another action than the one chosen.
        executed = int(info.get("executed_action", int(action)))
        intrinsic = self.bonus.pay(self._before, executed, info, ended=bool(terminated))
        self._before = observation
        said = {
            "reward_extrinsic": float(info.get("reward_extrinsic", reward)),
            "reward_intrinsic": float(info.get("reward_intrinsic", 0.0)) + intrinsic,
        }
        return observation, float(reward) + intrinsic, terminated, truncated, {**info, **said}


def entropy_of(operators: Iterable[int]) -> float:
    """Return the entropy (nats) of the operators' frequencies; 0 for none."""
    counts = np.array(list(Counter(operators).values()), np.float64)
    if not counts.size:
        return 0.0
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum()) + 0.0


class OperatorEntropy:
    """Entropy of the last operators of an episode, by operator and not by action number.

    The same kind of edit at forty places is one thing done forty times: counted by number it
    would earn 1.87 nats, by operator 0. Masked actions do not count.

    Args:
        coefficient: reward per nat.
        window: how many of the last edits count.
        potential_based: pay discount * potential' - potential with potential = coefficient x
            entropy, 0 after termination, which leaves the optimal policy as it was (Ng, Harada
            and Russell 1999); else pay coefficient x entropy at every step that is not masked.
        discount: the learner's.
    """

    def __init__(
        self, coefficient: float, window: int, *, potential_based: bool, discount: float
    ) -> None:
        self.coefficient, self.discount = coefficient, discount
        self.potential_based = potential_based
        self.window: deque[int] = deque(maxlen=window)

    def reset(self, observation: Observation) -> None:
        """Clear the window: an episode owes nothing to the one before."""
        self.window.clear()

    def pay(self, before: Observation, action: int, info: dict[str, Any], *, ended: bool) -> float:
        """Return the bonus of a step."""
        then = self.coefficient * entropy_of(self.window)
        masked = bool(info.get("masked_action", False))
        if not masked:
            self.window.append(int(before["edits"][action, OPERATOR]))
        now = self.coefficient * entropy_of(self.window)
        if not self.potential_based:
            # Else doing nothing for the rest of an episode would keep earning the window.
            return 0.0 if masked else now
        return (0.0 if ended else self.discount * now) - then


class EntropyBonus(IntrinsicBonus):
    """Rewards using different kinds of edits; see `OperatorEntropy`.

    With `potential_based=False` the reward depends on the window, so the observation shows it:
    `operator_window`, int16 [window], the last operator ids, newest last, 0 = none.

    Args:
        env: a world, wrapped or not.
        coefficient: reward per nat, at least 0.
        window: edits that count, at least 2.
        potential_based: see `OperatorEntropy`.
        discount: the learner's, 0..1.

    Raises:
        ConfigError: a value out of range, or an observation without `edits`.
    """

    def __init__(
        self,
        env: gym.Env,
        coefficient: float = 0.01,
        window: int = 16,
        *,
        potential_based: bool = True,
        discount: float = 0.99,
    ) -> None:
        gym.utils.RecordConstructorArgs.__init__(
            self,
            coefficient=coefficient,
            window=window,
            potential_based=potential_based,
            discount=discount,
        )
        if coefficient < 0 or window < 2 or not 0 <= discount <= 1:
            msg = (
                f"coefficient={coefficient!r}, window={window!r}, discount={discount!r}: "
                "expected coefficient >= 0, window >= 2 and a discount between 0 and 1"
            )
            raise ConfigError(msg)
        if "edits" not in getattr(env.observation_space, "spaces", {}):
            msg = f"{env}: its observation has no 'edits', so operators cannot be counted"
            raise ConfigError(msg)
        self.entropy = OperatorEntropy(
            coefficient, window, potential_based=potential_based, discount=discount
        )
        super().__init__(env, self.entropy)
        if not potential_based:
            shown = spaces.Box(0, OPERATOR_ID_LIMIT, (window,), np.int16)
            inner: Any = env.observation_space
            self.observation_space = spaces.Dict({**inner.spaces, WINDOW_KEY: shown})

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Reset; the window is empty."""
        observation, info = super().reset(seed=seed, options=options)
        return self._shown(observation), info

    def step(self, action: SupportsInt) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Step, and pay."""
        observation, reward, terminated, truncated, info = super().step(action)
        return self._shown(observation), reward, terminated, truncated, info

    def _shown(self, observation: Observation) -> Observation:
        if self.entropy.potential_based:
            return observation
        window = np.zeros(self.entropy.window.maxlen or 0, np.int16)
        if self.entropy.window:
            window[-len(self.entropy.window) :] = self.entropy.window
        return {**observation, WINDOW_KEY: window}
