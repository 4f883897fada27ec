"""What evaluating an expression may do, known without running it. Only what is certain counts."""

from __future__ import annotations

import ast
import builtins
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.analysis.values import (
    BITS,
    CONTAINERS,
    NUMBERS,
    SUMS,
    TEXTS,
    WHOLE,
    is_builtin,
    is_local,
    kind_of,
)
from nerion_gym.syntax.name_flow import name_flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.syntax.module import Module

BUILTINS = frozenset(dir(builtins))


class Effect(IntEnum):
    """What evaluating an expression may do, each including those before."""

    NONE = 0
    """Gives a value; cannot fail, changes nothing, runs no code of the program's."""
    RAISES = 1
    """May raise an error, but changes nothing and runs no code of the program's."""
    ANY = 2


def effect_of(module: Module, node: ast.AST) -> Effect:
    """Return what evaluating an expression may do."""
    known = EFFECTS.get(type(node))
    return Effect.ANY if known is None else known(module, node)


def _effect_of_constant(_module: Module, _node: ast.Constant) -> Effect:
    return Effect.NONE


def _effect_of_lambda(_module: Module, node: ast.Lambda) -> Effect:
    return Effect.ANY if node.args.defaults or node.args.kw_defaults else Effect.NONE


def _effect_of_display(module: Module, node: ast.Tuple | ast.List) -> Effect:
    return _worst(module, node.elts)


def _effect_of_either(module: Module, node: ast.BoolOp) -> Effect:
    return _effect_of_truth(module, node.values)


def _effect_of_choice(module: Module, node: ast.IfExp) -> Effect:
    chosen = _worst(module, [node.body, node.orelse])
    return max(_effect_of_truth(module, [node.test]), chosen)


def _effect_of_unary(module: Module, node: ast.UnaryOp) -> Effect:
    if isinstance(node.op, ast.Not):
        return _effect_of_truth(module, [node.operand])
    return effect_of(module, node.operand) if kind_of(module, node) else Effect.ANY


def _worst(module: Module, nodes: list[ast.expr]) -> Effect:
    return max((effect_of(module, node) for node in nodes), default=Effect.NONE)


def _effect_of_name(module: Module, node: ast.Name) -> Effect:
    if is_builtin(module, node) and node.id in BUILTINS:
        return Effect.NONE
    bound = is_local(module, node) and name_flow(module).is_bound(node)
    return Effect.NONE if bound else Effect.RAISES


def _effect_of_truth(module: Module, values: list[ast.expr]) -> Effect:
    """Asking an unknown value for its truth may run `__bool__`."""
    known = all(kind_of(module, value) for value in values)
    return _worst(module, values) if known else Effect.ANY


def _effect_of_operation(module: Module, node: ast.BinOp) -> Effect:
    left, right = kind_of(module, node.left), kind_of(module, node.right)
    if not {left, right} <= NUMBERS:
        joined = left == right and left in TEXTS and isinstance(node.op, ast.Add)
        return _worst(module, [node.left, node.right]) if joined else Effect.ANY
    inner = _worst(module, [node.left, node.right])
    # Sums of floats give inf, never an error; int and float together may overflow.
    safe = isinstance(node.op, SUMS) and (left == right or {left, right} <= WHOLE)
    safe = safe or (isinstance(node.op, BITS) and {left, right} <= WHOLE)
    return inner if safe else max(inner, Effect.RAISES)


def _effect_of_comparison(module: Module, node: ast.Compare) -> Effect:
    sides = [node.left, *node.comparators]
    inner = _worst(module, sides)
    if all(isinstance(sign, ast.Is | ast.IsNot) for sign in node.ops):
        return inner
    kinds = {kind_of(module, side) for side in sides}
    member = any(isinstance(sign, ast.In | ast.NotIn) for sign in node.ops)
    plain = kinds <= NUMBERS or (len(kinds) == 1 and kinds <= TEXTS)
    return inner if plain and not member else Effect.ANY


def _effect_of_call(module: Module, node: ast.Call) -> Effect:
    """`len` of a known container cannot fail; nothing else is followed."""
    measured = is_builtin(module, node.func, "len") and len(node.args) == 1 and not node.keywords
    if measured and kind_of(module, node.args[0]) in CONTAINERS | TEXTS:
        return effect_of(module, node.args[0])
    return Effect.ANY


EFFECTS: dict[type[ast.AST], Callable[[Module, Any], Effect]] = {
    ast.Constant: _effect_of_constant,
    ast.Lambda: _effect_of_lambda,
    ast.Name: _effect_of_name,
    ast.Tuple: _effect_of_display,
    ast.List: _effect_of_display,
    ast.BoolOp: _effect_of_either,
    ast.IfExp: _effect_of_choice,
    ast.UnaryOp: _effect_of_unary,
    ast.BinOp: _effect_of_operation,
    ast.Compare: _effect_of_comparison,
    ast.Call: _effect_of_call,
}
