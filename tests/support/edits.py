"""What every edit of every operator keeps to, asked of any program."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, names_resolve, parses, pyflakes_clean
from nerion_gym.edits.inject import listed_way
from nerion_gym.edits.operator_ids import operator_id
from nerion_gym.edits.preview import apply, undo
from nerion_gym.edits.registry import OPERATORS, operator
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit


def place(edit: Edit) -> tuple[object, ...]:
    """Where an edit comes in a catalog."""
    number = operator_id(edit.operator)
    return edit.site.path, edit.site.start, edit.site.end, number, edit.text, edit.splices


def by_operator(edits: Sequence[Edit], most: int, seed: int) -> list[Edit]:
    """At most so many edits of each operator, drawn."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        found[edit.operator].append(edit)
    rng = np.random.default_rng(seed)
    return [rows[int(at)] for rows in found.values() for at in rng.permutation(len(rows))[:most]]


def only(program: Program, edit: Edit) -> Program:
    """The files that an edit touches."""
    paths = {splice.path for splice in edit.splices}
    return Program(tuple(file for file in program.files if file[0] in paths))


def complaints(program: Program, edit: Edit) -> list[str]:
    """What is wrong with an edit; nothing where all is right."""
    before = only(program, edit)
    after = apply(before, edit)
    found = [*parses(after), *compiles(after)]
    if after.digest == before.digest:
        found.append("it changes nothing")
    if undo(after, edit).files != before.files:
        found.append("undone it does not give back the bytes")
    if list(edit.splices) != sorted(edit.splices):
        found.append("its splices are out of order")
    if not edit.site.path or edit.site.start > edit.site.end:
        found.append("its site is no place")
    if operator(edit.operator).kind is Kind.REFACTOR:
        found += [*names_resolve(before, after), *pyflakes_clean(before, after)]
    return found


def is_repairable(program: Program, edit: Edit) -> bool:
    """Whether the catalog of the changed program holds an edit that leads back to the trees."""
    before = only(program, edit)
    return listed_way(apply(before, edit), before, OPERATORS) is not None


def results(source: str, *names: str) -> list[str]:
    """Every result of these operators on m.py, each checked to be a program that can be undone."""
    program = Program.from_files({"m.py": source.encode()})
    found = []
    for edit in enumerate_edits(program, tuple(map(operator, names)), None):
        assert complaints(program, edit) == []
        found.append(apply(program, edit).source("m.py").decode())
    return found
