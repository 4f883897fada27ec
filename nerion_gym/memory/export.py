"""An episode as a few stacked arrays, as offline learners and their formats (Minari) take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from gymnasium.spaces import GraphInstance

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.types.transition import Episode, Observation


@dataclass(frozen=True)
class EpisodeArrays:
    """One episode of n steps, stacked.

    Attributes:
        observations: name -> array [n + 1, ...] of the observation's own dtype.
        actions: int64 [n].
        rewards: float64 [n], extrinsic.
        terminations, truncations: bool [n].
        classes: int8 [n, T], learning class per test slot (-1 masked).
    """

    observations: Mapping[str, np.ndarray]
    actions: np.ndarray
    rewards: np.ndarray
    terminations: np.ndarray
    truncations: np.ndarray
    classes: np.ndarray


def episode_arrays(episode: Episode) -> EpisodeArrays:
    """Stack an episode of padded observations.

    Raises:
        ConfigError: it has no step, or its observations hold graphs, whose sizes differ.
    """
    rows = observations_of(episode)
    graphs = [key for key, value in rows[0].items() if isinstance(value, GraphInstance)]
    if graphs:
        msg = f"observation {graphs[0]!r} is a graph: make the world with observation='padded'"
        raise ConfigError(msg)
    steps = episode.transitions
    return EpisodeArrays(
        observations={key: np.stack([row[key] for row in rows]) for key in rows[0]},
        actions=np.array([step.action for step in steps], np.int64),
        rewards=np.array([step.reward for step in steps], np.float64),
        terminations=np.array([step.terminated for step in steps], np.bool_),
        truncations=np.array([step.truncated for step in steps], np.bool_),
        classes=np.stack([step.classes for step in steps]),
    )


def observations_of(episode: Episode) -> list[Observation]:
    """Return the n + 1 observations of an episode of n steps.

    Raises:
        ConfigError: it has no step.
    """
    steps = episode.transitions
    if not steps:
        msg = f"the episode of task {episode.task_id} has no step: there is nothing to export"
        raise ConfigError(msg)
    return [*(step.observation for step in steps), steps[-1].next_observation]
