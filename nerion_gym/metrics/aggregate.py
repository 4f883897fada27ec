"""Robust aggregates over seeds and tasks, after Agarwal et al. 2021.

"Deep Reinforcement Learning at the Edge of the Statistical Precipice", arXiv 2108.13264.
Scores are float [runs, tasks]; a vector is taken as [runs, 1]. The authors' own library is
archived, so the four functions that are needed stand here, tested on hand-worked values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A point estimate with its bootstrap interval, in the unit of the scores."""

    point: float
    low: float
    high: float


def score_matrix(scores: ArrayLike) -> np.ndarray:
    """Return scores as float64 [runs, tasks].

    Raises:
        ConfigError: empty, more than two axes, or a value that is not finite.
    """
    matrix = np.asarray(scores, np.float64)
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or matrix.size == 0 or not np.isfinite(matrix).all():
        msg = (
            f"scores of shape {matrix.shape}: expected finite numbers [runs, tasks] or [runs]; "
            "leave out what a run did not measure"
        )
        raise ConfigError(msg)
    return matrix


def iqm(scores: ArrayLike) -> float:
    """Return the interquartile mean: the mean without the lowest and the highest quarter.

    A quarter of n values is floor(n / 4) of them, so it is the plain mean for n < 4.
    """
    values = np.sort(score_matrix(scores), axis=None)
    cut = len(values) // 4
    return float(values[cut : len(values) - cut].mean())


def stratified_bootstrap(
    scores: ArrayLike,
    rng: np.random.Generator,
    statistic: Callable[[np.ndarray], float] = iqm,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return a statistic with its percentile interval; runs are redrawn within each task.

    Args:
        scores: float [runs, tasks].
        rng: draws the resamples.
        statistic: [runs, tasks] -> number.
        resamples: number of bootstrap samples.
        confidence: of the interval, inside (0, 1).
    """
    if not 0 < confidence < 1 or resamples < 1:
        msg = f"confidence={confidence}, resamples={resamples}: expected 0 < confidence < 1, >= 1"
        raise ConfigError(msg)
    matrix = score_matrix(scores)
    runs, tasks = matrix.shape
    drawn = rng.integers(0, runs, size=(resamples, runs, tasks))
    values = [statistic(matrix[rows, np.arange(tasks)]) for rows in drawn]
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return Interval(float(statistic(matrix)), float(low), float(high))


def performance_profile(scores: ArrayLike, thresholds: ArrayLike) -> np.ndarray:
    """Return the share of (run, task) pairs that score above each threshold, float [thresholds]."""
    values = score_matrix(scores).ravel()
    return (values[:, None] > np.asarray(thresholds, np.float64)).mean(axis=0)


def probability_of_improvement(first: ArrayLike, second: ArrayLike) -> float:
    """Return P(a run of the first beats one of the second) on a task drawn at random.

    Ties count half: per task it is the Mann-Whitney U divided by the number of pairs.

    Raises:
        ConfigError: the two have different tasks.
    """
    ours, theirs = score_matrix(first), score_matrix(second)
    if ours.shape[1] != theirs.shape[1]:
        msg = f"{ours.shape[1]} tasks against {theirs.shape[1]}: expected the same tasks"
        raise ConfigError(msg)
    gaps = ours[:, None, :] - theirs[None, :, :]
    return float(((gaps > 0) + 0.5 * (gaps == 0)).mean(axis=(0, 1)).mean())
