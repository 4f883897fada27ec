"""Powers of metre, kilogram and second."""

from __future__ import annotations

from typing import NamedTuple


class Dimension(NamedTuple):
    length: int = 0
    mass: int = 0
    time: int = 0

    def times(self, other: Dimension) -> Dimension:
        return Dimension(*(a + b for a, b in zip(self, other, strict=True)))

    def over(self, other: Dimension) -> Dimension:
        return Dimension(*(a - b for a, b in zip(self, other, strict=True)))

    def power(self, count: int) -> Dimension:
        return Dimension(*(a * count for a in self))


NONE = Dimension()
LENGTH = Dimension(length=1)
MASS = Dimension(mass=1)
TIME = Dimension(time=1)
