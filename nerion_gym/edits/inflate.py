"""A program made dearer such that listed refactors bring it back, with the same meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles
from nerion_gym.edits.inject import listed_way
from nerion_gym.edits.preview import apply
from nerion_gym.edits.untidy import untidy_edits
from nerion_gym.errors import EditError, ProgramSyntaxError, TaskError
from nerion_gym.syntax.costs import program_cost
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus, Program

TRIES = 60
"""Edits that are looked at for each one that is made."""


class Inflation(NamedTuple):
    """A program that costs more than it must.

    Attributes:
        program: the dearer program.
        edits: what made it so, one after another.
        reference: edits from the catalogs of the dearer program and of what each gives: each makes
            it cheaper, and after the last its syntax trees are the original's.
    """

    program: Program
    edits: tuple[Edit, ...]
    reference: tuple[Edit, ...]


def inflate(
    program: Program,
    cost: str,
    k: int,
    rng: np.random.Generator,
    operators: Sequence[Operator],
    focus: Focus | None = None,
) -> Inflation:
    """Make a program dearer by edits that a listed refactor takes back.

    So its meaning stays: what a refactor takes back, it could have been made of.

    Args:
        program: the tidy program.
        cost: one of `nerion_gym.syntax.costs.COSTS`.
        k: how many edits at most, at least 1; fewer where no more are found.
        rng: draws them, each kind of edit as often as the others.
        operators: the refactors that are listed.
        focus: only inside its functions; None: anywhere.

    Raises:
        TaskError: k is below 1, or nothing was found that makes it dearer and can be taken back.
        ConfigError: there is no such cost.
    """
    if k < 1:
        msg = f"k={k}: at least one edit makes a program dearer"
        raise TaskError(msg)
    listed = tuple(row for row in operators if row.kind is Kind.REFACTOR)
    history = [program]
    edits: list[Edit] = []
    for _ in range(k):
        edit = _drawn(history[-1], cost, rng, listed, focus)
        if edit is None:
            break
        edits.append(edit)
        history.append(apply(history[-1], edit))
    while edits:
        reference = _way_back(history, listed, focus)
        if reference is not None:
            return Inflation(history[-1], tuple(edits), reference)
        edits.pop()
        history.pop()
    msg = (
        f"{', '.join(program.paths[:5])}: no edit raises its {cost} such that one of the listed "
        f"refactors takes it back; list more operators, or take a longer program"
    )
    raise TaskError(msg)


def _drawn(
    program: Program,
    cost: str,
    rng: np.random.Generator,
    operators: tuple[Operator, ...],
    focus: Focus | None,
) -> Edit | None:
    """Return an edit that raises the cost and can be taken back; None where none was found."""
    by_kind: dict[str, list[Edit]] = {}
    for edit in (*enumerate_edits(program, operators, focus), *_untidy(program, focus)):
        by_kind.setdefault(edit.operator, []).append(edit)
    before = program_cost(program, cost)
    for _ in range(TRIES):
        if not by_kind:
            return None
        names = sorted(by_kind)
        rows = by_kind[names[int(rng.integers(len(names)))]]
        edit = rows.pop(int(rng.integers(len(rows))))
        by_kind = {name: left for name, left in by_kind.items() if left}
        dearer = _dearer(program, edit, cost, before)
        if dearer is not None and listed_way(dearer, program, operators, focus) is not None:
            return edit
    return None


def _untidy(program: Program, focus: Focus | None) -> list[Edit]:
    if focus is None:
        return [edit for path, source in program.files for edit in untidy_edits(path, source)]
    found = []
    for ref in focus.functions:
        source = program.source(ref.path)
        area = parse_module(ref.path, source).function(ref.qualname).span
        found += [edit for edit in untidy_edits(ref.path, source) if _is_inside(edit, area)]
    return found


def _is_inside(edit: Edit, area: Span) -> bool:
    return area.contains(Span(area.path, edit.splices[0].start, edit.splices[-1].end))


def _dearer(program: Program, edit: Edit, cost: str, before: int) -> Program | None:
    """Return what an edit gives where it is valid and costs more than before, else None."""
    try:
        after = apply(program, edit)
        dearer = program_cost(after, cost) > before
        return after if dearer and not compiles(after) else None
    except (EditError, ProgramSyntaxError):
        return None


def _way_back(
    history: Sequence[Program], operators: tuple[Operator, ...], focus: Focus | None
) -> tuple[Edit, ...] | None:
    """Return listed edits that give the trees of each program from those of the next, or None."""
    now = history[-1]
    steps: list[Edit] = []
    for wanted in reversed(history[:-1]):
        step = listed_way(now, wanted, operators, focus)
        if step is None:
            return None
        steps.append(step)
        now = apply(now, step)
    return tuple(steps)
