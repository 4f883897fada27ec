"""How good predicted probabilities are: Brier score and skill, log loss, ECE, AUC.

`probabilities` is float [n, classes], rows summing to 1; `classes` is int [n] with the class
that happened, and -1 where nothing counts: those rows are left out of every number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MASKED = -1
BINS = 10
SMALLEST = 1e-12
"""Probabilities are clipped here in the log loss, so that one zero is not infinity."""


def counted(probabilities: ArrayLike, classes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that count, as float64 [n, classes] and int64 [n].

    Raises:
        ConfigError: shapes do not fit, no row counts, a class or a probability is out of range.
    """
    rows, labels = np.asarray(probabilities, np.float64), np.asarray(classes, np.int64)
    if rows.ndim != 2 or labels.shape != rows.shape[:1]:
        msg = f"probabilities {rows.shape}, classes {labels.shape}: expected [n, classes] and [n]"
        raise ConfigError(msg)
    keep = labels != MASKED
    rows, labels = rows[keep], labels[keep]
    if not len(rows):
        msg = "no row counts: every class is masked (-1) or there are none"
        raise ConfigError(msg)
    if labels.min() < 0 or labels.max() >= rows.shape[1]:
        msg = f"classes reach {labels.min()}..{labels.max()}: expected 0..{rows.shape[1] - 1}"
        raise ConfigError(msg)
    if (rows < 0).any() or not np.allclose(rows.sum(axis=1), 1.0, atol=1e-4):
        msg = "probabilities: expected rows >= 0 that sum to 1 (logits need a softmax first)"
        raise ConfigError(msg)
    return rows, labels


def brier(probabilities: ArrayLike, classes: ArrayLike) -> float:
    """Return the mean squared distance to the one-hot outcome, 0 (best) to 2 (Brier 1950)."""
    rows, labels = counted(probabilities, classes)
    truth = np.eye(rows.shape[1])[labels]
    return float(((rows - truth) ** 2).sum(axis=1).mean())


def brier_skill(
    probabilities: ArrayLike, classes: ArrayLike, reference: ArrayLike | None = None
) -> float:
    """Return 1 - brier / brier of a constant predictor: 1 perfect, 0 no better than it.

    Args:
        probabilities: float [n, classes].
        classes: int [n].
        reference: float [classes] of the constant predictor (the base rates of the training
            data); by default the rates of `classes` themselves, the hardest constant to beat.

    Raises:
        ConfigError: the constant predictor is perfect (one class only): skill is undefined.
    """
    rows, labels = counted(probabilities, classes)
    rates = np.bincount(labels, minlength=rows.shape[1]) / len(labels)
    constant = np.asarray(rates if reference is None else reference, np.float64)
    base = brier(np.tile(constant, (len(labels), 1)), labels)
    if base == 0.0:
        msg = "only one class happened, so a constant is perfect and skill is undefined"
        raise ConfigError(msg)
    return 1.0 - brier(rows, labels) / base


def log_loss(probabilities: ArrayLike, classes: ArrayLike) -> float:
    """Return the mean negative log-likelihood in nats; its terms are the surprises."""
    rows, labels = counted(probabilities, classes)
    happened = rows[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(happened, SMALLEST)).mean())


def expected_calibration_error(
    probabilities: ArrayLike, classes: ArrayLike, bins: int = BINS
) -> float:
    """Return the mean gap between confidence and accuracy (Guo et al. 2017, arXiv 1706.04599).

    Over `bins` equal bins of the likeliest class's probability, weighted by their rows.
    """
    rows, labels = counted(probabilities, classes)
    confidence, right = rows.max(axis=1), rows.argmax(axis=1) == labels
    # A bin is (low, high], so that 1.0 falls into the last one.
    number = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(number, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Return the area under the ROC curve: P(a positive scores above a negative), ties half.

    Args:
        scores: float [n], larger = more likely positive.
        positive: bool [n].

    Raises:
        ConfigError: shapes differ, or one of the two kinds is missing.
    """
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, bool)
    positives = int(truth.sum())
    negatives = truth.size - positives
    if values.shape != truth.shape or values.ndim != 1 or not positives or not negatives:
        msg = (
            f"scores {values.shape}, {positives} positive, {negatives} negative: "
            "expected two vectors of one length with both kinds"
        )
        raise ConfigError(msg)
    _, group, size = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(size) - (size - 1) / 2)[group]  # mean rank of tied values, from 1
    wins = rank[truth].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))
