"""A recipe is read from text: a title, for how many, then one ingredient a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from recipe_book.amounts import MEASURES, Amount, parse_amount

LINE = re.compile(r"(?P<count>\d[\d./ ]*)\s+(?P<rest>.+)")


@dataclass(frozen=True)
class Recipe:
    title: str
    serves: int
    needs: dict[str, Amount]

    def for_people(self, people: int) -> Recipe:
        factor = Fraction(people, self.serves)
        needs = {name: amount.scaled(factor) for name, amount in self.needs.items()}
        return Recipe(self.title, people, needs)


def parse_line(line: str) -> tuple[str, Amount]:
    match = LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"no amount in {line!r}")
    first, _, rest = match["rest"].partition(" ")
    if rest and first in MEASURES:
        return rest.strip(), parse_amount(match["count"], first)
    return match["rest"], parse_amount(match["count"])


def parse_recipe(text: str) -> Recipe:
    head, *lines = [line for line in text.splitlines() if line.strip()]
    title, _, serves = head.partition(" for ")
    needs: dict[str, Amount] = {}
    for line in lines:
        name, amount = parse_line(line)
        needs[name] = needs[name] + amount if name in needs else amount
    return Recipe(title.strip(), int(serves or 1), needs)
