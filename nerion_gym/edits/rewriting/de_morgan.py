"""`not (a and b)` and `not a or not b`: from one to the other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.values import kind_of
from nerion_gym.edits.rewriting.changes import (
    Change,
    Piece,
    build_edit,
    fit,
    verified_edit,
)
from nerion_gym.edits.rewriting.negation import (
    NOT,
    WORDS,
    Area,
    area_of,
    drops_only_bools,
    is_tested,
    operands_of,
    opposite,
    opposite_text,
    rewritten,
)
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

NAME = "apply_de_morgan"
OTHER: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
FILLED = (ast.If, ast.While, ast.Assert, ast.Return, ast.Assign)
"""Statements whose values stand in no parentheses but their own."""


def spread(module: Module, site: Site) -> Edit | None:
    """Return the edit that puts the opposites of the operands in the place of `not (...)`."""
    inner = getattr(site.node, "operand", None)
    if not isinstance(inner, ast.BoolOp) or not _may_turn(module, site, inner.values):
        return None
    if not is_tested(site) and not drops_only_bools(module, inner.values):
        return None
    start, end = module.table.offsets(site.node)
    around = area_of(module, inner, start + len(NOT))
    text = _turned(module, inner)
    if around is None or text is None:
        return None
    grouped = rewritten(module, around, [Piece(*module.table.offsets(inner), text)])
    one_line = b"\n" not in grouped and b"\r" not in grouped
    after = ast.BoolOp(OTHER[type(inner.op)](), [opposite(value) for value in inner.values])
    word = WORDS[type(after.op)].decode()
    for candidate in [text, grouped] if one_line else [grouped]:
        piece = fit(module.source, start, end, candidate)
        edit = verified_edit(module, NAME, Change(site, [piece], {site.node: after}, word))
        if edit is not None:
            return edit
    return None


def gathered(module: Module, site: Site, node: ast.BoolOp) -> Edit | None:
    """Return the edit that puts one `not (...)` in the place of operands that are all negative."""
    values = [opposite(value) for value in node.values]
    text = _turned(module, node) if _may_turn(module, site, values) else None
    if text is None:
        return None
    new = b"not (" + text + b")"
    after = ast.UnaryOp(ast.Not(), ast.BoolOp(OTHER[type(node.op)](), values))
    start, end = module.table.offsets(node)
    if not _is_grouped(module, site):
        change = Change(site, [fit(module.source, start, end, new)], {node: after}, "not")
        return verified_edit(module, NAME, change)
    change = Change(site, [fit(module.source, start - 1, end + 1, new)], {}, "not")
    parsed = expression_in(new)
    fits = parsed is not None and same_tree(after, parsed)
    return build_edit(module, NAME, change) if fits else None


def _is_grouped(module: Module, site: Site) -> bool:
    """Whether a value that fills a statement's place stands in parentheses of its own."""
    start, end = module.table.offsets(site.node)
    tight = module.source[start - 1 : start] == b"(" and module.source[end : end + 1] == b")"
    return tight and site.parent is not None and isinstance(site.parent.node, FILLED)


def _may_turn(module: Module, site: Site, values: Sequence[ast.expr]) -> bool:
    """Whether nobody can tell `not (a and b)` from `not a or not b`, given a and b.

    Where a value is wanted, CPython asks a false `a` twice for its truth in the first, once in
    the second, and `__bool__` may notice.
    """
    return is_tested(site) or all(kind_of(module, value) for value in values[:-1])


def _turned(module: Module, node: ast.BoolOp) -> bytes | None:
    """Return the text of the opposites of the operands, joined by the other word."""
    found = operands_of(module, node)
    if found is None:
        return None
    word = WORDS[OTHER[type(node.op)]]
    pieces = [Piece(start, end, word) for start, end in found.words]
    for value, area in zip(node.values, found.areas, strict=True):
        text = opposite_text(module, value, area, alone=False)
        if text is None:
            return None
        pieces.append(fit(module.source, *area, text))
    return rewritten(module, Area(*module.table.offsets(node)), pieces)
