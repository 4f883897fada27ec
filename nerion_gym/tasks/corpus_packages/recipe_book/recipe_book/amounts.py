"""Kitchen amounts: grams, millilitres and pieces, with spoons and cups."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

MEASURES = {
    "g": ("g", 1),
    "kg": ("g", 1000),
    "ml": ("ml", 1),
    "l": ("ml", 1000),
    "tsp": ("ml", 5),
    "tbsp": ("ml", 15),
    "cup": ("ml", 240),
    "": ("", 1),
}


@dataclass(frozen=True)
class Amount:
    count: Fraction
    measure: str = ""

    def __add__(self, other: Amount) -> Amount:
        if self.measure != other.measure:
            raise ValueError(f"cannot add {other.measure or 'pieces'} to {self.measure or 'pieces'}")
        return Amount(self.count + other.count, self.measure)

    def scaled(self, factor: Fraction) -> Amount:
        return Amount(self.count * factor, self.measure)

    def __str__(self) -> str:
        count, measure = self.count, self.measure
        if measure in ("g", "ml") and count >= 1000:
            count, measure = count / 1000, {"g": "kg", "ml": "l"}[measure]
        text = f"{float(count):.2f}".rstrip("0").rstrip(".")
        return f"{text} {measure}".strip()


def parse_amount(count: str, measure: str = "") -> Amount:
    """Read "1 1/2" or "0.5" of a measure."""
    basic, factor = MEASURES[measure]
    whole = sum((Fraction(part) for part in count.split()), Fraction(0))
    return Amount(whole * factor, basic)
