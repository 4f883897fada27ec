"""Arithmetic: one operator for another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import (
    Change,
    build_edit,
    is_bare,
    operator_piece,
    parentheses,
    verified_edit,
)
from nerion_gym.edits.rewriting.signs import LEVELS, TEXTS, Sign
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.edits.rewriting.changes import Piece
    from nerion_gym.syntax.module import Module

MULTIPLY_TO_ADD: dict[Sign, tuple[Sign, ...]] = {ast.Mult: (ast.Add,)}
SWAPS: dict[Sign, tuple[Sign, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
}
"""Neighbours of each sign, as mutmut and BugLab pair them. With `MULTIPLY_TO_ADD` the pairs are
symmetric, so each swap can be swapped back."""


def propose_multiply_to_add(module: Module) -> Iterator[Edit]:
    """Change a multiplication into an addition: the journal's deliberate failure.

    Before:
        area = width * height
    After:
        area = width + height

    Before:
        total = 1 - rate * 2
    After:
        total = 1 - (rate + 2)

    Before:
        total *= rate
    After:
        total += rate

    Untouched:
        rule = "-" * 20
        def scaled(*values): return values
    """
    yield from _propose(module, "change_operator_multiply_to_add", MULTIPLY_TO_ADD)


def propose_swaps(module: Module) -> Iterator[Edit]:
    """Swap an arithmetic or bitwise operator for a neighbour of it.

    Before:
        x = a + b * c
    After:
        x = a - b * c
    After:
        x = a * (b * c)
    After:
        x = a + b / c
    After:
        x = a + b ** c

    Before:
        x -= 1
    After:
        x += 1

    Untouched:
        def f(x: int | None) -> "int | str": return "%s" % x
        names = "a" + "b"
    """
    yield from _propose(module, "swap_arithmetic", SWAPS)


def _propose(
    module: Module, operator: str, table: Mapping[Sign, tuple[Sign, ...]]
) -> Iterator[Edit]:
    for site in sites_of(module).find(ast.BinOp, ast.AugAssign):
        node = site.node
        if not isinstance(node, ast.BinOp | ast.AugAssign) or _joins_text(node):
            continue
        for new in table.get(type(node.op), ()):
            edit = _swap(module, operator, site, new)
            if edit is not None:
                yield edit


def _joins_text(node: ast.BinOp | ast.AugAssign) -> bool:
    """Whether an operand is text to the eye: there the signs mean joining and formatting."""
    pending = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value]
    while pending:
        operand = pending.pop()
        if isinstance(operand, ast.BinOp):
            pending += [operand.left, operand.right]
        elif isinstance(operand, ast.JoinedStr) or (
            isinstance(operand, ast.Constant) and isinstance(operand.value, str | bytes)
        ):
            return True
    return False


def _swap(module: Module, operator: str, site: Site, new: Sign) -> Edit | None:
    node = site.node
    if isinstance(node, ast.AugAssign):
        return _swap_augmented(module, operator, site, new)
    if not isinstance(node, ast.BinOp):
        return None
    old = type(node.op)
    piece = operator_piece(module, node.left, node.right, TEXTS[old], TEXTS[new])
    if piece is None:
        return None
    after = ast.BinOp(node.left, new(), node.right)
    change = Change(site, [piece], {node: after}, TEXTS[new].decode())
    if LEVELS[old] == LEVELS[new] and site.string is None:
        return build_edit(module, operator, change)
    return verified_edit(module, operator, change, _wraps(module, node, piece))


def _swap_augmented(module: Module, operator: str, site: Site, new: Sign) -> Edit | None:
    node = site.node
    if not isinstance(node, ast.AugAssign):
        return None
    old, text = TEXTS[type(node.op)] + b"=", TEXTS[new] + b"="
    piece = operator_piece(module, node.target, node.value, old, text)
    if piece is None:
        return None
    return build_edit(module, operator, Change(site, [piece], {}, text.decode()))


def _wraps(module: Module, node: ast.BinOp, sign: Piece) -> list[list[Piece]]:
    start, _ = module.table.offsets(node)
    wraps = [parentheses(module, node)]
    for operand, gap_start in ((node.left, start), (node.right, sign.end)):
        compound = isinstance(operand, ast.BinOp | ast.UnaryOp | ast.Await)
        if compound and is_bare(module, operand, gap_start):
            wraps.append(parentheses(module, operand))
    return wraps


OPERATORS = (
    Operator(
        "change_operator_multiply_to_add",
        Kind.MUTATION,
        propose_multiply_to_add,
        repairable=True,
        aliases=("CHANGE_OPERATOR_MULTIPLY_TO_ADD",),
    ),
    Operator(
        "swap_arithmetic",
        Kind.MUTATION,
        propose_swaps,
        repairable=True,
        aliases=("SWAP_ARITHMETIC",),
        others=(
            ("mutmut", "operator_swap_op"),
            ("cosmic-ray", "ReplaceBinaryOperator"),
            ("BugLab", "BinaryOperatorRewriteScout, AssignRewriteScout"),
            ("SWE-smith", "func_pm_op_change, func_pm_flip_operators"),
        ),
    ),
)
