"""Placement: a statement too early or too late, or on the wrong side of a block's end."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import (
    BRANCHES,
    ENDS,
    LOOPS,
    MOVED,
    blocks,
    declares,
    extent,
    indentation,
    is_elif,
    is_idle,
    is_movable,
    line_span,
    own_lines,
    reindented,
)
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import structural
from nerion_gym.syntax.trees import nodes_in, same_tree
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

SHUFFLE, INDENT, DEDENT = "shuffle_statements", "indent_statement", "dedent_statement"
ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)
SHUFFLED = (*MOVED, *BRANCHES, ast.Try, ast.Match)
PLAIN = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.BinOp, ast.UnaryOp),
    *(ast.BoolOp, ast.Compare, ast.IfExp, ast.Tuple, ast.List, ast.Dict, ast.Set),
)
"""What runs, as a rule, no code that others could notice."""


def propose_shuffles(module: Module) -> Iterator[Edit]:
    """Exchange two neighbouring statements.

    Before:
        def f(xs):
            n = 0  # none yet
            for x in xs:
                n += x; g(n)
            return n
    After:
        def f(xs):
            for x in xs:
                n += x; g(n)
            n = 0  # none yet
            return n
    After:
        def f(xs):
            n = 0  # none yet
            for x in xs:
                g(n); n += x
            return n

    Untouched:
        import this
        class A:
            '''Order does not matter to these.'''
            a, b = 1, 2
            c = 3
            def f(self, x, y):
                self.x = x
                self.y = y + 1
    """
    for block in blocks(module):
        if block.frozen or len(block.body) == 1:
            continue
        movable = [_may_shuffle(module, statement) for statement in block.body]
        for index, (first, second) in enumerate(pairwise(block.body)):
            if movable[index] and movable[index + 1] and not _is_idle_swap(first, second):
                pieces = _exchanged(module, first, second)
                if pieces:
                    yield structural(module, SHUFFLE, first, pieces)


def _may_shuffle(module: Module, statement: ast.stmt) -> bool:
    sites = sites_of(module)
    if not isinstance(statement, SHUFFLED) or sites.of[statement].frozen:
        return False
    # The order of `x: int` matters where it is a field of a dataclass.
    if isinstance(statement, ast.Expr) and is_idle(statement):
        return False
    guarded = isinstance(statement, ast.If) and sites.of[statement.test].frozen
    return not guarded and not declares(module, statement)


def _exchanged(module: Module, first: ast.stmt, second: ast.stmt) -> list[Piece]:
    one, two = line_span(module, first), line_span(module, second)
    if one is None or two is None:
        if not (isinstance(first, MOVED) and isinstance(second, MOVED)):
            return []
        one, two = extent(module, first), extent(module, second)
    source = module.source
    return [Piece(*one, source[slice(*two)]), Piece(*two, source[slice(*one)])]


def _is_idle_swap(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether two statements plainly do not care for their order, or one would never run.

    Statements that are the same, but for how they are laid out, do not care.
    """
    if same_tree(first, second):
        return True
    ends = [isinstance(statement, ENDS) for statement in (first, second)]
    if any(ends):
        return not all(isinstance(statement, MOVED) for statement in (first, second))
    if not (isinstance(first, ASSIGNMENTS) and isinstance(second, ASSIGNMENTS)):
        return False
    if isinstance(first, ast.AnnAssign) and isinstance(second, ast.AnnAssign):
        return False
    one, two = _touched(first), _touched(second)
    return not (one is None or two is None or one[0] & two[1] or two[0] & one[1])


