"""The catalog: every legal edit of a program, in one order, each result once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from nerion_gym.edits.operator import Operator
from nerion_gym.edits.operator_ids import operator_id
from nerion_gym.edits.preview import splice_bytes
from nerion_gym.errors import ConfigError, EditError
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit, Splice
    from nerion_gym.types.program import Focus, Program, Span

Operators = tuple[Operator, ...]


class Result(NamedTuple):
    """What an edit makes of a file, the same for all edits that make the same of it."""

    start: int
    before: bytes
    after: bytes


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
        for edit in file_edits(path, source, local)
        if areas is None or _is_inside(edit, areas[path])
    ]
    wide = [
        edit
        for edit in program_edits(program, operators)
        if areas is None or any(area.contains(edit.site) for area in areas.get(edit.site.path, ()))
    ]
    return tuple(sorted([*found, *wide], key=_canonical)) if wide else tuple(found)


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
        for edit in sorted(propose(program), key=_place):
            results = results_of(program, edit)
            if results and not _is_local(program, results, local):
                found.setdefault(results, edit)
    return tuple(sorted(found.values(), key=_canonical))


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
    source = program.source(path)
    return any(result == result_of(source, edit) for edit in file_edits(path, source, operators))


def _areas(program: Program, focus: Focus) -> dict[str, list[Span]]:
    areas: dict[str, list[Span]] = {}
    for ref in focus.functions:
        module = parse_module(ref.path, program.source(ref.path))
        span = module.function(ref.qualname).span if ref.qualname else module.span(module.tree)
        areas.setdefault(ref.path, []).append(span)
    return areas


def _is_inside(edit: Edit, areas: Iterable[Span]) -> bool:
    start, end = edit.splices[0].start, edit.splices[-1].end
    return any(
        area.contains(edit.site) and area.start <= start and end <= area.end for area in areas
    )


@lru_cache(maxsize=512)
def file_edits(path: str, source: bytes, operators: Operators) -> tuple[Edit, ...]:
    """Return the edits of one file in canonical order, each result once.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
        ConfigError: two operators have the same id.
        EditError: an operator proposed an edit of another file, or an empty one.
    """
    require_distinct(operators)
    module = parse_module(path, source)
    found: dict[Result, Edit] = {}
    for operator in sorted(operators, key=lambda row: row.id):
        propose = cast("Callable[[Module], Iterator[Edit]]", operator.propose)
        for edit in sorted(propose(module), key=_place):
            _require_own(edit, path)
            result = result_of(source, edit)
            if result.before != result.after:
                found.setdefault(result, edit)
    return tuple(sorted(found.values(), key=_canonical))


def require_distinct(operators: Operators) -> None:
    """Refuse operators whose ids collide: a third party's id is a hash of its name.

    Raises:
        ConfigError: naming both.
    """
    by_id: dict[int, Operator] = {}
    for operator in operators:
        other = by_id.setdefault(operator.id, operator)
        if other != operator:
            msg = (
                f"operators {other.name!r} and {operator.name!r} have the same id {operator.id}; "
                "rename the one that is yours"
            )
            raise ConfigError(msg)


def _require_own(edit: Edit, path: str) -> None:
    if not edit.splices or any(splice.path != path for splice in edit.splices):
        paths = sorted({splice.path for splice in edit.splices})
        msg = f"{edit.operator} edited {paths or 'nothing'}; expected splices of {path!r} alone"
        raise EditError(msg)


def _canonical(edit: Edit) -> tuple[object, ...]:
    number = operator_id(edit.operator)
    return edit.site.path, edit.site.start, edit.site.end, number, edit.text, edit.splices


def _place(edit: Edit) -> tuple[object, ...]:
    return edit.site.path, edit.site.start, edit.site.end, edit.text, edit.splices


def result_of(source: bytes, edit: Edit) -> Result:
    """Return the smallest replacement that gives the same file as an edit of it.

    Equal for two edits exactly when the edited files are equal, without building those.
    """
    start, before, after = _region(source, edit.splices)
    if before and after:
        same = shared(before, after)
        start, before, after = start + same, before[same:], after[same:]
    if not before or not after:
        return _slid_right(source, start, before, after)
    same = shared(before, after, "big")
    return Result(start, before[: len(before) - same], after[: len(after) - same])


def _region(source: bytes, splices: Sequence[Splice]) -> tuple[int, bytes, bytes]:
    """Return where the splices begin, and what stands from there to the last one's end and will.

    Raises:
        EditError: they do not fit.
    """
    position = start = splices[0].start
    parts = []
    for splice in splices:
        if splice.start < position or source[splice.start : splice.end] != splice.before:
            splice_bytes(source, splices)  # says what is wrong
        parts += [source[position : splice.start], splice.after]
        position = splice.end
    return start, source[start:position], b"".join(parts)


def shared(one: bytes, two: bytes, order: Literal["little", "big"] = "little") -> int:
    """Return how many bytes two texts have in common at their start ("big": at their end)."""
    length = min(len(one), len(two))
    if order == "little":
        if one[:1] != two[:1]:
            return 0
        one, two = one[:length], two[:length]
    elif one[-1:] != two[-1:]:
        return 0
    else:
        one, two = one[len(one) - length :], two[len(two) - length :]
    # As numbers, so that the lowest bit in which they differ shows the first byte that does.
    apart = int.from_bytes(one, order) ^ int.from_bytes(two, order)
    return ((apart & -apart).bit_length() - 1) // 8 if apart else length


def _slid_right(source: bytes, start: int, before: bytes, after: bytes) -> Result:
    """Slide an insertion or deletion right past what it repeats: "aa" grows alike at both ends."""
    moving = before or after
    if not moving:
        return Result(0, b"", b"")
    place = start + len(before)
    slid, step = 0, len(moving)
    while step == len(moving):
        step = shared(moving, source[place + slid : place + slid + len(moving)])
        slid += step
    moving = moving[step:] + moving[:step]
    return Result(start + slid, moving if before else b"", moving if after else b"")
