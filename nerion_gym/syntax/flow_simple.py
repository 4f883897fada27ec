"""How expressions, simple statements and definitions run: one small function per kind of node.

Every read, call, attribute, subscript or operator of a `try` body may raise.
"""

from __future__ import annotations

import ast
from typing import Any

from nerion_gym.syntax.control import CALL, EXIT, MAY_RAISE, Flow, Handler
from nerion_gym.syntax.trees import SHAPES

RISKY = frozenset(
    {ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Starred, ast.FormattedValue}
)
RUNS_OTHER_CODE = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)


def plain(flow: Flow, node: ast.AST) -> None:
    """Lay out a node whose children run in the order of its fields."""
    _children(flow, node)
    if node.__class__ in RISKY:
        flow.risk()
    if node in flow.mentions:
        flow.mention(node)


def _children(flow: Flow, node: ast.AST) -> None:
    handlers = flow.handlers
    for name, many in SHAPES[node.__class__]:
        value = getattr(node, name)
        for item in value if many else (value,):
            cls = item.__class__
            if cls is ast.Name:  # half of all nodes are names and literals
                _name(flow, item)
            elif item is not None and cls is not ast.Constant:
                handlers.get(cls, plain)(flow, item)


def _name(flow: Flow, node: ast.Name) -> None:
    events = flow.blocks[flow.now].events
    for access, writes in flow.mentions.get(node, ()):
        if not writes and flow.error >= 0:
            events.append(MAY_RAISE)
        events.append(2 * access + writes)


def _nothing(flow: Flow, node: ast.AST) -> None:
    """A literal or a declaration runs nothing."""


def _call(flow: Flow, node: ast.AST) -> None:
    _children(flow, node)
    flow.event(CALL)
    flow.risk()


def _walrus(flow: Flow, node: ast.NamedExpr) -> None:
    flow.visit(node.value)
    flow.visit(node.target)


def _assign(flow: Flow, node: ast.Assign) -> None:
    flow.visit(node.value)
    flow.visit_all(node.targets)


def _augmented(flow: Flow, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Name):
        flow.risk()
        for access, _ in flow.mentions.get(node.target, ()):
            flow.event(2 * access)
        flow.visit(node.value)
        flow.risk()
        flow.mention(node.target)
    else:
        flow.visit_all((node.target, node.value))


def _annotated(flow: Flow, node: ast.AnnAssign) -> None:
    flow.visit(node.value)
    if node.value is not None or not isinstance(node.target, ast.Name):
        flow.visit(node.target)
    flow.visit(node.annotation)


def _import(flow: Flow, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        flow.event(CALL)
        flow.risk()
        flow.mention(alias)


def _return(flow: Flow, node: ast.Return) -> None:
    flow.visit(node.value)
    flow.leave(EXIT, 0)


def _raise(flow: Flow, node: ast.Raise) -> None:
    flow.visit_all((node.exc, node.cause))
    flow.risk()
    flow.now = flow.block()


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function or lambda."""
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None)]


def _function(flow: Flow, node: Any) -> None:
    hints = [arg.annotation for arg in parameters(node.args)]
    flow.visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
    flow.visit_all([*getattr(node, "type_params", ()), *hints, node.returns])
    flow.define(node)
    flow.mention(node)


def _lambda(flow: Flow, node: ast.Lambda) -> None:
    flow.visit_all([*node.args.defaults, *node.args.kw_defaults])
    flow.define(node)


def _class(flow: Flow, node: Any) -> None:
    flow.visit_all([*node.decorator_list, *getattr(node, "type_params", ())])
    flow.visit_all([*node.bases, *node.keywords, *node.body])
    flow.event(CALL)
    flow.mention(node)


def _with(flow: Flow, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        flow.visit(item.context_expr)
        flow.event(CALL)
        flow.risk()
        flow.visit(item.optional_vars)
    flow.visit_all(node.body)
    flow.event(CALL)


def _dict(flow: Flow, node: ast.Dict) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        flow.visit(key)
        flow.visit(value)


HANDLERS: dict[type[ast.AST], Handler] = {
    ast.Name: _name,
    ast.Constant: _nothing,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
    ast.NamedExpr: _walrus,
    ast.Dict: _dict,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.ClassDef: _class,
    **dict.fromkeys(RUNS_OTHER_CODE, _call),
}
