"""Pure functions on predicted distributions: loss, entropy, temperature, surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from torch.nn import functional as F

from policies.policy import CLASSES

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST = 1e-12
"""Probabilities are clipped here, so that one zero is not infinity."""


def heads_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Return float32 [m]: cross entropy, mean over heads.

    Args:
        logits: [H, m, 5].
        classes: int64 [m], none masked.
    """
    target = classes.expand(len(logits), -1)
    losses = F.cross_entropy(logits.flatten(0, 1), target.reshape(-1), reduction="none")
    return losses.reshape(target.shape).mean(dim=0)


def size(deep: Tensor) -> Tensor:
    """Return float32 [m]: squared length of logits [H, m, 5], mean over heads."""
    return deep.square().sum(dim=2).mean(dim=0)


def one_hot(suites: Tensor) -> Tensor:
    """Return one-hot float32 [m, 5] of learning classes int64 [m], none masked."""
    return F.one_hot(suites, CLASSES).float()


def class_shares(classes: Tensor) -> Tensor:
    """Return float32 [m, 5], the shares of the classes among unmasked tests int64 [m, T]."""
    found = F.one_hot(classes.clamp(min=0), CLASSES) * (classes >= 0).unsqueeze(2)
    return found.sum(dim=1) / found.sum(dim=(1, 2)).clamp(min=1).unsqueeze(1)


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Return the entropy over the last axis, nats."""
    safe = np.maximum(probabilities, SMALLEST)
    return -(probabilities * np.log(safe)).sum(axis=-1)


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities to the power 1 / temperature, normalised over the last axis."""
    logarithm = np.log(np.maximum(probabilities, SMALLEST)) / temperature
    powers = np.exp(logarithm - logarithm.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def surprise(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the negative log-likelihood of classes int [m] under float [m, 5], nats."""
    chosen = probabilities[np.arange(len(classes)), classes]
    return -np.log(np.maximum(chosen, SMALLEST))
