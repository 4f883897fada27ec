"""What counts as an answer: finite numbers, a vector per text, all of one length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 64
"""Texts asked for at once: servers take 100 or more of our lengths."""
LONGEST = 4000
"""Characters of a text that are read: a docstring's beginning says what it is about."""
LARGEST_DIMENSION = 1 << 16


def as_vectors(rows: Sequence[Any] | np.ndarray, count: int, model: str) -> np.ndarray:
    """Return float32 [count, D] of a model's answer.

    Args:
        rows: a vector per text: an array, or lists of numbers.
        count: texts that were asked about.
        model: named in the error.

    Raises:
        ProviderError: another number of vectors, vectors of different lengths or of none, or
            what is no finite number.
    """
    if len(rows) != count:
        msg = f"{model}: {len(rows)} vectors for {count} texts; expected one each"
        raise ProviderError(msg)
    sizes = sorted({len(row) for row in rows if hasattr(row, "__len__")})
    if len(sizes) != 1 or not 0 < sizes[0] <= LARGEST_DIMENSION:
        msg = f"{model}: vectors of {sizes or 'no'} numbers; expected all of one length above 0"
        raise ProviderError(msg)
    try:
        wide = np.asarray(rows, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"{model}: vectors that do not consist of numbers ({error})"
        raise ProviderError(msg) from error
    with np.errstate(over="ignore"):
        found = wide.astype(np.float32)
    if found.shape != (count, sizes[0]) or not np.isfinite(found).all():
        msg = f"{model}: vectors with numbers that are not finite (NaN, infinite or too large)"
        raise ProviderError(msg)
    return found
