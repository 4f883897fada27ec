"""Income tax by brackets, in whole units of money."""

from typing import NamedTuple


class Bracket(NamedTuple):
    floor: int
    percent: int


BRACKETS = (Bracket(0, 0), Bracket(10_000, 20), Bracket(40_000, 40), Bracket(100_000, 45))
PER_CHILD = 250


def slices(income, brackets=BRACKETS):
    """Yield (amount, percent) for each part of the income that falls into a bracket."""
    ceilings = [bracket.floor for bracket in brackets[1:]] + [income]
    for (floor, percent), ceiling in zip(brackets, ceilings):
        if income <= floor:
            break
        yield min(income, ceiling) - floor, percent


def tax_due(income, children=0, brackets=BRACKETS):
    if income < 0:
        raise ValueError("income cannot be negative")
    gross = sum(amount * percent for amount, percent in slices(income, brackets)) // 100
    return max(0, gross - children * PER_CHILD)


def marginal_percent(income, brackets=BRACKETS):
    """What is taken of the next unit earned."""
    return [percent for floor, percent in brackets if floor <= income][-1]


def net(income, children=0):
    return income - tax_due(income, children)


def raise_worth(income, extra, children=0):
    """How much of a raise is left after tax."""
    return net(income + extra, children) - net(income, children)
