"""Which functions of a suite a call may mean, and which parameters get what it passes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeGuard

from nerion_gym.syntax.flow import UNBOUND
from nerion_gym.syntax.module import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.execution.tracing.sheets import Sheet
    from nerion_gym.execution.tracing.suite_code import SuiteCode

SELF = frozenset({"self", "cls"})
Callee = tuple["Sheet", FunctionNode, int]
"""File, function, and how many parameters it has got already."""


class NamedAttribute(ast.Attribute):
    """An attribute of a name, for the type checker: `a.b`."""

    value: ast.Name


def of_name(node: Any) -> TypeGuard[NamedAttribute]:
    """Whether a node is an attribute of a name."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def callees(code: SuiteCode, sheet: Sheet, called: ast.expr) -> Iterator[Callee]:
    """Yield the functions of a suite that something called in one of its files may be."""
    if of_name(called) and called.value.id in SELF:
        for name, function in sheet.units.items():
            if name.endswith(f".{called.attr}"):
                yield sheet, function.node, 1
    elif of_name(called):
        yield from _imported(code, sheet, called.value.id, f".{called.attr}")
    elif isinstance(called, ast.Name):
        for write in sheet.flow.found_by(called):
            node = sheet.flow.accesses[write].node if write != UNBOUND else None
            if isinstance(node, FunctionNode):
                yield sheet, node, 0
        yield from _imported(code, sheet, called.id, "")


def _imported(code: SuiteCode, sheet: Sheet, first: str, rest: str) -> Iterator[Callee]:
    key = code.defined(sheet, first + rest) if first in sheet.imports else None
    there = code.sheet(key[0]) if key is not None else None
    if key is not None and there is not None:
        yield there, there.units[key[1]].node, 0


def pairs(
    call: ast.Call, function: FunctionNode, skipped: int
) -> Iterator[tuple[ast.expr, Sequence[ast.arg]]]:
    """Yield each value that a call passes, with the parameters that may get it."""
    spec = function.args
    places = [*spec.posonlyargs, *spec.args][skipped:]
    rest = [one for one in (spec.vararg, spec.kwarg) if one is not None]
    every = [*places, *spec.kwonlyargs, *rest]
    for number, value in enumerate(call.args):
        starred = any(isinstance(one, ast.Starred) for one in call.args[: number + 1])
        exact = number < len(places) and not starred
        yield value, ([places[number]] if exact else every)
    for keyword in call.keywords:
        named = [one for one in every if one.arg == keyword.arg]
        yield keyword.value, (named or every)
