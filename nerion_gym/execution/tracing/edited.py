"""Edits as the new code of the one function that each changes."""

from __future__ import annotations

import marshal
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.routing import Key, NotConfinedError, compare_file, same_frame
from nerion_gym.execution.tracing.contrasts import spliced, statement_around
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from types import CodeType

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program


class Edited(NamedTuple):
    """An edit as its function's new code.

    Attributes:
        number: in the caller's list.
        key: of the function: path, name, first line.
        code: marshalled.
        inner: whether nothing but functions inside of it is other than before.
        lines: first and last of what it changes: a call that executes none of them tells nothing.
    """

    number: int
    key: Key
    code: bytes
    inner: bool
    lines: tuple[int, int]


def edited_code(program: Program, number: int, edit: Edit) -> Edited | None:
    """Return the new code of the function whose body an edit changes; None where that is not all.

    That changes nothing which is visible without a call: see `routing.compare_file`.
    """
    paths = {splice.path for splice in edit.splices}
    if len(paths) != 1:
        return None
    path = paths.pop()
    before = program.source(path)
    module = parse_module(path, before)
    if not outermost_names(module, edit):
        return None
    after = spliced(module, edit.splices, 0, len(before))
    try:
        change = compare_file(path, before, after)
    except NotConfinedError:
        return None
    if len(change.changed) != 1:
        return None  # functions that merely moved do what they did
    old, new = change.changed[0]
    key = path, old.co_qualname, old.co_firstlineno
    lines = lines_of(module, edit.splices[0].start, edit.splices[-1].end)
    return Edited(number, key, marshal.dumps(new), is_inner(old, new), lines)


def lines_of(module: Module, start: int, end: int) -> tuple[int, int]:
    """Return first and last line of the statement that holds some bytes, or of its head."""
    statement = statement_around(module, start, end)
    if statement is None:
        return 1, len(module.source)
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if body and end <= module.table.offsets(body[0])[0]:
        last = max(first, body[0].lineno - 1)
    return first, last


def is_inner(old: CodeType, new: CodeType) -> bool:
    """Whether two codes differ in nested functions alone."""
    return same_frame(old, new) and all(
        one == two
        for one, two in zip(old.co_consts, new.co_consts, strict=True)
        if not isinstance(one, type(old))
    )


def outermost_names(module: Module, edit: Edit) -> set[str]:
    """Return the names of the outermost functions that an edit's places stand in."""
    holders = (
        next((one for one in module.functions if one.span.start <= at <= one.span.end), None)
        for at in (splice.start for splice in edit.splices)
    )
    return {one.node.name for one in holders if one is not None}


def edited_codes(
    program: Program,
    edits: Sequence[Edit],
    called: Collection[tuple[str, str]],
    numbers: Iterable[int],
) -> tuple[list[Edited], list[int]]:
    """Return the new code of edited functions, function by function, where an edit is no more.

    Args:
        program: that is edited.
        edits: of it.
        called: path and last name of functions of which calls were recorded; nothing is compiled
            for edits of any other.
        numbers: of the edits to look at.

    Returns:
        The codes; and the numbers of edits of functions without a recorded call.
    """
    found: dict[Key, list[Edited]] = defaultdict(list)
    uncalled: list[int] = []
    for number in numbers:
        path = edits[number].splices[0].path
        names = outermost_names(parse_module(path, program.source(path)), edits[number])
        if len(names) == 1 and (path, *names) not in called:
            uncalled.append(number)
            continue
        edited = edited_code(program, number, edits[number])
        if edited is not None:
            found[edited.key].append(edited)
    return [one for rows in found.values() for one in rows], uncalled
