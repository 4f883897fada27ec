"""In which order an expression and an edit of it do what can be told from outside.

What runs the program's code may change lists, bind variables anew, raise, or be seen to run. So all
up to the last of it has to be the same in both: the code that runs, the operators (which may raise,
or see a list before it changes) and the reading of variables that are not the function's own. What
comes after that sees the same values and is judged by what it gives.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.trees import nodes_in, same_tree

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Step(NamedTuple):
    """Something that is evaluated.

    Attributes:
        hole: the number of a hole; None for an operation.
        sure: whether it is evaluated whatever the values are.
        node: the hole or the operation, over holes.
    """

    hole: int | None
    sure: bool
    node: ast.expr


def is_faithful(
    before: Sequence[Step], after: Sequence[Step], risky: Sequence[int], loose: Collection[int]
) -> bool:
    """Whether an edit does all that can be told from outside as the original does it.

    Args:
        before: the steps of the original.
        after: those of the edited expression.
        risky: numbers of the holes that may run the program's code, in order.
        loose: numbers of the variables that such code may bind anew.
    """
    if not risky:
        return True
    first, _ = _split(before, risky)
    second, rest = _split(after, risky)
    ones, twos = (
        [step for step in part if _counts(step, risky, loose)] for part in (first, second)
    )
    if len(ones) != len(twos) or not all(step.sure for step in twos if step.hole in risky):
        return False
    if any(step.hole in loose and step.hole < risky[-1] for step in rest if step.hole is not None):
        return False
    return all(
        one.hole == two.hole and same_tree(one.node, two.node)
        for one, two in zip(ones, twos, strict=True)
    )


def worked_on_early(steps: Sequence[Step], risky: Sequence[int]) -> frozenset[int]:
    """Return the holes that an operation works on before the last of the program's code runs."""
    first, _ = _split(steps, risky)
    operations = [step.node for step in first if step.hole is None]
    names = [node for top in operations for node in nodes_in(top) if isinstance(node, ast.Name)]
    return frozenset(int(name.id[1:]) for name in names if name.id.startswith("#"))


def read_early(steps: Sequence[Step], risky: Sequence[int]) -> set[int]:
    """Return the holes that a tap reads before an operation that comes first in the program.

    If the operation raises, the program never reads them: they had better have a value.
    """
    first, rest = _split(steps, risky)
    known = {step.hole for step in first}
    worked = False
    found = set()
    for step in rest:
        worked = worked or step.hole is None
        if worked and step.hole is not None and step.hole not in known:
            found.add(step.hole)
        known.add(step.hole)
    return found


def _split(steps: Sequence[Step], risky: Sequence[int]) -> tuple[Sequence[Step], Sequence[Step]]:
    """Return the steps up to the last that may run the program's code, and those after it."""
    places = [place for place, step in enumerate(steps) if step.hole in risky]
    end = places[-1] + 1 if places else 0
    return steps[:end], steps[end:]


def _counts(step: Step, risky: Sequence[int], loose: Collection[int]) -> bool:
    return step.hole is None or step.hole in risky or step.hole in loose
