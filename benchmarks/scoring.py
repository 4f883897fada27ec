"""How well scores tell survivors from killed edits: areas under ROC curves, and Brier skill."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Booleans = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

FEW = 10
"""A package counts in the mean over packages if it has so many of both classes."""


def auc(positive: Booleans, scores: Numbers) -> float:
    """Return how often a positive has a higher score than a negative; ties count half.

    NaN where one class is missing.
    """
    ones = int(positive.sum())
    zeros = len(positive) - ones
    if not ones or not zeros:
        return float("nan")
    return float((ranks(scores)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def ranks(scores: Numbers) -> Numbers:
    """Return the ranks from 1 on, equal scores with their mean rank."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)


class Part(NamedTuple):
    """One operator or package: how many edits, how many of them survived, and their AUC."""

    name: str
    edits: int
    positive: int
    auc: float


def parts(positive: Booleans, scores: Numbers, names: Sequence[str]) -> list[Part]:
    """Return the AUC within each name, by name; NaN where one class is missing."""
    every = np.asarray(names)
    found = []
    for name in sorted(set(names)):
        here = every == name
        area = auc(positive[here], scores[here])
        found.append(Part(name, int(here.sum()), int(positive[here].sum()), area))
    return found


def within(found: Sequence[Part]) -> float:
    """Return the mean of the AUC within parts that have both classes, by their count of edits."""
    both = [part for part in found if not np.isnan(part.auc)]
    total = sum(part.edits for part in both)
    return sum(part.auc * part.edits for part in both) / total if total else float("nan")


def mean_of_parts(found: Sequence[Part], few: int = FEW) -> float:
    """Return the plain mean of the AUC over parts with at least a few of both classes."""
    kept = [part.auc for part in found if few <= part.positive <= part.edits - few]
    return float(np.mean(kept)) if kept else float("nan")


def brier_skill(positive: Booleans, chances: Numbers, base: Numbers) -> float:
    """Return by which share the squared error is less than that of always saying the base rate.

    Args:
        positive: what happened.
        chances: what was said.
        base: the base rate that was known when it was said, for each.
    """
    error = float(np.mean((chances - positive) ** 2))
    return 1 - error / float(np.mean((base - positive) ** 2))


def interval(
    positive: Booleans, scores: Numbers, packages: Sequence[str], draws: int, seed: int
) -> tuple[float, float]:
    """Return the middle 95 % of the AUC where packages are drawn again with replacement."""
    rng = np.random.default_rng(seed)
    every = np.asarray(packages)
    places = [np.flatnonzero(every == name) for name in sorted(set(packages))]
    found = []
    for _ in range(draws):
        chosen = rng.integers(len(places), size=len(places))
        rows = np.concatenate([places[int(at)] for at in chosen])
        found.append(auc(positive[rows], scores[rows]))
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)
