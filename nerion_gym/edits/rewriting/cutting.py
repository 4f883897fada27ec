"""Taking statements away, or out of what is around them: the pieces, and where it is allowed."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import (
    BLANK,
    REST_OF_LINE,
    before_break,
    closing,
    extent,
    indentation,
    is_movable,
    line_end,
    line_span,
    places,
    reindented,
)
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SEMICOLON = re.compile(rb"[ \t\f]*;[ \t\f]*")
PASS = b"pass"


def cut(module: Module, start: int, end: int) -> Piece:
    """Return the piece that takes whole lines away.

    The line end in front goes rather than the one behind, so that the last lines of a function
    can go without a change outside of it.

    Args:
        module: the file.
        start: where the first line starts.
        end: where the last line ends, its line end left out.
    """
    begin = before_break(module, start)
    if begin < start:
        return Piece(begin, end, b"")
    rest = REST_OF_LINE.match(module.source, end)
    return Piece(start, rest.end() if rest else end, b"")


def removal(module: Module, statement: ast.stmt) -> Piece:
    """Return the piece that takes a statement away: its lines, or `pass` where it is needed."""
    block, index = places(module)[statement]
    spare = isinstance(block.owner, ast.Module) and not module.outside.is_whole
    if len(block.body) > 1 or spare:
        lines = line_span(module, statement)
        if lines is not None:
            return cut(module, *lines)
        span = _with_semicolon(module, block.body, index)
        if span is not None:
            return Piece(*span, b"")
    return Piece(*extent(module, statement), PASS)


def _with_semicolon(module: Module, body: list[ast.stmt], index: int) -> tuple[int, int] | None:
    """Return a statement's [start, end) with the semicolon that parts it from its neighbour."""
    start, end = extent(module, body[index])
    behind = SEMICOLON.match(module.source, end)
    if behind and index + 1 < len(body) and extent(module, body[index + 1])[0] == behind.end():
        return start, behind.end()
    last = extent(module, body[index - 1])[1] if index else start
    return (last, end) if SEMICOLON.fullmatch(module.source, last, start) else None


def text_at(module: Module, body: Sequence[ast.stmt], depth: bytes) -> bytes | None:
    """Return statements as lines at another depth, the last line end left out.

    None where a string in them spans lines, or they share a line with others.

    Args:
        module: the file.
        body: neighbours in one block; all of them if they stand behind a colon.
        depth: the blanks in front of each.
    """
    old = indentation(module, body[0])
    if BLANK.match(old):
        lines = line_span(module, body[0], body[-1])
        if lines is None or (old != depth and not is_movable(module, body)):
            return None
        return reindented(module.source[slice(*lines)], old, depth)
    end = closing(module, body[-1])
    return None if end is None else depth + module.source[extent(module, body[0])[0] : end]


def unwrapped(
    module: Module, statement: ast.stmt, bodies: Sequence[list[ast.stmt]]
) -> Piece | None:
    """Return the piece that puts blocks of a statement in its place, one after another."""
    lines = line_span(module, statement)
    if lines is None:
        return None
    depth = indentation(module, statement)
    texts = [text_at(module, body, depth) for body in bodies if body]
    found = [text for text in texts if text is not None]
    if len(found) < len(texts):
        return None
    start = extent(module, statement)[0]
    return Piece(start, lines[1], line_end(module).join(found)[len(depth) :])


@lru_cache(maxsize=64)
def _nonlocals(module: Module) -> frozenset[str]:
    every = module.scopes.accesses
    return frozenset(access.name for access in every if isinstance(access.node, ast.Nonlocal))


def may_go(module: Module, start: int, end: int) -> bool:
    """Whether bytes bind no name that a `nonlocal` of the file may need to find."""
    names = _nonlocals(module)
    return not names or not any(
        access.name in names
        and access.mode is Mode.WRITE
        and start <= module.table.offsets(access.node)[0] < end
        for access in module.scopes.accesses
    )


def structural(
    module: Module, operator: str, node: ast.AST, pieces: Sequence[Piece], text: str = ""
) -> Edit:
    """Return the edit at a node that these pieces are."""
    return build_edit(module, operator, Change(sites_of(module).of[node], pieces, {}, text))
