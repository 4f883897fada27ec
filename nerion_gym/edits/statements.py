"""Whole statements: the blocks they stand in, the lines they fill, their text at another depth."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.sites import STRINGS, sites_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

BLOCK_FIELDS = ("body", "orelse", "finalbody")
REST_OF_LINE = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
BLANK = re.compile(rb"[ \t\f]*\Z")
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Block(NamedTuple):
    """A list of statements.

    Attributes:
        owner: the node that holds it.
        field: where: "body", "orelse" or "finalbody".
        body: its statements.
        frozen: whether mutations leave it alone (see `Site.frozen`).
    """

    owner: ast.AST
    field: str
    body: list[ast.stmt]
    frozen: bool


@lru_cache(maxsize=64)
def blocks(module: Module) -> tuple[Block, ...]:
    """Return every list of statements of a file, in the order of their first statements."""
    sites = sites_of(module)
    found = []
    for node in sites.of:
        for field in BLOCK_FIELDS:
            body = getattr(node, field, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                found.append(Block(node, field, body, sites.of[body[0]].frozen))
    return tuple(sorted(found, key=lambda block: module.table.offsets(block.body[0])))


def extent(module: Module, statement: ast.stmt) -> tuple[int, int]:
    """Return a statement's [start, end), the signs of its decorators included."""
    start, end = module.table.offsets(statement)
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        first = module.table.offsets(decorators[0])[0]
        start = module.source.rindex(b"@", 0, first)
    return start, end


def own_lines(
    module: Module, first: ast.stmt, last: ast.stmt | None = None
) -> tuple[int, int] | None:
    """Return the [start, end) of the whole lines that statements fill, line end included.

    A comment behind the last one belongs to its line. None where another statement or a colon
    stands on the first or last line, or a backslash ends the line before.

    Args:
        module: the file.
        first: the first statement.
        last: the last one in the same block; None: the first alone.
    """
    start, _ = extent(module, first)
    _, end = extent(module, last or first)
    line = module.table.starts[module.table.line_of(start) - 1]
    rest = REST_OF_LINE.match(module.source, end)
    alone = BLANK.match(module.source[line:start]) and rest is not None
    if not alone or rest is None or module.source[:line].rstrip(b"\r\n").endswith(b"\\"):
        return None
    return line, rest.end()


def indentation(module: Module, statement: ast.stmt) -> bytes:
    """Return the blanks in front of a statement that starts its line."""
    start, _ = extent(module, statement)
    line = module.table.starts[module.table.line_of(start) - 1]
    return module.source[line:start]


def may_move(nodes: Sequence[ast.AST]) -> bool:
    """Whether statements mean the same at another depth: no string in them spans lines."""
    texts = (ast.Constant, *STRINGS)
    return not any(
        isinstance(node, texts) and node.lineno != node.end_lineno
        for top in nodes
        for node in ast.walk(top)
    )


def reindented(text: bytes, old: bytes, new: bytes) -> bytes:
    """Return whole lines at another depth; blank lines, and those that stand out, stay."""
    lines = LINE.findall(text)
    return b"".join(new + line[len(old) :] if _is_inside(line, old) else line for line in lines)


def _is_inside(line: bytes, old: bytes) -> bool:
    return line.startswith(old) and bool(line.strip())


def line_end(module: Module) -> bytes:
    """Return how the file ends its lines."""
    found = re.search(rb"\r\n|\r|\n", module.source)
    return found.group() if found else b"\n"