def _touched(
    statement: ast.Assign | ast.AugAssign | ast.AnnAssign,
) -> tuple[set[str], set[str]] | None:
    """Return what an assignment writes and all that it mentions; None if it may do more."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    writes: set[str] = set()
    mentions: set[str] = set()
    for top in [*targets, *([statement.value] if statement.value else [])]:
        for node in nodes_in(top):
            if not isinstance(node, PLAIN):
                return None
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
                place = _place_of(node)
                mentions.add(place)
                if isinstance(node.ctx, ast.Store):
                    writes.add(place)
    return writes, mentions


def _place_of(node: ast.Name | ast.Attribute | ast.Subscript) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f".{node.attr}" if isinstance(node, ast.Attribute) else "[]"


def propose_indents(module: Module) -> Iterator[Edit]:
    """Move a statement into the block in front of it.

    Before:
        def f(xs):
            for x in xs:
                g(x)  # each
            # all
            return (x,
                    1)
    After:
        def f(xs):
            for x in xs:
                g(x)  # each
            # all
                return (x,
                        1)

    Untouched:
        def f(xs):
            for x in xs: g(x)
            g(xs)
            if xs:
                return 1
            return 2
    """
    for block in blocks(module):
        if block.frozen:
            continue
        for around, statement in pairwise(block.body):
            inner = _last_block(module, around)
            if inner and _may_end(module, inner) and _may_cross(module, around, statement):
                depth = indentation(module, inner[0])
                yield from _at_depth(module, INDENT, statement, depth)


def propose_dedents(module: Module) -> Iterator[Edit]:
    """Move the last statement of a block out of it.

    Before:
        while n:
            if n % 2:
                odd.append(n)
                g(n)
            n -= 1  # next
    After:
        while n:
            if n % 2:
                odd.append(n)
                g(n)
        n -= 1  # next
    After:
        while n:
            if n % 2:
                odd.append(n)
            g(n)
            n -= 1  # next

    Untouched:
        for x in xs:
            if x: g(x)
            break
        for x in xs:
            g(x)
    """
    for block in blocks(module):
        if block.frozen or is_elif(module, block.body[0]):
            continue
        for around in block.body:
            inner = _last_block(module, around)
            if len(inner) > 1 and _may_end(module, inner[:-1]):
                depth = indentation(module, around)
                if _may_cross(module, around, inner[-1]):
                    yield from _at_depth(module, DEDENT, inner[-1], depth)


def _last_block(module: Module, around: ast.stmt) -> list[ast.stmt]:
    """Return the lines that a statement ends with; none where they cannot be added to."""
    if not isinstance(around, BRANCHES):
        return []
    last: ast.stmt = around
    while isinstance(last, ast.If) and last.orelse and is_elif(module, last.orelse[0]):
        last = last.orelse[0]
    inner: list[ast.stmt] = getattr(last, "orelse", []) or last.body  # type: ignore[attr-defined]
    frozen = isinstance(around, ast.If) and sites_of(module).of[around.test].frozen
    return [] if frozen or own_lines(module, inner[0], inner[-1]) is None else inner


def _may_end(module: Module, inner: list[ast.stmt]) -> bool:
    """Whether a statement can follow these in lines of its own, and would run."""
    return not isinstance(inner[-1], ENDS) and own_lines(module, inner[0], inner[-1]) is not None


def _may_cross(module: Module, around: ast.stmt, statement: ast.stmt) -> bool:
    """Whether a statement may stand on either side of a block's end."""
    if not isinstance(statement, MOVED) or is_idle(statement):
        return False
    jumps = isinstance(statement, ast.Break | ast.Continue) and isinstance(around, LOOPS)
    return not jumps and not sites_of(module).of[statement].frozen


def _at_depth(module: Module, name: str, statement: ast.stmt, depth: bytes) -> Iterator[Edit]:
    lines = line_span(module, statement)
    if lines is not None and is_movable(module, [statement]):
        text = module.source[slice(*lines)]
        moved = reindented(text, indentation(module, statement), depth)
        yield structural(module, name, statement, [Piece(*lines, moved)])


OPERATORS = (
    Operator(
        SHUFFLE,
        Kind.MUTATION,
        propose_shuffles,
        repairable=True,
        aliases=("SHUFFLE_STATEMENTS",),
        others=(("SWE-smith", "func_pm_ctrl_shuffle"),),
    ),
    Operator(
        INDENT, Kind.MUTATION, propose_indents, repairable=True, aliases=("INDENT_STATEMENT",)
    ),
    Operator(
        DEDENT, Kind.MUTATION, propose_dedents, repairable=True, aliases=("DEDENT_STATEMENT",)
    ),
)
