"""The source of an episode for a language model: numbered lines, as much of it as there is room."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nerion_gym.syntax.loose import is_loose
from nerion_gym.syntax.module import parse_module
from nerion_gym.wrappers.text_lines import clean, fitted, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nerion_gym.envs.state import State
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

NEAR = 2
"""Lines shown above and below an edit where there is no room for its function."""
GAP = "      ..."

Lines = dict[str, set[int]]
"""Path -> numbers of lines, from 1."""


def source_lines(state: State, page: Sequence[Edit], room: int) -> list[str]:
    """Return the program, or of it what an episode looks at, in at most `room` characters.

    The first of these that fits: every file; the functions in focus with every line that has an
    edit; the lines around the edits of the page; as many of the last as fit.
    """
    if sum(len(source) for _, source in state.program.files) <= room:
        whole = numbered(state.program, every_line(state.program))
        if size(whole) <= room:
            return whole
    focus = numbered(state.program, focus_lines(state))
    if size(focus) <= room:
        return focus
    return fitted(numbered(state.program, edit_lines(state.program, page, NEAR)), room)


def numbered(program: Program, wanted: Mapping[str, Iterable[int]]) -> list[str]:
    """Return lines of files with their numbers, and a sign where some are left out."""
    found: list[str] = []
    for path in sorted(wanted):
        source = program.source(path)
        starts = [start for start in parse_module(path, source).table.starts if start < len(source)]
        starts.append(len(source))
        numbers = sorted(number for number in wanted[path] if 0 < number < len(starts))
        if not numbers:
            continue
        found.append(clean(f"File {path}:"))
        found += [GAP] * (numbers[0] > 1)
        for number, following in pairwise([*numbers, numbers[-1] + 1]):
            raw = source[starts[number - 1] : starts[number]].rstrip(b"\r\n")
            found.append(clean(f"{number:>5} | {raw.decode('utf-8', 'replace')}").rstrip())
            found += [GAP] * (following > number + 1)
        found += [GAP] * (numbers[-1] < len(starts) - 1)
    return found


def every_line(program: Program) -> dict[str, range]:
    """Return all lines of all files that have any."""
    tables = {path: parse_module(path, source).table for path, source in program.files}
    return {path: range(1, len(table.starts) + 1) for path, table in tables.items() if table.size}


def focus_lines(state: State) -> Lines:
    """Return the lines of the functions in focus, and all lines with an edit."""
    lines = edit_lines(state.program, state.catalog, NEAR)
    for ref in state.focus.functions if state.focus else ():
        if is_loose(ref.qualname):
            continue  # of these only what has an edit
        module = parse_module(ref.path, state.program.source(ref.path))
        kept = (f.lines for f in module.functions if f.qualname == ref.qualname)
        lines.setdefault(ref.path, set()).update(*kept)  # none where an edit took it away
    return lines


def edit_lines(program: Program, edits: Iterable[Edit], near: int) -> Lines:
    """Return the lines that edits concern and some around each."""
    lines: Lines = {}
    for edit in edits:
        for splice in edit.splices:
            table = parse_module(splice.path, program.source(splice.path)).table
            reached = table.lines(splice.start, splice.end)
            around = range(reached.start - near, reached.stop + near)
            lines.setdefault(splice.path, set()).update(around)
    return lines
