"""Loops in another form: gathered by a comprehension or by hand, counted by range or by hand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import blocks
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit
from nerion_gym.edits.rewriting.counted import counted_for, counted_while
from nerion_gym.edits.rewriting.gathering import comprehended, gathered
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module

    Rewrite = Callable[[Module, Block, int], Sequence[Piece]]
    """Returns the pieces that change the statement at this place of a block; none: it stays."""


def propose_comprehensions(module: Module) -> Iterator[Edit]:
    """Build a list, set or dict by a comprehension instead of a loop that fills it.

    Only where nobody can see the loop's variable, or the container before it is full.

    Before:
        def even(values):
            found = []  # in order
            for value in values or ():
                if value % 2 == 0:
                    found.append(value * 2)
            return found
    After:
        def even(values):
            found = [value * 2 for value in values or () if value % 2 == 0]  # in order
            return found

    Before:
        def table(pairs):
            sizes = {}
            for name, value in pairs if pairs else [("", 0)]:
                sizes[name] = len(value)
            return sizes
    After:
        def table(pairs):
            sizes = {name: len(value) for name, value in (pairs if pairs else [("", 0)])}
            return sizes

    Untouched:
        def late(values):
            found = []
            for value in values:
                found.append(lambda: value)
            return found
        def last(values):
            found = []
            for value in values:
                found.append(value)
            return found, value
        found = []
        for value in range(3):
            found.append(value)
    """
    yield from _rewritten(module, "loop_to_comprehension", ast.For, comprehended)


def propose_loops(module: Module) -> Iterator[Edit]:
    """Fill a list, set or dict in a loop instead of by a comprehension.

    Before:
        def even(values):
            found = {value * 2 for value in values if value % 2 == 0}  # once each
            return found
    After:
        def even(values):
            found = set()  # once each
            for value in values:
                if value % 2 == 0:
                    found.add(value * 2)
            return found

    Untouched:
        def clash(values, value):
            found = [value for value in values]
            return found, value
        def twice(rows):
            found = [value for row in rows for value in row]
            return found
        found = [value for value in range(3)]
    """
    yield from _rewritten(module, "comprehension_to_loop", ast.Assign, gathered)
    yield from _rewritten(module, "comprehension_to_loop", ast.AnnAssign, gathered)


def propose_ranges(module: Module) -> Iterator[Edit]:
    """Count in a for loop over a range instead of by hand.

    Only between whole numbers for certain, and where the last value of the counter is not needed.

    Before:
        def shown(text):
            i = 0
            size = len(text)
            while i < size:
                print(text[i])
                i += 1
    After:
        def shown(text):
            size = len(text)
            for i in range(size):
                print(text[i])

    Untouched:
        def unknown(size):
            i = 0
            while i < size:
                i += 1
        def last(text):
            i = 0
            size = len(text)
            while i < size:
                if text[i] == " ":
                    break
                i += 1
            return i
        def skipping():
            i = 0
            while i < 9:
                if print(i):
                    continue
                i += 1
    """
    yield from _rewritten(module, "while_to_range", ast.While, counted_while)


def propose_whiles(module: Module) -> Iterator[Edit]:
    """Count by hand in a while loop instead of over a range.

    Before:
        def shown():
            for i in range(0, 10, 3):
                print(i)  # it
            print("done")
    After:
        def shown():
            i = 0
            while i < 10:
                print(i)  # it
                i += 3
            print("done")

    Untouched:
        def unknown(size):
            for i in range(size):
                print(i)
        def last():
            for i in range(9):
                print(i)
            return i
        def back():
            for i in range(9, 0, -1):
                print(i)
        for i in range(9):
            print(i)
    """
    yield from _rewritten(module, "range_to_while", ast.For, counted_for)


def _rewritten(
    module: Module, operator: str, kind: type[ast.stmt], rewrite: Rewrite
) -> Iterator[Edit]:
    sites = sites_of(module)
    if not any(True for _ in sites.find(kind)):
        return
    for block in blocks(module):
        if block.frozen:
            continue
        for place, statement in enumerate(block.body):
            pieces = rewrite(module, block, place) if isinstance(statement, kind) else ()
            if pieces:
                change = Change(sites.of[statement], pieces, {}, "")
                yield build_edit(module, operator, change)


OPERATORS = (
    Operator("loop_to_comprehension", Kind.REFACTOR, propose_comprehensions),
    Operator("comprehension_to_loop", Kind.REFACTOR, propose_loops),
    Operator("while_to_range", Kind.REFACTOR, propose_ranges),
    Operator("range_to_while", Kind.REFACTOR, propose_whiles),
)
