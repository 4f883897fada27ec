"""Several edits of one program at once: do they get in each other's way, and what do they give."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from nerion_gym.edits.gates import compiles, parses
from nerion_gym.edits.preview import apply
from nerion_gym.errors import EditError
from nerion_gym.types.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Splice
    from nerion_gym.types.program import Program

COMPOSED = "composed"
"""Operator of an edit that is made of several."""


def conflict(one: Edit, two: Edit) -> str:
    """Return why two edits of the same program cannot be made together; "" where they can.

    They can where no splice of one overlaps or touches a splice of the other: what stands between
    two places that touch would hang on the order. Then the order makes no difference.
    """
    for mine in one.splices:
        for other in two.splices:
            if _meet(mine, other):
                return (
                    f"{one.operator} and {two.operator} both change {mine.path} around byte "
                    f"{max(mine.start, other.start)}"
                )
    return ""


def _meet(one: Splice, two: Splice) -> bool:
    return one.path == two.path and one.start <= two.end and two.start <= one.end


def compose(program: Program, edits: Sequence[Edit]) -> Edit:
    """Return one edit that does what several do.

    Args:
        program: what each of them is an edit of.
        edits: at least one, in any order.

    Raises:
        EditError: there are none, two conflict, one does not fit, or what they give together is
            not valid Python though the program is: a name that one needs is gone by another.
    """
    if not edits:
        msg = "no edits to compose; give at least one"
        raise EditError(msg)
    for one, two in combinations(edits, 2):
        found = conflict(one, two)
        if found:
            msg = f"{found}; leave one of them out, or apply one and enumerate anew"
            raise EditError(msg)
    splices = tuple(sorted(splice for edit in edits for splice in edit.splices))
    first = min(edits, key=lambda edit: edit.site)
    composed = Edit(COMPOSED, splices, first.site)
    after = apply(program, composed)
    broken = [*parses(after), *compiles(after)]
    if broken and not [*parses(program), *compiles(program)]:
        names = ", ".join(edit.operator for edit in edits)
        msg = f"{names} do not go together ({broken[0]}); apply them one by one"
        raise EditError(msg)
    return composed
