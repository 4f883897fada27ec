"""What each letter of a program is part of, by pygments, in pieces that an edit leaves alone."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.frames import palette
from nerion_gym.envs.frames.blocks import count_lines, line_text
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 400
"""Lines that are read at once: a statement of more, such as a table, is plain."""
WORTH_PARTS = 40
"""A statement of more lines is read in parts, so that an edit in it has few of them read again."""
BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")


def line_styles(path: str, source: bytes, low: int, high: int) -> list[bytes]:
    """Return a style of `palette.SYNTAX` for each letter of the lines [low, high) of a file."""
    starts = _starts(path, source)
    ends = (*starts[1:], count_lines(source))
    found: list[bytes] = []
    for place in range(bisect_right(starts, low) - 1, len(starts)):
        first, last = starts[place], ends[place]
        if first >= high:
            break
        styles = _styles([line_text(source, line) for line in range(first, last)])
        found += styles[max(low - first, 0) : high - first]
    return found


def new_styles(path: str, source: bytes, line: int, new: Sequence[str]) -> list[bytes]:
    """Return the styles of lines that are put in before a line of a file."""
    starts = _starts(path, source)
    first = starts[bisect_right(starts, line) - 1]
    lead = [line_text(source, before) for before in range(first, line)]
    return list(_styles([*lead, *new])[len(lead) :])


@lru_cache(maxsize=128)
def _starts(path: str, source: bytes) -> tuple[int, ...]:
    """Return lines, from 0, on which a statement begins: a lexer may begin there.

    Inside of no string and no bracket, it sees what Python does.
    """
    found = {0}
    todo: list[Any] = [parse_module(path, source).tree]
    while todo:
        node = todo.pop()
        for name in BLOCKS:
            for below in getattr(node, name, ()):
                line, end = extent(below)
                found.add(line)
                if end - line > WORTH_PARTS or isinstance(below, ast.ClassDef):
                    todo.append(below)
    return tuple(sorted(found))


def extent(node: Any) -> tuple[int, int]:
    """Return the first line of a statement or clause, from 0, and how far it reaches at least."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno - 1, extent(node.body[-1])[1]
    return node.lineno - 1, node.end_lineno


def _styles(lines: Sequence[str]) -> tuple[bytes, ...]:
    if not lines or len(lines) > LONGEST:
        return tuple(bytes(len(line)) for line in lines)
    return _styled("\n".join(lines))


@lru_cache(maxsize=512)
def _styled(text: str) -> tuple[bytes, ...]:
    flat = bytearray()
    for _, kind, value in _lexer().get_tokens_unprocessed(text):
        flat += bytes((_style(kind),)) * len(value)
    found, at = [], 0
    for line in text.split("\n"):
        found.append(bytes(flat[at : at + len(line)]))
        at += len(line) + 1
    return tuple(found)


@lru_cache(maxsize=1)
def _lexer() -> Any:
    from pygments.lexers.python import PythonLexer

    return PythonLexer()


@lru_cache(maxsize=256)
def _style(kind: Any) -> int:
    styles = _table()
    while kind is not None:
        if kind in styles:
            return styles[kind]
        kind = kind.parent
    return palette.PLAIN


@lru_cache(maxsize=1)
def _table() -> dict[Any, int]:
    from pygments import token

    return {
        token.Keyword: palette.KEYWORD,
        token.Operator.Word: palette.KEYWORD,
        token.String: palette.STRING,
        token.Number: palette.NUMBER,
        token.Keyword.Constant: palette.NUMBER,
        token.Comment: palette.COMMENT,
        token.Name.Function: palette.DEFINED,
        token.Name.Class: palette.DEFINED,
        token.Name.Builtin: palette.BUILTIN,
        token.Name.Builtin.Pseudo: palette.PLAIN,
        token.Name.Exception: palette.BUILTIN,
        token.Name.Decorator: palette.DECORATOR,
        token.Operator: palette.SIGN,
        token.Punctuation: palette.SIGN,
    }
