"""Comparisons: the boundary moved, the sense turned round."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, build_edit, fit, gaps, verified_edit
from nerion_gym.edits.rewriting.negation import SIGNS
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.edits.rewriting.changes import Piece
    from nerion_gym.syntax.module import Module

Sign = type[ast.cmpop]
SIGN = re.compile(rb"is[ \t\f]+not\b|not[ \t\f]+in\b|is\b|in\b|[=!<>]=|[<>]")
"""A comparison's sign. Two words with a comment or a line end between are left alone."""
SWAPS: dict[Sign, tuple[Sign, ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""The boundary moved and the sense negated, as PIT and mutmut do; symmetric."""


def propose_swaps(module: Module) -> Iterator[Edit]:
    """Swap a comparison for its negation or move its boundary.

    Before:
        while low < high and x is not None: pass
    After:
        while low <= high and x is not None: pass
    After:
        while low >= high and x is not None: pass
    After:
        while low < high and x is None: pass

    Before:
        inside = 0 <= x < 9
    After:
        inside = 0 < x < 9
    After:
        inside = 0 <= x <= 9

    Untouched:
        if __name__ == "__main__": run()
        for x in y: print(x)
    """
    for site in sites_of(module).find(ast.Compare):
        if isinstance(site.node, ast.Compare):
            yield from _swaps(module, site, site.node)


def _swaps(module: Module, site: Site, node: ast.Compare) -> Iterator[Edit]:
    between = gaps(module, [node.left, *node.comparators])
    for index, (gap_start, gap_end) in enumerate(between):
        for new in SWAPS[type(node.ops[index])]:
            piece = _piece(module, gap_start, gap_end, type(node.ops[index]), new)
            if piece is None:
                continue
            ops = [*node.ops[:index], new(), *node.ops[index + 1 :]]
            after = ast.Compare(node.left, ops, node.comparators)
            change = Change(site, [piece], {node: after}, SIGNS[new].decode())
            edit = _edit(module, change)
            if edit is not None:
                yield edit


def _edit(module: Module, change: Change) -> Edit | None:
    # All comparisons bind alike, so only a position inside an f-string can be in doubt.
    if change.site.string is None:
        return build_edit(module, "swap_comparison", change)
    return verified_edit(module, "swap_comparison", change)


def _piece(module: Module, gap_start: int, gap_end: int, old: Sign, new: Sign) -> Piece | None:
    start = skip_gap(module.source, gap_start, gap_end)
    match = SIGN.match(module.source, start, gap_end)
    if match is None or b" ".join(match.group().split()) != SIGNS[old]:
        return None
    return fit(module.source, start, match.end(), SIGNS[new])


OPERATORS = (
    Operator(
        "swap_comparison",
        Kind.MUTATION,
        propose_swaps,
        repairable=True,
        aliases=("SWAP_COMPARISON",),
        others=(
            ("mutmut", "operator_swap_op, operator_keywords"),
            ("cosmic-ray", "ReplaceComparisonOperator"),
            ("BugLab", "ComparisonOperatorRewriteScout"),
            ("SWE-smith", "func_pm_op_change, func_pm_flip_operators"),
        ),
    ),
)
