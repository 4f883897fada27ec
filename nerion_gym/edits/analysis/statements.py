"""Whole statements: the blocks they stand in, the lines they fill, their text at another depth."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.sites import STRINGS, sites_of
from nerion_gym.syntax.trees import FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

BLOCK_FIELDS = ("body", "orelse", "finalbody")
OWNERS = tuple(cls for cls, fields in FIELDS.items() if not set(BLOCK_FIELDS).isdisjoint(fields))
REST_OF_LINE = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
LINE_END = re.compile(rb"\r\n|\r|\n")
BLANK = re.compile(rb"[ \t\f]*\Z")
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
LOOPS = (ast.For, ast.AsyncFor, ast.While)
BRANCHES = (ast.If, *LOOPS, ast.With, ast.AsyncWith)
ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
"""Nothing behind these runs."""
MOVED = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Assert),
    *ENDS,
)
"""Simple statements whose place matters. Imports and declarations stand where they must."""


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
    for node in sites.every(*OWNERS):
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
    known = _known_lines(module)
    key = first, last or first
    if key not in known:
        known[key] = _own_lines(module, *key)
    return known[key]


@lru_cache(maxsize=64)
def _known_lines(_module: Module) -> dict[tuple[ast.stmt, ast.stmt], tuple[int, int] | None]:
    """Return the answers so far: many operators ask the same."""
    return {}


def _own_lines(module: Module, first: ast.stmt, last: ast.stmt) -> tuple[int, int] | None:
    start, _ = extent(module, first)
    _, end = extent(module, last)
    line = module.table.starts[module.table.line_of(start) - 1]
    rest = REST_OF_LINE.match(module.source, end)
    if rest is None or not BLANK.match(module.source, line, start):
        return None
    goes_on = module.source.endswith(b"\\", 0, before_break(module, line))
    return None if goes_on else (line, rest.end())


def indentation(module: Module, statement: ast.stmt) -> bytes:
    """Return the blanks in front of a statement that starts its line."""
    start, _ = extent(module, statement)
    line = module.table.starts[module.table.line_of(start) - 1]
    return module.source[line:start]


def reindented(text: bytes, old: bytes, new: bytes) -> bytes:
    """Return whole lines at another depth; blank lines, and those that stand out, stay."""
    lines = LINE.findall(text)
    return b"".join(new + line[len(old) :] if _is_inside(line, old) else line for line in lines)


def _is_inside(line: bytes, old: bytes) -> bool:
    return line.startswith(old) and bool(line.strip())


def line_end(module: Module) -> bytes:
    """Return how the file ends its lines."""
    return module.outside.line_end or line_end_of(module.source)


def line_end_of(source: bytes) -> bytes:
    """Return how the first line of a text ends."""
    found = LINE_END.search(source)
    return found.group() if found else b"\n"


class Place(NamedTuple):
    """Where a statement stands: a block and its number there, from 0."""

    block: Block
    number: int


@lru_cache(maxsize=64)
def places(module: Module) -> dict[ast.AST, Place]:
    """Return the place of every statement of a file."""
    return {
        statement: Place(block, index)
        for block in blocks(module)
        for index, statement in enumerate(block.body)
    }


def is_elif(module: Module, node: ast.AST) -> bool:
    """Whether a node is an `elif`: for the tree it is the one statement of a block."""
    return isinstance(node, ast.If) and module.source.startswith(
        b"elif", module.table.offsets(node)[0]
    )


def before_break(module: Module, offset: int) -> int:
    """Return the offset in front of the line end that ends here; the same where none does."""
    ended = module.source[max(offset - 2, 0) : offset]
    if ended == b"\r\n":
        return offset - 2
    return offset - 1 if ended[-1:] in (b"\r", b"\n") else offset


def line_span(
    module: Module, first: ast.stmt, last: ast.stmt | None = None
) -> tuple[int, int] | None:
    """Return `own_lines` without the line end behind the last one."""
    lines = own_lines(module, first, last)
    return None if lines is None else (lines[0], before_break(module, lines[1]))


def closing(module: Module, last: ast.stmt) -> int | None:
    """Return where a statement's last line ends; None where more than a comment follows on it."""
    rest = REST_OF_LINE.match(module.source, extent(module, last)[1])
    return None if rest is None else before_break(module, rest.end())


@lru_cache(maxsize=64)
def _strings_over_lines(module: Module) -> tuple[int, ...]:
    """Return where the strings that span lines start, in order."""
    found = [
        module.table.offsets(node)[0]
        for node in sites_of(module).every(ast.Constant, *STRINGS)
        if node.lineno != node.end_lineno
    ]
    return tuple(sorted(found))


def is_movable(module: Module, body: Sequence[ast.stmt]) -> bool:
    """Whether neighbours mean the same at another depth: no string in them spans lines."""
    starts = _strings_over_lines(module)
    first = bisect_left(starts, extent(module, body[0])[0])
    return first == len(starts) or starts[first] >= extent(module, body[-1])[1]


def declares(module: Module, statement: ast.stmt) -> bool:
    """Whether `global` or `nonlocal` stands inside: it must stay in front of the name's uses."""
    first, last = extent(module, statement)
    marks = sites_of(module).find(ast.Global, ast.Nonlocal)
    return any(first <= module.table.offsets(site.node)[0] < last for site in marks)


def is_idle(statement: ast.stmt) -> bool:
    """Whether a statement does nothing when it runs: a docstring, `...`, `x: int`."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.AnnAssign) and statement.value is None
