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


def masked_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Return float32 [m]: cross entropy, mean over heads and over what is not masked (-1).

    Args:
        logits: [H, m, 5] or [H, m, T, 5].
        classes: int64 [m] or [m, T].
    """
    heads = len(logits)
    target = classes.unsqueeze(0).expand(heads, *classes.shape)
    losses = F.cross_entropy(
        logits.reshape(-1, CLASSES), target.reshape(-1), ignore_index=-1, reduction="none"
    )
    losses = losses.reshape(heads, len(classes), -1).mean(dim=0)
    counted = (classes >= 0).reshape(len(classes), -1).sum(dim=1)
    return losses.sum(dim=1) / counted.clamp(min=1)


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
