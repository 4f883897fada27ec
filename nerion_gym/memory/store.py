"""Experience in memory, drawn in proportion to its surprise.

Prioritised replay after Schaul et al. 2016 (arXiv 1511.05952) with surprise, in nats, in the
place of the TD error, as Curious Replay argues for world models (arXiv 2306.15934).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.memory.sumtree import SumTree

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Item = TypeVar("Item")


@dataclass(frozen=True)
class Drawn(Generic[Item]):
    """What `Store.sample` gives.

    Attributes:
        ids: int64 [n], for `Store.update`.
        items: n items.
        probabilities: float64 [n], the chance that one draw gave this item.
    """

    ids: np.ndarray
    items: tuple[Item, ...]
    probabilities: np.ndarray


class Store(Generic[Item]):
    """The newest `capacity` items with priorities; the oldest makes room for the newest.

    Args:
        capacity: how many items are kept.
        exponent: 0 draws uniformly, 1 in proportion to the surprise.
        floor: added to every surprise, nats, so that what is understood is still drawn.
    """

    def __init__(self, capacity: int, *, exponent: float = 1.0, floor: float = 0.01) -> None:
        if exponent < 0 or floor <= 0:
            msg = f"exponent={exponent}, floor={floor}: expected exponent >= 0 and floor > 0"
            raise ConfigError(msg)
        self.capacity, self.exponent, self.floor = capacity, exponent, floor
        self._tree = SumTree(capacity)
        self._items: list[Item] = []
        self._added = 0
        self._largest = 1.0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Item, surprise: float | None = None) -> int:
        """Store an item and return its id (0, 1, 2, ... over the life of the store).

        Without a surprise it gets the largest priority so far: what is unknown comes first.
        """
        priority = self._largest if surprise is None else self._priorities(surprise)
        slot = self._added % self.capacity
        self._tree.update(slot, priority)
        if slot < len(self._items):
            self._items[slot] = item
        else:
            self._items.append(item)
        self._added += 1
        return self._added - 1

    def update(self, ids: ArrayLike, surprises: ArrayLike) -> int:
        """Set the surprises of items; ids that have been overwritten meanwhile are passed over.

        Returns:
            How many items were still there.

        Raises:
            ConfigError: an id was never given out, or a surprise is negative or not finite.
        """
        wanted = np.atleast_1d(np.asarray(ids, np.int64))
        priorities = np.broadcast_to(self._priorities(surprises), wanted.shape)
        if wanted.size and not (wanted.min() >= 0 and wanted.max() < self._added):
            msg = f"ids reach {wanted.min()}..{wanted.max()}: expected 0..{self._added - 1}"
            raise ConfigError(msg)
        kept = wanted >= self._added - len(self._items)
        self._tree.update(wanted[kept] % self.capacity, priorities[kept])
        return int(kept.sum())

    def sample(self, n: int, rng: np.random.Generator) -> Drawn[Item]:
        """Draw n items with replacement, each with chance priority / sum of priorities.

        Raises:
            ConfigError: the store is empty.
        """
        if not self._items:
            msg = "the store is empty: add something before sampling"
            raise ConfigError(msg)
        slots = self._tree.find(rng.random(n) * self._tree.total)
        oldest = self._added - len(self._items)
        ids = oldest + (slots - oldest) % self.capacity
        items = tuple(self._items[slot] for slot in slots)
        return Drawn(ids, items, self._tree.weights(slots) / self._tree.total)

    def _priorities(self, surprises: ArrayLike) -> np.ndarray:
        values = np.asarray(surprises, np.float64)
        if not np.isfinite(values).all() or (values < 0).any():
            msg = f"surprise {values}: expected finite nats >= 0"
            raise ConfigError(msg)
        priorities = (values + self.floor) ** self.exponent
        self._largest = max(self._largest, float(priorities.max(initial=0.0)))
        return priorities
