"""An `else` that is not needed, because its `if` never goes on after the body."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.statements import (
    extent,
    indentation,
    is_movable,
    line_span,
    reindented,
)
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.syntax.positions import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
IF, ELIF, ELSE = b"if", b"elif", b"else"
BEHIND_ELSE = re.compile(rb"[ \t\f]*:[ \t\f]*(?:\r\n|\r|\n)")


def flattened(module: Module, statement: ast.If) -> Sequence[Piece]:
    """Return the pieces that take an else's statements out, none where they must stay.

    An `elif` becomes an `if`.
    """
    if not always_leaves(statement.body) or not module.text(statement).startswith(IF):
        return ()
    branch = statement.orelse[0]
    if module.text(branch).startswith(ELIF) and isinstance(branch, ast.If):
        start, _ = module.table.offsets(branch)
        flat = branch.test.lineno == branch.test.end_lineno
        return [Piece(start, start + len(ELIF), IF)] if flat else ()
    return _dedented(module, statement)


def always_leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a block never goes on to what follows it."""
    last = body[-1]
    if isinstance(last, ast.If) and last.orelse:
        return always_leaves(last.body) and always_leaves(last.orelse)
    return isinstance(last, JUMPS)


def _dedented(module: Module, statement: ast.If) -> Sequence[Piece]:
    branch = statement.orelse
    inside, around = line_span(module, branch[0], branch[-1]), line_span(module, statement)
    if inside is None or around is None or not is_movable(module, branch):
        return ()
    above, below = extent(module, statement.body[-1])[1], extent(module, branch[0])[0]
    word = next(words(module.source, above, below), None)
    if word is None or module.source[slice(*word)] != ELSE:
        return ()
    start = module.table.starts[module.table.line_of(word[0]) - 1]
    colon = BEHIND_ELSE.match(module.source, word[1])
    blank = not module.source[start : word[0]].strip()
    if colon is None or not blank or module.source[:start].rstrip(b"\r\n").endswith(b"\\"):
        return ()
    old, new = indentation(module, branch[0]), indentation(module, statement)
    text = reindented(module.source[colon.end() : inside[1]], old, new)
    return [Piece(start, inside[1], text)]
