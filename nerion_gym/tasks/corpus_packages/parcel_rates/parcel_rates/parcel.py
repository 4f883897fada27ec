"""A parcel, and the weight that carriers charge for."""

from __future__ import annotations

from dataclasses import dataclass

CM3_PER_KG = 5000


@dataclass(frozen=True)
class Parcel:
    """Sizes in centimetres, weight in grams."""

    length: int
    width: int
    height: int
    grams: int

    def __post_init__(self) -> None:
        if min(self.length, self.width, self.height, self.grams) <= 0:
            raise ValueError("sizes and weight have to be positive")

    @property
    def girth(self) -> int:
        longest = max(self.length, self.width, self.height)
        around = 2 * (self.length + self.width + self.height - longest)
        return longest + around

    @property
    def charged_grams(self) -> int:
        volume = self.length * self.width * self.height
        return max(self.grams, volume * 1000 // CM3_PER_KG)
