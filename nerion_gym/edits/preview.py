"""Applying and undoing edits: new programs, never changed ones."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nerion_gym.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.types.edit import Edit, Splice
    from nerion_gym.types.program import Program

CONTEXT_LINES = 3
SHOWN_BYTES = 40
COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"}
PLAIN = "\x1b[0m"


def apply(program: Program, edit: Edit) -> Program:
    """Return the edited program; the given one stays as it is.

    Raises:
        EditError: a file is missing, a splice's `before` is not what stands there, or splices
            overlap or are out of order.
    """
    by_path: dict[str, list[Splice]] = {}
    for splice in edit.splices:
        by_path.setdefault(splice.path, []).append(splice)
    changes = {}
    for path, splices in by_path.items():
        if path not in program.paths:
            msg = f"{edit.operator}: the program has no file {path!r}; it has {program.paths[:5]}"
            raise EditError(msg)
        changes[path] = splice_bytes(program.source(path), splices)
    return program.replaced(changes)


def undo(program: Program, edit: Edit) -> Program:
    """Return the program from before an edit, byte for byte.

    Args:
        program: the edited program.
        edit: the edit that was applied to give it.

    Raises:
        EditError: the program is not what this edit gives.
    """
    return apply(program, edit.inverse())


def splice_bytes(source: bytes, splices: Sequence[Splice]) -> bytes:
    """Return a file's bytes with the splices put in.

    Raises:
        EditError: see `apply`.
    """
    parts, position = [], 0
    for splice in splices:
        _require_fits(source, splice, position)
        parts += [source[position : splice.start], splice.after]
        position = splice.end
    return b"".join([*parts, source[position:]])


def _require_fits(source: bytes, splice: Splice, position: int) -> None:
    where = f"{splice.path} bytes {splice.start}-{splice.end}"
    if not position <= splice.start <= splice.end <= len(source):
        msg = (
            f"{where}: outside the file ({len(source)} bytes) or before the end of the splice in "
            f"front ({position}); splices must be in order and must not overlap"
        )
        raise EditError(msg)
    found = source[splice.start : splice.end]
    if found != splice.before:
        msg = (
            f"{where}: expected {splice.before[:SHOWN_BYTES]!r}, found {found[:SHOWN_BYTES]!r}; "
            "the edit belongs to another version of this program: enumerate its edits anew"
        )
        raise EditError(msg)


def diff(program: Program, edit: Edit, *, colour: bool = False) -> str:
    """Return a unified diff of what an edit does.

    Args:
        program: the unedited program.
        edit: an edit of it.
        colour: whether to add ANSI colours for a terminal.

    Raises:
        EditError: the edit does not fit.
    """
    after = apply(program, edit)
    lines = [
        line
        for path in sorted({splice.path for splice in edit.splices})
        for line in _file_diff(path, program.source(path), after.source(path))
    ]
    return "\n".join(_coloured(line) for line in lines) if colour else "\n".join(lines)


def _file_diff(path: str, before: bytes, after: bytes) -> Iterator[str]:
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
    return difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=CONTEXT_LINES, lineterm="")


def _coloured(line: str) -> str:
    start = COLOURS.get(line[:1])
    return f"{start}{line}{PLAIN}" if start else line
