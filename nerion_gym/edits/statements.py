"""Whole statements: the blocks they stand in, the lines they fill, their text at another depth."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.rewriting import Change, Piece, build_edit
from nerion_gym.edits.sites import STRINGS, sites_of
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

BLOCK_FIELDS = ("body", "orelse", "finalbody")
REST_OF_LINE = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
BLANK = re.compile(rb"[ \t\f]*\Z")
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
SEMICOLON = re.compile(rb"[ \t\f]*;[ \t\f]*")
PASS = b"pass"
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
    return isinstance(node, ast.If) and module.text(node).startswith(b"elif")


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
    if len(block.body) > 1:
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
        if lines is None or (old != depth and not may_move(body)):
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
