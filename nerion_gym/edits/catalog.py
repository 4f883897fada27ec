"""The catalog: every legal edit of a program, in one order, each result once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, cast

from nerion_gym.edits.listing import canonical, joined, place, require_distinct, searcher_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.results import result_of
from nerion_gym.errors import EditError
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nerion_gym.edits.listing import FileEdits
    from nerion_gym.edits.results import Result
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus, Program, Span

Operators = tuple[Operator, ...]
Areas = dict[str, list["Span"]]
"""Path -> the parts of the file that are asked for."""


@lru_cache(maxsize=256)
def enumerate_edits(
    program: Program, operators: tuple[Operator, ...], focus: Focus | None
) -> tuple[Edit, ...]:
    """Return the edits of a program in canonical order: path, start, end, operator id, text.

    Cached by program digest; a file that other programs share is searched once.

    Args:
        program: what to edit.
        operators: kinds of edits to list.
        focus: list only edits inside its functions (of `whole` operators, those whose site is
            inside); None: everywhere.

    Raises:
        ProgramSyntaxError: a file is not valid Python.
        ConfigError: the focus names a function that the program does not have, or two operators
            have the same id.
    """
    require_distinct(operators)
    areas = None if focus is None else _areas(program, focus)
    local = tuple(row for row in operators if not row.whole)
    found = [
        edit
        for path, source in program.files
        if areas is None or path in areas
        for edit in _edits_in(file_edits(path, source, local), path, areas)
    ]
    wide = [
        edit
        for edit in program_edits(program, operators)
        if areas is None or any(area.contains(edit.site) for area in areas.get(edit.site.path, ()))
    ]
    return tuple(sorted([*found, *wide], key=canonical)) if wide else tuple(found)


@lru_cache(maxsize=64)
def program_edits(program: Program, operators: Operators) -> tuple[Edit, ...]:
    """Return the edits of `whole` operators, each result once and none that a file's own give.

    Raises:
        ProgramSyntaxError: a file is not valid Python.
        EditError: an operator proposed an empty edit.
    """
    whole = sorted((row for row in operators if row.whole), key=lambda row: row.id)
    local = tuple(row for row in operators if not row.whole)
    found: dict[frozenset[tuple[str, Result]], Edit] = {}
    for operator in whole:
        propose = cast("Callable[[Program], Iterator[Edit]]", operator.propose)
        for edit in sorted(propose(program), key=place):
            results = results_of(program, edit)
            if results and not _is_local(program, results, local):
                found.setdefault(results, edit)
    return tuple(sorted(found.values(), key=canonical))


def results_of(program: Program, edit: Edit) -> frozenset[tuple[str, Result]]:
    """Return what an edit makes of each file that it changes; empty where it changes nothing.

    Raises:
        EditError: the edit has no splices.
    """
    if not edit.splices:
        msg = f"{edit.operator} edited nothing; expected at least one splice"
        raise EditError(msg)
    found = []
    for path, splices in groupby(edit.splices, key=lambda splice: splice.path):
        part = replace(edit, splices=tuple(splices))
        result = result_of(program.source(path), part)
        if result.before != result.after:
            found.append((path, result))
    return frozenset(found)


def _is_local(
    program: Program, results: frozenset[tuple[str, Result]], operators: Operators
) -> bool:
    """Whether an edit of one file gives this too."""
    if len(results) > 1:
        return False
    ((path, result),) = results
    return file_edits(path, program.source(path), operators).make(result)


def _areas(program: Program, focus: Focus) -> Areas:
    areas: dict[str, list[Span]] = {}
    for ref in focus.functions:
        module = parse_module(ref.path, program.source(ref.path))
        span = module.function(ref.qualname).span if ref.qualname else module.span(module.tree)
        areas.setdefault(ref.path, []).append(span)
    return areas


def _edits_in(edits: FileEdits, path: str, areas: Areas | None) -> Iterable[Edit]:
    """Return the edits of a file inside the areas of it; None: all."""
    if areas is None:
        return edits
    own = areas[path]
    start, end = min(area.start for area in own), max(area.end for area in own)
    return (edit for edit in edits.between(start, end) if _is_inside(edit, own))


def _is_inside(edit: Edit, areas: Iterable[Span]) -> bool:
    start, end = edit.splices[0].start, edit.splices[-1].end
    return any(
        area.contains(edit.site) and area.start <= start and end <= area.end for area in areas
    )


@lru_cache(maxsize=128)
def file_edits(path: str, source: bytes, operators: Operators) -> FileEdits:
    """Return the edits of one file in canonical order, each result once.

    Pieces of the file that another version of it has too, in the same surroundings, are not
    searched again.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
        ConfigError: two operators have the same id.
        EditError: an operator proposed an edit of another file, or an empty one.
    """
    return joined(path, source, searcher_of(operators))
