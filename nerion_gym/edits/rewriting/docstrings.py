"""Docstrings: the same text in three double quotes."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

QUOTED = re.compile(rb"([rRuU]?)('''|\"\"\"|'|\")(.*)\2", re.DOTALL)
QUOTES = b'"""'
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def normalised(module: Module, value: ast.expr) -> Sequence[Piece]:
    """Return the piece that writes a docstring anew, none where it is well or would change."""
    start, end = module.table.offsets(value)
    found = QUOTED.fullmatch(module.source, start, end)
    if found is None or not isinstance(value, ast.Constant):
        return ()
    prefix, _, content = found.groups()
    raw = prefix.lower().replace(b"u", b"")
    plain = content if raw else ESCAPED.sub(_without_need, content)
    if not plain.strip() or plain.startswith(b'"'):
        return ()
    text = raw + QUOTES + plain + QUOTES
    parsed = expression_in(text)
    same = parsed is not None and same_tree(ast.Constant(value.value), parsed)
    return [Piece(start, end, text)] if same and text != found.group() else ()


def _without_need(found: re.Match[bytes]) -> bytes:
    """Return a quote without its backslash; any other escape stays."""
    return found.group(1) if found.group(1) in (b"'", b'"') else found.group()
