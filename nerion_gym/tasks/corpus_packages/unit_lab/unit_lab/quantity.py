"""A number with a dimension; it is shown in whatever unit is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from unit_lab.dimensions import NONE, Dimension
from unit_lab.units import parse_unit


class Mismatch(Exception):
    pass


@dataclass(frozen=True)
class Quantity:
    value: float
    dimension: Dimension = NONE

    @classmethod
    def parse(cls, text: str) -> Quantity:
        number, _, unit = text.strip().partition(" ")
        factor, dimension = parse_unit(unit.strip())
        return cls(float(number) * factor, dimension)

    def _same(self, other: Quantity) -> None:
        if self.dimension != other.dimension:
            raise Mismatch(f"{tuple(self.dimension)} and {tuple(other.dimension)}")

    def __add__(self, other: Quantity) -> Quantity:
        self._same(other)
        return Quantity(self.value + other.value, self.dimension)

    def __sub__(self, other: Quantity) -> Quantity:
        self._same(other)
        return Quantity(self.value - other.value, self.dimension)

    def __mul__(self, other: Quantity) -> Quantity:
        return Quantity(self.value * other.value, self.dimension.times(other.dimension))

    def __truediv__(self, other: Quantity) -> Quantity:
        return Quantity(self.value / other.value, self.dimension.over(other.dimension))

    def __lt__(self, other: Quantity) -> bool:
        self._same(other)
        return self.value < other.value

    def to(self, unit: str) -> float:
        factor, dimension = parse_unit(unit)
        self._same(Quantity(0.0, dimension))
        return self.value / factor

    def show(self, unit: str, digits: int = 2) -> str:
        return f"{self.to(unit):.{digits}f} {unit}".rstrip()
