"""A complete binary tree whose nodes hold the sum of their leaves: weighted draws in O(log n)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class SumTree:
    """Weights of `capacity` slots, all 0 at first.

    Sums are recomputed from the children, never corrected by differences, so that a
    million updates leave no rounding drift.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            msg = f"capacity={capacity}: expected at least 1"
            raise ConfigError(msg)
        self.capacity = capacity
        self._leaves = 1 << (capacity - 1).bit_length()
        # Node 1 is the root, node i has the children 2i and 2i + 1; slot s is leaf leaves + s.
        self._sums = np.zeros(2 * self._leaves, np.float64)

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return float(self._sums[1])

    def weights(self, slots: ArrayLike) -> np.ndarray:
        """Return the weights of slots, float64."""
        return self._sums[self._leaves + np.asarray(slots, np.int64)]

    def update(self, slots: ArrayLike, weights: ArrayLike) -> None:
        """Set weights; of a slot given twice the last one holds.

        Raises:
            ConfigError: a weight is negative or not finite, or a slot is out of range.
        """
        chosen, values = np.atleast_1d(np.asarray(slots, np.int64)), np.asarray(weights)
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < self.capacity):
            msg = f"slots reach {chosen.min()}..{chosen.max()}: expected 0..{self.capacity - 1}"
            raise ConfigError(msg)
        if not (np.isfinite(values).all() and (values >= 0).all()):
            msg = f"weights {values}: expected finite numbers >= 0"
            raise ConfigError(msg)
        nodes = self._leaves + chosen
        self._sums[nodes] = values
        while nodes.size and nodes[0] > 1:
            nodes = nodes // 2 if nodes.size == 1 else np.unique(nodes // 2)
            self._sums[nodes] = self._sums[2 * nodes] + self._sums[2 * nodes + 1]

    def find(self, masses: ArrayLike) -> np.ndarray:
        """Return the slot in which each cumulative mass of [0, total) falls, int64."""
        left = np.array(masses, np.float64, ndmin=1)
        nodes = np.ones(left.shape, np.int64)
        while nodes.size and nodes[0] < self._leaves:
            nodes *= 2
            here = self._sums[nodes]
            # Go left unless that branch is used up; never into an empty right branch, which
            # rounding of the mass could otherwise reach.
            right = (left >= here) & (self._sums[nodes + 1] > 0)
            left -= np.where(right, here, 0.0)
            nodes += right
        return nodes - self._leaves
