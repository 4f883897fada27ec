"""Kinds of questions, each of which marks an answer from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass


def tidy(text: str) -> str:
    return " ".join(text.casefold().split())


@dataclass(frozen=True)
class Text:
    answers: tuple[str, ...]

    def mark(self, given: str) -> float:
        return float(tidy(given) in map(tidy, self.answers))


@dataclass(frozen=True)
class Number:
    value: float
    tolerance: float = 0.0

    def mark(self, given: str) -> float:
        try:
            found = float(given.replace(",", "."))
        except ValueError:
            return 0.0
        off = abs(found - self.value)
        if off <= self.tolerance:
            return 1.0
        return 0.5 if off <= 2 * self.tolerance else 0.0


@dataclass(frozen=True)
class Choices:
    right: frozenset[str]
    wrong: frozenset[str]

    def mark(self, given: str) -> float:
        """A wrong tick takes a right one away."""
        ticked = {tick.strip() for tick in given.split(",") if tick.strip()}
        if ticked - self.right - self.wrong:
            raise ValueError(f"no such choice: {sorted(ticked - self.right - self.wrong)}")
        points = len(ticked & self.right) - len(ticked & self.wrong)
        return max(0, points) / len(self.right)
