"""Neighbouring assignments: when it does not matter which comes first."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.lifetimes import guards_of, is_inert_name, nodes_of, private_binding
from nerion_gym.edits.analysis.values import kind_of, mentions, written_by
from nerion_gym.syntax.flow import UNBOUND
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module

NEVER = (ast.Yield, ast.YieldFrom, ast.NamedExpr)
SIMPLE = frozenset({"int", "float", "complex", "bool", "str", "bytes", "NoneType"})
"""Kinds of values whose end nobody notices."""


def are_independent(module: Module, first: ast.stmt, second: ast.stmt) -> bool:
    """Whether two statements assign to different variables and may be exchanged.

    One of them must give a value that no other code can change and that cannot fail; the other
    may do anything, outside of `try` and `with`, where a failure would show which came first.
    """
    one, two = _assigned(first), _assigned(second)
    if one is None or two is None or one[0].id == two[0].id:
        return False
    inert = [_is_inert(module, value) for _, value in (one, two)]
    if not any(inert):
        return False
    if not all(inert) and guards_of(module, first):
        return False
    if _mentions(one[1], two[0].id) or _mentions(two[1], one[0].id):
        return False
    quiet = one[0] if inert[0] else two[0]
    private = all(private_binding(module, name) is not None for name, _ in (one, two))
    return private and (all(inert) or _forgets_nothing(module, quiet))


def _assigned(statement: ast.stmt) -> tuple[ast.Name, ast.expr] | None:
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    target = statement.targets[0]
    return (target, statement.value) if isinstance(target, ast.Name) else None


def _is_inert(module: Module, value: ast.expr) -> bool:
    """Whether a value is the same whatever other code does, and cannot fail."""
    if isinstance(value, ast.Tuple | ast.List):
        return all(_is_inert(module, part) for part in value.elts)
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.UnaryOp):
        signed = isinstance(value.op, ast.USub) and kind_of(module, value) in SIMPLE
        return signed and isinstance(value.operand, ast.Constant)
    if isinstance(value, ast.Name):
        return is_inert_name(module, value)
    return isinstance(value, ast.Constant)


def _mentions(value: ast.expr, name: str) -> bool:
    nodes = nodes_of([value])
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes) or any(
        isinstance(node, NEVER) for node in nodes
    )


def _forgets_nothing(module: Module, target: ast.Name) -> bool:
    """Whether a variable had no value before that could notice when it is let go."""
    flow = name_flow(module)
    known = [flow.writes.get(number, frozenset()) for number in flow.numbers(target)]
    if not known or not all(known):
        return False
    writes = {write for found in known for write in found if write != UNBOUND}
    return all(_is_simple(module, flow.accesses[write].node) for write in writes)


def _is_simple(module: Module, node: ast.AST) -> bool:
    statement, access = written_by(module, node), mentions(module).get(node)
    if access is None or access.mode is not Mode.WRITE:
        return access is not None and access.mode is Mode.DELETE
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return value is not None and kind_of(module, value) in SIMPLE
