"""Blocks: a loop, a condition, a branch, a guard that is missing; branches that changed places."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting import Piece, fit
from nerion_gym.edits.sites import sites_of
from nerion_gym.edits.statements import (
    BLANK,
    BRANCHES,
    LOOPS,
    cut,
    declares,
    extent,
    indentation,
    is_elif,
    line_end,
    line_span,
    may_go,
    may_move,
    reindented,
    removal,
    structural,
    text_at,
    unwrapped,
)
from nerion_gym.syntax.positions import words
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

TRIES = (ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
WITHS = (ast.With, ast.AsyncWith)
EMPTY = b"[]"


def propose_missing_loops(module: Module) -> Iterator[Edit]:
    """Remove a loop with all that it does.

    Before:
        def f(xs):
            for x in xs:  # each
                g(x)
            # done
            return xs
    After:
        def f(xs):
            # done
            return xs

    Untouched:
        def f(xs):
            if xs: return [g(x) for x in xs]
    """
    for site in sites_of(module).find(*LOOPS):
        yield from _gone(module, "remove_loop", site.node)


def propose_missing_conditions(module: Module) -> Iterator[Edit]:
    """Remove a condition: what it guards is done always, or never.

    Before:
        def f(x):
            if x < 0:  # no
                x = (0 +
                     1)  # yes
            return x
    After:
        def f(x):
            x = (0 +
                 1)  # yes
            return x
    After:
        def f(x):
            return x

    Before:
        if a: f()
        elif b:
            g()
        else: h()
    After:
        if a: f()
        else: h()
    After:
        pass

    Untouched:
        if __name__ == "__main__": f()
        x = 1 if y else 2
    """
    for site in sites_of(module).find(ast.If):
        node = site.node
        if not isinstance(node, ast.If) or sites_of(module).of[node.test].frozen:
            continue
        if is_elif(module, node):
            yield from _without_branch(module, node)
            continue
        yield from _gone(module, "remove_condition", node)
        piece = None if node.orelse else unwrapped(module, node, [node.body])
        if piece is not None:
            yield structural(module, "remove_condition", node, [piece], "body")


def _gone(module: Module, name: str, node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.stmt) and may_go(module, *extent(module, node)):
        piece = removal(module, node)
        yield structural(module, name, node, [piece], piece.text.decode())


def _without_branch(module: Module, node: ast.If) -> Iterator[Edit]:
    """Yield the removal of an `elif` with its block; what follows it stays."""
    end = line_span(module, node, node.body[-1])
    if end is not None and may_go(module, end[0], end[1]):
        yield structural(module, "remove_condition", node, [cut(module, *end)])


def propose_missing_else(module: Module) -> Iterator[Edit]:
    """Remove what is done otherwise: the `else` of a condition, a loop or a `try`.

    Before:
        for x in xs:
            if x:
                break
            # never mind
            else:  # go on
                g(x)
        else: h(xs)
    After:
        for x in xs:
            if x:
                break
            # never mind
            else:  # go on
                g(x)
    After:
        for x in xs:
            if x:
                break
            # never mind
        else: h(xs)

    Untouched:
        if a: f()
        elif b: g()
    """
    for site in sites_of(module).find(ast.If, *LOOPS, *TRIES):
        node = site.node
        orelse: list[ast.stmt] = getattr(node, "orelse", [])
        if not orelse or is_elif(module, orelse[0]) or sites_of(module).of[orelse[0]].frozen:
            continue
        if isinstance(node, ast.If) and sites_of(module).of[node.test].frozen:
            continue
        lines = _else_lines(module, node, orelse)
        if lines is not None and may_go(module, *lines):
            yield structural(module, "remove_else", node, [cut(module, *lines)])


def _else_lines(module: Module, node: ast.AST, orelse: list[ast.stmt]) -> tuple[int, int] | None:
    """Return the [start, end) of the lines of an `else:` and its block, without the line end."""
    before: ast.AST = node.body[-1]  # type: ignore[attr-defined]
    handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
    if handlers:
        before = handlers[-1].body[-1]
    first = extent(module, orelse[0])[0]
    found = list(words(module.source, module.table.offsets(before)[1], first))
    text = text_at(module, orelse, indentation(module, orelse[0]))
    if len(found) != 1 or text is None:
        return None
    word = found[0][0]
    line = module.table.starts[module.table.line_of(word) - 1]
    return (line, _end_of(module, orelse)) if BLANK.match(module.source[line:word]) else None


def _end_of(module: Module, body: list[ast.stmt]) -> int:
    """Return where the last line of a block ends, a comment on it included."""
    end = extent(module, body[-1])[1]
    found = LINE_REST.match(module.source, end)
    return end if found is None else found.end()
