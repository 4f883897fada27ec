"""Where the truth of an expression is asked, and how often.

`if a and b` asks each operand once: the compiler jumps, and never has the value of the whole. As
the argument of a tap the whole is a value; who asks its truth then asks an operand a second time,
and that may run the program's code.
"""

from __future__ import annotations

import ast
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Asked(Enum):
    """What becomes of an expression's value."""

    VALUE = 0
    """It is used, whatever it is."""
    TRUTH = 1
    """Nothing but its truth is asked, by a jump."""
    BOTH = 2
    """A jump asks its truth, and it may be passed on."""


def asked(parents: Mapping[ast.AST, ast.AST | None], node: ast.AST) -> Asked:
    """Return what becomes of an expression's value, given the node around each node."""
    around = parents.get(node)
    if is_condition(around, node):
        return Asked.TRUTH
    if isinstance(around, ast.IfExp):
        return asked(parents, around)
    if isinstance(around, ast.BoolOp):
        outer = asked(parents, around)
        is_last = node is around.values[-1]
        return outer if is_last or outer is Asked.TRUTH else Asked.BOTH
    if isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.Not):
        return Asked.TRUTH if asked(parents, around) is Asked.TRUTH else Asked.VALUE
    return Asked.VALUE


def is_condition(around: ast.AST | None, node: ast.AST) -> bool:
    """Whether a node is what the one around it decides by."""
    if isinstance(around, ast.If | ast.While | ast.Assert | ast.IfExp):
        return node is around.test
    if isinstance(around, ast.comprehension):
        return any(node is one for one in around.ifs)
    return isinstance(around, ast.match_case) and node is around.guard


def jumps(node: ast.AST) -> bool:
    """Whether the truth of an expression may be known before there is a value of it."""
    if isinstance(node, ast.BoolOp):
        return True
    if isinstance(node, ast.Compare):
        return len(node.ops) > 1
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) and jumps(node.operand)
    return isinstance(node, ast.IfExp) and (jumps(node.body) or jumps(node.orelse))
