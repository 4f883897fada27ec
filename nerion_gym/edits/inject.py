"""Bugs put into a program such that listed edits can take them out again, and some test notices."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.compose import compose, conflict
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.errors import EditError, TaskError
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.texts import shared
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.coverage import Coverage
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus, Program

BEFORE_NODE = b"( \t\f\r\n\\"
TRIES = 20
"""Sets of bugs that are drawn before giving up."""


class Injection(NamedTuple):
    """A program with bugs.

    Attributes:
        program: the changed program.
        edits: the bugs, edits of the original, in the order of their places.
        repair: edits from the catalogs of the changed program and of what each gives: made one
            after another they give back the original's syntax trees. The reference repair.
    """

    program: Program
    edits: tuple[Edit, ...]
    repair: tuple[Edit, ...]


def inject(
    program: Program,
    coverage: Coverage,
    k: int,
    rng: np.random.Generator,
    operators: Sequence[Operator] = OPERATORS,
    focus: Focus | None = None,
) -> Injection:
    """Put bugs into a program: repairable mutations at places that some test executes.

    Args:
        program: the right program.
        coverage: what its tests execute.
        k: how many bugs, at least 1; no two touch.
        rng: draws them, each operator as often as the others.
        operators: those that are listed to whoever repairs; the repairable ones among them are
            drawn from. With fewer than all, not every repair may be listed: then other bugs are
            drawn.
        focus: draw only from its functions; None: anywhere.

    Raises:
        TaskError: there are not so many places, or no set of bugs was found that listed edits take
            out again.
    """
    if k < 1:
        msg = f"k={k}: at least one bug is put in"
        raise TaskError(msg)
    listed = tuple(operators)
    mutations = tuple(row for row in listed if row.kind is Kind.MUTATION and row.repairable)
    lines = lines_reached(coverage)
    found = enumerate_edits(program, mutations, focus)
    reached = [edit for edit in found if is_reached(program, lines, edit)]
    for _ in range(TRIES):
        bugs = drawn(reached, k, rng)
        if len(bugs) < k:
            msg = (
                f"{k} bugs were asked for; tests reach {len(reached)} repairable mutations, and "
                f"only {len(bugs)} of those drawn do not touch: ask for fewer or more operators"
            )
            raise TaskError(msg)
        injection = repaired(program, bugs, listed)
        if injection is not None:
            return injection
    msg = (
        f"none of {TRIES} draws of {k} bugs can be taken out by the listed edits "
        f"({', '.join(row.name for row in listed)}); list more operators or ask for fewer bugs"
    )
    raise TaskError(msg)


def lines_reached(coverage: Coverage) -> dict[str, set[int]]:
    """Return path -> the lines that some test executes: asked once, not once an edit and test."""
    found: dict[str, set[int]] = {}
    for files in coverage.tests.values():
        for path, lines in files.items():
            found.setdefault(path, set()).update(lines)
    return found


def is_reached(program: Program, reached: Mapping[str, AbstractSet[int]], edit: Edit) -> bool:
    """Whether some test executes a line that an edit's splices touch."""
    for splice in edit.splices:
        module = parse_module(splice.path, program.source(splice.path))
        touched = module.table.lines(splice.start, splice.end)
        if not reached.get(splice.path, frozenset()).isdisjoint(touched):
            return True
    return False


def drawn(edits: Sequence[Edit], k: int, rng: np.random.Generator) -> list[Edit]:
    """Return edits that do not touch, at most k, in the order of their places."""
    by_operator: dict[str, list[Edit]] = {}
    for edit in edits:
        by_operator.setdefault(edit.operator, []).append(edit)
    found: list[Edit] = []
    while by_operator and len(found) < k:
        names = sorted(by_operator)
        rows = by_operator[names[int(rng.integers(len(names)))]]
        edit = rows.pop(int(rng.integers(len(rows))))
        by_operator = {name: left for name, left in by_operator.items() if left}
        if not any(conflict(edit, other) for other in found):
            found.append(edit)
    return sorted(found, key=lambda edit: edit.splices)


def repaired(
    program: Program, bugs: Sequence[Edit], operators: tuple[Operator, ...]
) -> Injection | None:
    """Return the injection of these bugs, None where listed edits do not take each out again."""
    try:
        changed = now = apply(program, compose(program, bugs))
    except EditError:
        return None
    repair: list[Edit] = []
    for number in range(len(bugs) - 1, -1, -1):
        # The last first: the places of those before it stay as they are.
        rest = bugs[:number]
        wanted = apply(program, compose(program, rest)) if rest else program
        step = listed_way(now, wanted, operators)
        if step is None:
            return None
        repair.append(step)
        now = apply(now, step)
    return Injection(changed, tuple(bugs), tuple(repair))


def listed_way(
    now: Program,
    wanted: Program,
    operators: tuple[Operator, ...],
    focus: Focus | None = None,
) -> Edit | None:
    """Return the first listed edit that gives the syntax trees of another program, or None.

    Args:
        now: the program whose edits are listed.
        wanted: the other program, with the same files.
        operators: that are listed.
        focus: only edits inside its functions; None: everywhere.
    """
    areas = {
        path: _differing(source, wanted.source(path))
        for path, source in now.files
        if tree_of(path, source) != tree_of(path, wanted.source(path))
    }
    for edit in enumerate_edits(now, operators, focus):
        if _touches(edit, areas):
            after = apply(now, edit)
            if all(
                tree_of(path, after.source(path)) == tree_of(path, wanted.source(path))
                for path in areas
            ):
                return edit
    return None


def _differing(one: bytes, two: bytes) -> tuple[int, int]:
    """Return the [start, end) of a text outside of which two texts are equal, brackets around.

    Where the two may be told apart in several places ("is" -> "is not"), it holds all of them.
    """
    places = shared(one, two), len(one) - shared(one, two, "big")
    start, end = min(places), max(places)
    # An edit in front of a parenthesis may give the same tree as one behind it.
    start = len(one[:start].rstrip(BEFORE_NODE))
    return start, skip_gap(one, end, len(one))


def _touches(edit: Edit, areas: dict[str, tuple[int, int]]) -> bool:
    """Whether an edit changes these files alone, where they differ."""
    touched = set()
    for splice in edit.splices:
        if splice.path not in areas:
            return False
        start, end = areas[splice.path]
        if splice.start <= end and start <= splice.end:
            touched.add(splice.path)
    return touched == areas.keys()


@lru_cache(maxsize=512)
def tree_of(path: str, source: bytes) -> str:
    """Return a file's syntax tree as text, positions left out."""
    return ast.dump(parse_module(path, source).tree)
