"""`x += y` and `x = x + y`, where both mean the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.values import BITS, NUMBERS, WHOLE, kind_of, kinds_found
from nerion_gym.edits.analysis.values import TEXTS as TEXT_KINDS
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.negation import BRACKETED, area_of, text_of
from nerion_gym.edits.rewriting.signs import TEXTS
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module

SIGNS = {sign: text for sign, text in TEXTS.items() if sign is not ast.Pow}
"""Not the power: of numbers it may be complex, which other operations refuse in other words."""
WHOLE_ONLY = (*BITS, ast.LShift, ast.RShift)


def expanded(module: Module, node: ast.AugAssign) -> list[Piece] | None:
    """Return the pieces that make `x = x + y` of `x += y`."""
    target, sign = node.target, SIGNS.get(type(node.op), b"")
    if not sign or not isinstance(target, ast.Name) or not _is_plain(module, node, target):
        return None
    at = skip_gap(module.source, *_between(module, target, node.value))
    end = at + len(sign) + 1
    area = area_of(module, node.value, end)
    if area is None or module.source[at:end] != sign + b"=":
        return None
    name, value = module.text(target), text_of(module, area)
    after = ast.BinOp(ast.Name(target.id, ast.Load()), node.op, node.value)
    for text in (value, b"(" + value + b")"):
        parsed = expression_in(name + sign + text)
        if parsed is not None and same_tree(after, parsed):
            return [Piece(at, end, b"= " + name + b" " + sign), Piece(*area, text)]
    return None


def contracted(module: Module, node: ast.Assign) -> list[Piece] | None:
    """Return the pieces that make `x += y` of `x = x + y`."""
    target, value = node.targets[0], node.value
    if len(node.targets) > 1 or not isinstance(target, ast.Name):
        return None
    if not isinstance(value, ast.BinOp) or not isinstance(value.left, ast.Name):
        return None
    sign = SIGNS.get(type(value.op), b"")
    if not sign or value.left.id != target.id or not _is_plain(module, value, target):
        return None
    start = skip_gap(module.source, *_between(module, target, value))
    at = skip_gap(module.source, *_between(module, value.left, value.right))
    area = area_of(module, value.right, at + len(sign))
    before = module.source[start:at].replace(b" ", b"")
    if area is None or before != b"=" + module.text(value.left):
        return None
    if module.source[at + len(sign) : area.start].strip(b" \t"):
        return None
    text = text_of(module, area)
    keeps = b"\n" in text or b"\r" in text or isinstance(value.right, BRACKETED)
    return [
        Piece(start, area.start, sign + b"= "),
        Piece(*area, text if keeps else module.text(value.right)),
    ]


def _between(module: Module, left: ast.AST, right: ast.AST) -> tuple[int, int]:
    return module.table.offsets(left)[1], module.table.offsets(right)[0]


def _is_plain(module: Module, node: ast.AugAssign | ast.BinOp, target: ast.Name) -> bool:
    """Whether numbers or texts meet here for certain, which no method changes in place.

    By induction: what the assignment itself gives is of these kinds too, if all that it may start
    from is.
    """
    name, other = (
        (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    )
    if not isinstance(name, ast.Name):
        return False
    kind, kinds = kind_of(module, other), kinds_found(module, name, target)
    if kind in TEXT_KINDS:
        return isinstance(node.op, ast.Add) and kinds == {kind}
    whole = isinstance(node.op, WHOLE_ONLY)
    allowed = WHOLE if whole else NUMBERS
    return kind in allowed and kinds <= allowed
