"""One step as an agent stores it. `terminated` and `truncated` are never merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

Observation = dict[str, Any]
"""See the table in the design: graph (or nodes, edge_types, edge_links), edits, tests, ..."""


@dataclass(frozen=True)
class Transition:
    """One step of one environment.

    Attributes:
        observation, next_observation: as returned by the environment.
        action: the action that was executed.
        reward: extrinsic reward.
        terminated, truncated: as in Gymnasium.
        info: the step's info.
        classes: int8 [T], learning class per test slot (-1 masked).
        surprise: negative log-likelihood (nats) of the outcome before learning from it, or None.
    """

    observation: Observation
    action: int
    reward: float
    terminated: bool
    truncated: bool
    next_observation: Observation
    info: Mapping[str, Any]
    classes: np.ndarray
    surprise: float | None = None


@dataclass(frozen=True)
class Episode:
    """What `run_episode` gives: the transitions, and the seed and task that replay them."""

    task_id: str
    seed: int | None
    transitions: tuple[Transition, ...]

    @property
    def total_reward(self) -> float:
        """Sum of extrinsic rewards."""
        return float(sum(step.reward for step in self.transitions))
