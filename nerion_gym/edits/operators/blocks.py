"""Blocks: a loop, a condition or a branch is missing, or branches changed places."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import (
    BLANK,
    LOOPS,
    closing,
    declares,
    extent,
    indentation,
    is_elif,
    line_span,
)
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import cut, may_go, removal, structural, text_at, unwrapped
from nerion_gym.syntax.positions import words
from nerion_gym.syntax.trees import same_tree
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

TRIES = (ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))


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
            yield structural(module, "remove_condition", node, [piece])


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
    handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
    body: list[ast.stmt] = (handlers[-1] if handlers else node).body  # type: ignore[attr-defined]
    start, end = extent(module, body[-1])[1], extent(module, orelse[0])[0]
    found = [word for word, _ in words(module.source, start, end)]
    last = closing(module, orelse[-1])
    if len(found) != 1 or last is None:
        return None
    line = module.table.starts[module.table.line_of(found[0]) - 1]
    return (line, last) if BLANK.match(module.source[line : found[0]]) else None


def propose_branch_swaps(module: Module) -> Iterator[Edit]:
    """Exchange what is done if a condition holds with what is done otherwise.

    Before:
        if x:
            # large
            f(x)  # up
        elif y: g(y)
        else: h(x,
                y); k()
    After:
        if x:
            # large
            f(x)  # up
        elif y: h(x,
                y); k()
        else: g(y)

    Before:
        if x:
            f(x)  # up
        else:
            # down
              g()
              h(x)
    After:
        if x:
            g()
            h(x)
        else:
            # down
              f(x)  # up

    Untouched:
        if x: f()
        elif y: g()
        if x: f()
        else:
            g()
    """
    for site in sites_of(module).find(ast.If):
        node = site.node
        if not isinstance(node, ast.If) or not node.orelse or is_elif(module, node.orelse[0]):
            continue
        frozen = any(sites_of(module).of[part].frozen for part in (node.test, node.orelse[0]))
        pieces = [] if frozen or declares(module, node) else _swapped(module, node)
        if pieces:
            yield structural(module, "swap_branches", node, pieces)


def _swapped(module: Module, node: ast.If) -> list[Piece]:
    bodies = (node.body, node.orelse)
    if same_tree(ast.Module(node.body, []), ast.Module(node.orelse, [])):
        return []
    depths = [indentation(module, body[0]) for body in bodies]
    if bool(BLANK.match(depths[0])) != bool(BLANK.match(depths[1])):
        return []
    ends = [closing(module, body[-1]) for body in bodies]
    if not BLANK.match(depths[0]):
        depths = [b"", b""]
    texts = [text_at(module, body, depth) for body, depth in zip(bodies, depths[::-1], strict=True)]
    pieces = []
    for body, end, text, depth in zip(bodies, ends, texts[::-1], depths, strict=True):
        if end is None or text is None:
            return []
        pieces.append(Piece(extent(module, body[0])[0], end, text[len(depth) :]))
    return pieces


OPERATORS = (
    Operator(
        "remove_loop",
        Kind.MUTATION,
        propose_missing_loops,
        aliases=("REMOVE_LOOP",),
        others=(("SWE-smith", "func_pm_remove_loop"),),
    ),
    Operator(
        "remove_condition",
        Kind.MUTATION,
        propose_missing_conditions,
        aliases=("REMOVE_CONDITION",),
        others=(("SWE-smith", "func_pm_remove_cond"),),
    ),
    Operator("remove_else", Kind.MUTATION, propose_missing_else, aliases=("REMOVE_ELSE",)),
    Operator(
        "swap_branches",
        Kind.MUTATION,
        propose_branch_swaps,
        repairable=True,
        aliases=("SWAP_BRANCHES",),
        others=(("SWE-smith", "func_pm_ctrl_invert_if"),),
    ),
)
