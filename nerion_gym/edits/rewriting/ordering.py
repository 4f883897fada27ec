"""Two expressions the other way round: whether it may be, and how."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.effects import Effect, effect_of
from nerion_gym.edits.analysis.values import BITS, NUMBERS, TEXTS, WHOLE, kind_of, mentions
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit, fit, verified_edit
from nerion_gym.edits.rewriting.negation import SIGNS, area_of, sign_of, text_of
from nerion_gym.edits.rewriting.signs import TEXTS as OPERATIONS
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.scopes import LOCAL_KINDS
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

COMMUTATIVE = (ast.Add, ast.Mult, *BITS)
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Is: ast.Is,
    ast.IsNot: ast.IsNot,
}
MODEST = frozenset({"str", "int", "NoneType"})
"""Kinds whose `==` leaves the answer to the other side, whatever that is, unless it is of the same
kind: so the other side's `__eq__` decides in either order."""


def may_swap(module: Module, left: ast.expr, right: ast.expr) -> bool:
    """Whether it makes no difference which of two expressions is evaluated first.

    One that is steady may wait for anything; of two that change nothing, one may raise an error.
    """
    for one, other in ((left, right), (right, left)):
        if is_steady(module, one) and not (isinstance(one, ast.Name) and _rebinds(other)):
            return True
    effects = [effect_of(module, left), effect_of(module, right)]
    return max(effects) <= Effect.RAISES and min(effects) is Effect.NONE


def is_steady(module: Module, node: ast.expr) -> bool:
    """Whether an expression has the same value before and after any other code of the program.

    Constants, and local variables that no function inside may bind anew; what such a variable
    refers to may change, not which object it is.
    """
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant) and bool(kind_of(module, node))
    if isinstance(node, ast.Constant):
        return True
    access = mentions(module).get(node)
    if not isinstance(node, ast.Name) or access is None:
        return False
    binding = module.scopes.binding(access)
    if access.scope is not binding.scope or access.scope.kind not in LOCAL_KINDS:
        return False
    return name_flow(module).is_bound(node) and all(
        other.scope is binding.scope for other in binding.changes
    )


def _rebinds(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.NamedExpr) for inner in nodes_in(node))


def commutes(module: Module, node: ast.BinOp) -> bool:
    """Whether the result is the same to the last bit: of two NaNs the first one is kept."""
    allowed = WHOLE if isinstance(node.op, BITS) else NUMBERS
    left = kind_of(module, node.left)
    right = kind_of(module, node.right) if left in allowed else ""
    constant = isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Constant)
    if right not in allowed or (left == right == "float" and not constant):
        return False
    return may_swap(module, node.left, node.right)


def reordered(module: Module, site: Site, node: ast.BinOp) -> Edit | None:
    """Return the edit that lets the operands of an operation change places."""
    sign = OPERATIONS[type(node.op)]
    start, end = module.table.offsets(node)
    left = area_of(module, node.left, start)
    at = -1 if left is None else skip_gap(module.source, left.end, end)
    right = area_of(module, node.right, at + len(sign))
    if left is None or right is None or not module.source.startswith(sign, at):
        return None
    one, two = text_of(module, left), text_of(module, right)
    after = ast.BinOp(node.right, node.op, node.left)
    for first, last in ((two, one), (two, b"(" + one + b")"), (b"(" + two + b")", one)):
        pieces = [fit(module.source, *left, first), fit(module.source, *right, last)]
        edit = verified_edit(
            module, "reorder_operands", Change(site, pieces, {node: after}, sign.decode())
        )
        if edit is not None:
            return edit
    return None


def is_symmetric(module: Module, node: ast.Compare) -> bool:
    """Whether a comparison of two gives the same when it is turned round."""
    sign, (left, right) = node.ops[0], (node.left, node.comparators[0])
    if isinstance(sign, ast.In | ast.NotIn):
        return False
    if not isinstance(sign, ast.Is | ast.IsNot):
        kinds = {kind_of(module, left), kind_of(module, right)}
        equality = isinstance(sign, ast.Eq | ast.NotEq)
        plain = kinds <= NUMBERS or (len(kinds) == 1 and kinds <= TEXTS)
        if not plain and not (equality and kinds & MODEST):
            return False
    return may_swap(module, left, right)


def flipped(module: Module, site: Site, node: ast.Compare) -> Edit | None:
    """Return the edit that turns a comparison of two round."""
    sign, right = sign_of(module, node), None
    left = area_of(module, node.left, module.table.offsets(node)[0])
    if sign is not None:
        right = area_of(module, node.comparators[0], sign.end)
    if left is None or right is None or sign is None:
        return None
    new = MIRRORED[type(node.ops[0])]
    text = SIGNS[new]
    pieces = [
        fit(module.source, *left, text_of(module, right)),
        Piece(*sign, text),
        fit(module.source, *right, text_of(module, left)),
    ]
    after = ast.Compare(node.comparators[0], [new()], [node.left])
    change = Change(site, pieces, {node: after}, text.decode())
    # Both sides bind alike, so only a position inside an f-string can be in doubt.
    if site.string is None:
        return build_edit(module, "flip_comparison", change)
    return verified_edit(module, "flip_comparison", change)
