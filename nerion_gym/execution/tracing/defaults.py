"""Edits of the default of a parameter: what they change is what a call begins with.

Where the function is made nobody looks at the default. Whether another one is another value is told
by a tap before the first statement of the function.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.entries import INNER, UNTOUCHED, first_of
from nerion_gym.execution.tracing.forms import Form
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.execution.tracing.statements import Contrast, Unchanged, Unguarded
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

WITHOUT = "remove_default"
"""The operator that takes a default away."""
PAUSES = (ast.Yield, ast.YieldFrom, ast.Await)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
FunctionLike = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Parameter(NamedTuple):
    """A parameter with a default that is a literal.

    Attributes:
        node: the parameter.
        default: what it holds where a call leaves it out.
        first: before which a call's value is at hand: a statement, or what a lambda gives.
        begins: whether a call comes there at once, and nothing else may have looked at it.
    """

    node: ast.arg
    default: ast.expr
    first: ast.stmt | ast.expr
    begins: bool


class Other(NamedTuple):
    """A parameter, and its default in the edited file; None where it has none."""

    parameter: Parameter
    default: ast.expr | None

    @property
    def form(self) -> Form:
        """What the parameter, which is the only hole, holds in the edited file."""
        values = [ast.Name("#0", ast.Load()), self.parameter.default]
        name = "_required" if self.default is None else "_defaulted"
        values += [] if self.default is None else [self.default]
        tree = ast.Call(ast.Name(name, ast.Load()), values, [])
        faithful = self.parameter.begins
        return Form(tree, frozenset(), frozenset({0}), True, faithful, frozenset())


def other_default(
    module: Module, edit: Edit, contrast: Contrast | Unchanged | Unguarded | None
) -> Other | None:
    """Return the parameter whose default an edit changes; None where it does not, or hardly."""
    known = parameters_of(module)
    if edit.operator == WITHOUT:
        found = [one for one in known.values() if module.span(one.node) == edit.site]
        return Other(found[0], None) if found else None
    node = getattr(contrast, "node", None)
    parameter = known.get(node)
    if parameter is None:
        return None
    default = parameter.default
    made: ast.expr = contrast.after  # type: ignore[union-attr]
    if node is not default and isinstance(default, ast.UnaryOp):
        made = ast.UnaryOp(default.op, made)
    is_whole = same_tree(contrast.before, node)  # type: ignore[arg-type, union-attr]
    return Other(parameter, made) if is_whole and is_literal(made) else None


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a number, text or constant, or an empty collection."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = node.operand
        return isinstance(inner, ast.Constant) and type(inner.value) in (int, float, complex)
    if isinstance(node, ast.Constant):
        return node.value is not Ellipsis
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Tuple | ast.List) and not node.elts


@lru_cache(maxsize=64)
def parameters_of(module: Module) -> dict[ast.AST | None, Parameter]:
    """Return the parameters of a file whose default is a literal, by it, or by its digits."""
    found: dict[ast.AST | None, Parameter] = {}
    for kind in FUNCTIONS:
        for node in module.walk.by_type.get(kind, ()):
            for parameter in _parameters(module, node):  # type: ignore[arg-type]
                found[parameter.default] = parameter
                if isinstance(parameter.default, ast.UnaryOp):
                    found[parameter.default.operand] = parameter
    return found


def _parameters(module: Module, function: FunctionLike) -> Iterator[Parameter]:
    first = _beginning(function)
    if first is None:
        return
    begins = not _is_paused(function) and not _is_shown(module, function)
    args = function.args
    ordered = [*args.posonlyargs, *args.args]
    by_place = zip(ordered[len(ordered) - len(args.defaults) :], args.defaults, strict=True)
    by_name = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    for node, default in (*by_place, *by_name):
        if default is not None and is_literal(default):
            yield Parameter(node, default, first, begins)


def _beginning(function: FunctionLike) -> ast.stmt | ast.expr | None:
    """Return what a call comes to first; None where a tap had better not stand before it."""
    if isinstance(function, ast.Lambda):
        return None if isinstance(function.body, (*PAUSES, ast.NamedExpr)) else function.body
    return None if function.name in UNTOUCHED else first_of(function.body)


def _is_paused(function: FunctionLike) -> bool:
    """Whether to call a function runs nothing of it yet."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    body = function.body
    pending: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while pending:
        one = pending.pop()
        if isinstance(one, PAUSES):
            return True
        if not isinstance(one, INNER):
            pending += ast.iter_child_nodes(one)
    return False


def _is_shown(module: Module, function: FunctionLike) -> bool:
    """Whether it makes the instances of a class that a decorator writes the documentation of."""
    outer = module.walk.parents.get(function)
    return isinstance(outer, ast.ClassDef) and bool(outer.decorator_list)
