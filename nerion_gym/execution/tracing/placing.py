"""What moving a statement over the end of a block changes, and taking a `try` away from around it.

A statement that follows an `if` and goes into it is the same where the test was true.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.parts import length_of
from nerion_gym.execution.tracing.statements import FALSE, Contrast, Unguarded
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.syntax.module import Module

FIELDS = ("body", "orelse", "finalbody")
PAUSES = (ast.Yield, ast.YieldFrom, ast.Await)


def block_around(module: Module, statement: ast.stmt) -> Sequence[ast.stmt]:
    """Return the statements that one stands among, itself too."""
    outer = module.walk.parents.get(statement)
    for name in FIELDS:
        block = getattr(outer, name, None)
        if isinstance(block, list) and statement in block:
            return block
    return [statement]


def neighbour(module: Module, statement: ast.stmt, step: int) -> ast.stmt | None:
    """Return the statement so many places after another in its block."""
    block = block_around(module, statement)
    place = block.index(statement) + step
    return block[place] if 0 <= place < len(block) else None


def is_elif(module: Module, statement: ast.stmt) -> bool:
    """Whether a statement is an `elif`."""
    start = module.table.offsets(statement)[0]
    return isinstance(statement, ast.If) and module.source.startswith(b"elif", start)


def _indented(module: Module, statement: ast.stmt) -> Contrast | None:
    around = neighbour(module, statement, -1)
    return None if around is None else _crossed(module, around)


def _dedented(module: Module, statement: ast.stmt) -> Contrast | None:
    around = module.walk.parents.get(statement)
    return _crossed(module, around) if isinstance(around, ast.stmt) else None


def _crossed(module: Module, around: ast.stmt) -> Contrast | None:
    """Return what it means that a statement after a block is in it, or the other way round.

    It is the same where the block is gone through once: of an `if` that is all, a loop may end
    otherwise.
    """
    if isinstance(around, ast.For) and not around.orelse:
        return Contrast(around.iter, length_of(around.iter), ast.Constant(1), unsure=True)
    if not isinstance(around, ast.If) or is_elif(module, around):
        return None
    if around.orelse and is_elif(module, around.orelse[0]):
        return None
    skipped: ast.expr = ast.UnaryOp(ast.Not(), around.test)
    if around.orelse:
        skipped = ast.UnaryOp(ast.Not(), skipped)
    return Contrast(around.test, skipped, ast.BoolOp(ast.And(), [skipped, FALSE]))


def _unguarded(_module: Module, statement: ast.stmt) -> Unguarded | None:
    """Without its `try` a statement does the same until it raises.

    What waits inside may be ended from outside, when no test runs.
    """
    if not isinstance(statement, ast.Try) or statement.finalbody:
        return None
    inside = (node for one in statement.body for node in nodes_in(one))
    if any(isinstance(node, PAUSES) for node in inside):
        return None
    return Unguarded(tuple(statement.handlers))


PLACED: dict[str, Callable[[Module, ast.stmt], Contrast | Unguarded | None]] = {
    "indent_statement": _indented,
    "dedent_statement": _dedented,
    "remove_try": _unguarded,
}
"""Operator -> what it does to the statement that is its site, by where that stands."""
