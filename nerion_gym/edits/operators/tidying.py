"""Tidying: less code, another order, a hint more or less, and nothing that runs differently."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.independence import are_independent
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import before_break, blocks, line_span
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit
from nerion_gym.edits.rewriting.dead_code import dead_parts, is_text
from nerion_gym.edits.rewriting.docstrings import normalised
from nerion_gym.edits.rewriting.else_branches import flattened
from nerion_gym.edits.rewriting.hints import hint_of, unhinted
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def propose_removals(module: Module) -> Iterator[Edit]:
    """Remove code that never runs or does nothing.

    Before:
        def found(values):
            "The first."
            pass
            for value in values:
                return value
                print(values)
    After:
        def found(values):
            "The first."
            for value in values:
                return value
                print(values)
    After:
        def found(values):
            "The first."
            pass
            for value in values:
                return value

    Untouched:
        import sys
        total = 1
        def generator():
            raise StopIteration
            yield
        def local():
            raise ValueError(total)
            total = sys.argv
        def undocumented():
            ...  # for now
            "no documentation"
    """
    for block in _blocks(module):
        for statement, pieces in dead_parts(module, block):
            yield _edit(module, "remove_dead_code", statement, pieces)


def propose_flattenings(module: Module) -> Iterator[Edit]:
    """Take code out of an else whose if never goes on after its body.

    Before:
        def sign(x):
            if x < 0:
                return -1
            else:
                # not negative
                y = x
                return y > 0
    After:
        def sign(x):
            if x < 0:
                return -1
            # not negative
            y = x
            return y > 0

    Before:
        def sign(x):
            if x < 0:
                return -1
            elif x:
                return 1
    After:
        def sign(x):
            if x < 0:
                return -1
            if x:
                return 1

    Untouched:
        def sign(x):
            if x < 0:
                print(x)
            else:
                return 0
            if x: return 1
            else: return 2
    """
    for block in _blocks(module):
        for statement in block.body:
            if isinstance(statement, ast.If) and statement.orelse:
                pieces = flattened(module, statement)
                if pieces:
                    yield _edit(module, "remove_redundant_else", statement, pieces)


def propose_orders(module: Module) -> Iterator[Edit]:
    """Exchange two assignments that have nothing to do with each other.

    Before:
        def start(size):
            count = 0
            table = make(size)  # all of it
            return count, table
    After:
        def start(size):
            table = make(size)  # all of it
            count = 0
            return count, table

    Untouched:
        def start(size):
            count = size
            size = make()
            rest = make(size)
            total = size.total
            try:
                done = 0
                rest = make(done, size)
            finally:
                print(done)
    """
    for block in _blocks(module):
        for first, second in pairwise(block.body):
            if are_independent(module, first, second):
                pieces = _exchanged(module, first, second)
                if pieces:
                    yield _edit(module, "reorder_statements", first, pieces)


def propose_hints(module: Module) -> Iterator[Edit]:
    """Write the kind of value beside a local variable where it first gets one.

    Before:
        def count(values):
            total = 0
            for value in values:
                total += 1
            return total
    After:
        def count(values):
            total: int = 0
            for value in values:
                total += 1
            return total

    Untouched:
        total = 0
        def count(values, found):
            found = 0
            total = values
            either = 0
            either = "none"
            global shared
            shared = 1
            return found, total, either
    """
    for site in sites_of(module).find(ast.Assign):
        if isinstance(site.node, ast.Assign):
            hint = hint_of(module, site.node)
            if hint:
                end = module.table.offsets(site.node.targets[0])[1]
                piece = Piece(end, end, b": " + hint.encode())
                yield build_edit(module, "add_annotation", Change(site, [piece], {}, hint))


def propose_unhinted(module: Module) -> Iterator[Edit]:
    """Drop the annotation of a local variable.

    Before:
        def count(values):
            total: int = 0
            return total
    After:
        def count(values):
            total = 0
            return total

    Untouched:
        from typing import List
        limit: int = 3
        def count(values: int):
            total: int
            found: List = []
            return total, found
    """
    for site in sites_of(module).find(ast.AnnAssign):
        pieces = unhinted(module, site.node) if isinstance(site.node, ast.AnnAssign) else ()
        if pieces:
            yield build_edit(module, "remove_annotation", Change(site, pieces, {}, ""))


def propose_docstrings(module: Module) -> Iterator[Edit]:
    '''Write a docstring in three double quotes, its text unchanged.

    Before:
        def f():
            'Short.'
    After:
        def f():
            """Short."""

    Untouched:
        def f():
            """Fine."""
        def g():
            'It ends in "quotes"'
    '''
    for site in sites_of(module).find(*DOCUMENTED):
        body = getattr(site.node, "body", [])
        if body and is_text(body[0]):
            pieces = normalised(module, body[0].value)
            if pieces:
                yield _edit(module, "normalise_docstring", body[0], pieces)


def _blocks(module: Module) -> Iterator[Block]:
    return (block for block in blocks(module) if not block.frozen)


def _edit(module: Module, operator: str, statement: ast.stmt, pieces: Sequence[Piece]) -> Edit:
    return build_edit(module, operator, Change(sites_of(module).of[statement], pieces, {}, ""))


def _exchanged(module: Module, first: ast.stmt, second: ast.stmt) -> Sequence[Piece]:
    """Return the piece that exchanges the lines of two statements.

    None where they share one, or where a comment above speaks of the first.
    """
    one, two = line_span(module, first), line_span(module, second)
    if one is None or two is None or _is_below_comment(module, one[0]):
        return ()
    above, below = module.source[slice(*one)], module.source[slice(*two)]
    between = module.source[one[1] : two[0]]
    near = one[1] == before_break(module, two[0])
    return [Piece(one[0], two[1], below + between + above)] if near else ()


def _is_below_comment(module: Module, start: int) -> bool:
    line = module.table.line_of(start)
    above = module.source[module.table.starts[line - 2] : start] if line > 1 else b""
    return above.lstrip().startswith(b"#")


OPERATORS = (
    Operator("remove_dead_code", Kind.REFACTOR, propose_removals),
    Operator("remove_redundant_else", Kind.REFACTOR, propose_flattenings),
    Operator("reorder_statements", Kind.REFACTOR, propose_orders),
    Operator("add_annotation", Kind.REFACTOR, propose_hints),
    Operator("remove_annotation", Kind.REFACTOR, propose_unhinted),
    Operator("normalise_docstring", Kind.REFACTOR, propose_docstrings),
)
