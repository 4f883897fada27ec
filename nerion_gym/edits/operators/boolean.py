"""Truth: and for or, True for False, a negation more or less."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import (
    Change,
    Piece,
    fit,
    is_bare,
    operator_piece,
    parentheses,
    plain_edits,
    verified_edit,
)
from nerion_gym.syntax.trees import twin
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site, Sites
    from nerion_gym.syntax.module import Module

NAME = "swap_boolean"
TEXTS: dict[type[ast.boolop], bytes] = {ast.And: b"and", ast.Or: b"or"}
NOT = b"not"
LOOSER = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom)
"""Expressions that bind less tightly than `not`."""
TESTED = (ast.If, ast.While, ast.IfExp, ast.Assert, ast.comprehension, ast.match_case)


def propose_swaps(module: Module) -> Iterator[Edit]:
    """Swap and with or, True with False; add or drop a not where a condition is decided.

    Before:
        if ready and not stopped or forced: run(True)
    After:
        if (ready or not stopped) or forced: run(True)
    After:
        if ready and stopped or forced: run(True)
    After:
        if (ready and not stopped) and forced: run(True)
    After:
        if not (ready and not stopped or forced): run(True)
    After:
        if ready and not stopped or not forced: run(True)
    After:
        if ready and not stopped or forced: run(False)

    Untouched:
        from typing import TYPE_CHECKING, Literal
        if TYPE_CHECKING: import os
        def f(x: Literal[True]): return not x
    """
    sites = sites_of(module)
    for site in sites.find(ast.BoolOp):
        yield from _swapped_operator(module, site)
    for site in sites.find(ast.Constant):
        yield from _swapped_constant(module, site)
    for site in _conditions(sites):
        yield from _negated(module, site)


def _swapped_operator(module: Module, site: Site) -> Iterator[Edit]:
    node = site.node
    if not isinstance(node, ast.BoolOp):
        return
    new = ast.Or if isinstance(node.op, ast.And) else ast.And
    pairs = zip(node.values, node.values[1:], strict=False)
    old_text, text = TEXTS[type(node.op)], TEXTS[new]
    pieces = [operator_piece(module, left, right, old_text, text) for left, right in pairs]
    found = [piece for piece in pieces if piece is not None]
    if len(found) < len(pieces):
        return
    change = Change(site, found, {node: ast.BoolOp(new(), node.values)}, text.decode())
    edit = verified_edit(module, NAME, change, _wraps(module, node, found))
    if edit is not None:
        yield edit


def _wraps(module: Module, node: ast.BoolOp, signs: list[Piece]) -> list[list[Piece]]:
    starts = [module.table.offsets(node)[0], *(sign.end for sign in signs)]
    inner = [
        piece
        for value, gap_start in zip(node.values, starts, strict=True)
        if isinstance(value, ast.BoolOp) and is_bare(module, value, gap_start)
        for piece in parentheses(module, value)
    ]
    return [group for group in (parentheses(module, node), inner) if group]


def _swapped_constant(module: Module, site: Site) -> Iterator[Edit]:
    node = site.node
    if not isinstance(node, ast.Constant) or not isinstance(node.value, bool):
        return
    old, text = str(node.value).encode(), str(not node.value)
    start, end = module.table.offsets(node)
    if module.source[start:end] == old:
        piece = fit(module.source, start, end, text.encode())
        change = Change(site, [piece], {node: ast.Constant(not node.value)}, text)
        yield from plain_edits(module, NAME, change)


def _conditions(sites: Sites) -> Iterator[Site]:
    """Yield what is tested for truth: whole conditions and the operands of and/or in them."""
    for site in sites.find(*TESTED):
        pending = _tests(site.node)
        while pending:
            node = pending.pop()
            inside = sites.of[node]
            if not inside.frozen:
                yield inside
            core = node.operand if isinstance(node, ast.UnaryOp) and _is_not(node) else node
            if isinstance(core, ast.BoolOp):
                pending += core.values


def _tests(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.comprehension):
        return list(node.ifs)
    test = node.guard if isinstance(node, ast.match_case) else getattr(node, "test", None)
    return [test] if isinstance(test, ast.expr) else []


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _is_negatable(node: ast.AST) -> bool:
    """Whether a `not` in front is news: comparisons and constants have swaps of their own."""
    comparison = isinstance(node, ast.Compare) and len(node.ops) == 1
    return not (comparison or isinstance(node, ast.Constant) or _is_not(node))


def _negated(module: Module, site: Site) -> Iterator[Edit]:
    node = site.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        if _is_negatable(node.operand):
            yield from _without_not(module, site, node)
    elif _is_negatable(node):
        yield from _with_not(module, site, node)


def _without_not(module: Module, site: Site, node: ast.UnaryOp) -> Iterator[Edit]:
    start, _ = module.table.offsets(node)
    end = start + len(NOT)
    while module.source[end : end + 1] in (b" ", b"\t", b"\f"):
        end += 1
    if module.source[start : start + len(NOT)] == NOT:
        change = Change(site, [Piece(start, end, b"")], {node: node.operand}, "")
        yield from plain_edits(module, NAME, change)


def _with_not(module: Module, site: Site, node: ast.AST) -> Iterator[Edit]:
    start, end = module.table.offsets(node)
    if not isinstance(node, ast.expr):
        return
    loose = isinstance(node, LOOSER)
    opened = fit(module.source, start, start, b"not (" if loose else b"not ")
    pieces = [opened, Piece(end, end, b")")] if loose else [opened]
    after = ast.UnaryOp(ast.Not(), twin(node))
    yield from plain_edits(module, NAME, Change(site, pieces, {node: after}, "not"))


OPERATORS = (
    Operator(
        NAME,
        Kind.MUTATION,
        propose_swaps,
        repairable=True,
        aliases=("SWAP_BOOLEAN",),
        others=(
            ("mutmut", "operator_swap_op, operator_name, operator_remove_unary_ops"),
            (
                "cosmic-ray",
                "AddNot, ReplaceTrueWithFalse, ReplaceFalseWithTrue, ReplaceAndWithOr, "
                "ReplaceOrWithAnd",
            ),
            ("BugLab", "BooleanOperatorRewriteScout"),
            ("SWE-smith", "func_pm_flip_operators"),
        ),
    ),
)
