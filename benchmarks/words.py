"""Words of a column as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_WORDS = 200
"""Words of a column; the model takes 255 at most. Rarer ones count as missing."""
FEWEST_PACKAGES = 3
"""Packages that have a word; what fewer say tells which package it is, and nothing of others."""


def numbered(values: Sequence[str | None], packages: Sequence[str]) -> NDArray[np.float32]:
    """Return words as numbers, the most frequent first, NaN for rare and missing ones."""
    counts: dict[str, int] = {}
    having: dict[str, set[str]] = {}
    for value, package in zip(values, packages, strict=True):
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
            having.setdefault(value, set()).add(package)
    shared = [word for word in counts if len(having[word]) >= FEWEST_PACKAGES]
    order = sorted(shared, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    place: dict[str | None, float] = {word: float(at) for at, word in enumerate(order)}
    return np.array([place.get(value, np.nan) for value in values], dtype=np.float32)
