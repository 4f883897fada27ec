"""Two texts beside each other."""

from __future__ import annotations

from typing import Literal


def shared(one: bytes, two: bytes, order: Literal["little", "big"] = "little") -> int:
    """Return how many bytes two texts have in common at their start ("big": at their end)."""
    length = min(len(one), len(two))
    if order == "little":
        one, two = one[:length], two[:length]
    else:
        one, two = one[len(one) - length :], two[len(two) - length :]
    # As numbers, so that the lowest bit in which they differ shows the first byte that does.
    apart = int.from_bytes(one, order) ^ int.from_bytes(two, order)
    return ((apart & -apart).bit_length() - 1) // 8 if apart else length
