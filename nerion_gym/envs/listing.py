"""The edits that a focus lists: of functions, of code outside of them, or a window of these."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.envs.units import units_of
from nerion_gym.syntax.loose import is_loose, loose_pieces, loose_range
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Focus, FunctionRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

Operators = tuple["Operator", ...]


@lru_cache(maxsize=256)
def listed_edits(program: Program, operators: Operators, focus: Focus | None) -> tuple[Edit, ...]:
    """Return the edits of a focus in canonical order; all where there is none.

    Raises:
        ConfigError: the focus names what the program does not have.
        ProgramSyntaxError: a file is not valid Python.
    """
    if focus is None:
        return enumerate_edits(program, operators, None)
    loose = tuple(ref for ref in focus.functions if is_loose(ref.qualname))
    if loose:
        inside = tuple(ref for ref in focus.functions if ref not in loose)
        wanted = set(enumerate_edits(program, operators, Focus(inside)) if inside else ())
        for ref in loose:
            wanted.update(_outside(program, operators, ref))
        found = tuple(e for e in enumerate_edits(program, operators, None) if e in wanted)
    else:
        found = enumerate_edits(program, operators, replace(focus, window=None))
    return found if focus.window is None else found[slice(*focus.window)]


@lru_cache(maxsize=64)
def edits_outside(program: Program, operators: Operators) -> Mapping[str, tuple[Edit, ...]]:
    """Return path -> the edits that no function of the program lists: none is left over."""
    functions = tuple(unit.ref for unit in units_of(program))
    inside = frozenset(enumerate_edits(program, operators, Focus(functions)) if functions else ())
    found: dict[str, list[Edit]] = {}
    for edit in enumerate_edits(program, operators, None):
        if edit not in inside:
            found.setdefault(edit.site.path, []).append(edit)
    return {path: tuple(edits) for path, edits in found.items()}


def _outside(program: Program, operators: Operators, ref: FunctionRef) -> list[Edit]:
    """Return the edits of some pieces: each edit belongs to the last that begins before it."""
    source = program.source(ref.path)
    table = parse_module(ref.path, source).table
    starts = [table.offsets(piece)[0] for piece in loose_pieces(ref.path, source)]
    chosen = loose_range(ref.qualname, max(len(starts), 1))
    return [
        edit
        for edit in edits_outside(program, operators).get(ref.path, ())
        if max(bisect_right(starts, edit.site.start) - 1, 0) in chosen
    ]
