"""What of an expression is looked through: operators, literals, displays and calls of builtins.

All of these give the same whenever they are evaluated anew on plain values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PURE = frozenset(
    {"abs", "all", "any", "ascii", "bin", "bool", "chr", "complex", "divmod", "float", "frozenset"}
    | {"hex", "int", "len", "list", "max", "min", "oct", "ord", "repr", "round", "set", "sorted"}
    | {"str", "sum", "tuple"}
)
"""Builtins that give the same for the same plain values, change nothing and make no giants."""
GROWING = frozenset({"center", "expandtabs", "format", "format_map", "join", "ljust", "replace"})
GROWING |= {"rjust", "translate", "zfill", "to_bytes"}
CODED = frozenset({"encode", "decode"})
"""Methods of texts that may call what the program has registered."""
METHODS = frozenset(
    name
    for name in {*dir(str), *dir(bytes)} - {*dir(list), *dir(dict), *dir(set)} - GROWING - CODED
    if not name.startswith("_")
)
"""Methods of texts that no collection has, and that make no giants."""
IsBuiltin = Callable[[str], bool]
DISPLAYS = (ast.Tuple, ast.List)
"""Expressions that only hold what they are made of."""


LENGTH, SPREAD, CALLED = (ast.Name(name, ast.Load()) for name in ("_len", "_spread", "_called"))
"""Functions of the traced process (`given`) that no program can mean: these very nodes do."""
OURS = (LENGTH, SPREAD, CALLED)


class Part(NamedTuple):
    """A field of a node that is looked through.

    Attributes:
        field: its name.
        lazy: whether it may not be evaluated; of a list, all but the first.
        works: whether the node works on its value.
        ends: whether the last of a list is only passed on.
        light: whether it does no more than count items, or look for one by a number or a key.
        asks: whether it asks no more than the truth, and passes the value on if anything.
        shut: whether who works on what the node gives works on nothing of its value.
    """

    field: str
    lazy: bool = False
    works: bool = True
    ends: bool = False
    light: bool = False
    shut: bool = False
    asks: bool = False


Rule = Callable[[Any, IsBuiltin], "Sequence[Part] | None"]


def _fixed(*parts: Part) -> Rule:
    return lambda _node, _is_builtin: parts


def _displayed(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part] | None:
    starred = any(isinstance(part, ast.Starred) for part in node.elts)
    return None if starred else (Part("elts", works=isinstance(node, ast.Set)),)


def _compared(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part] | None:
    """Identity is sure of the singletons alone."""
    if not any(isinstance(sign, ast.Is | ast.IsNot) for sign in node.ops):
        is_sought = len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        return Part("left"), Part("comparators", lazy=True, light=is_sought, shut=is_sought)
    right = node.comparators[0]
    single = isinstance(right, ast.Constant) and isinstance(right.value, bool | None)
    return (Part("left", works=False, shut=True),) if single and len(node.ops) == 1 else None


def _called(node: Any, is_builtin: IsBuiltin) -> Sequence[Part] | None:
    """Calls of builtins, of methods that only texts have, and of what we made up ourselves."""
    if node.func in OURS:
        return (Part("args", works=False, shut=node.func is LENGTH),)
    if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
        return None
    if isinstance(node.func, ast.Name):
        known = node.func.id in PURE and is_builtin(node.func.id)
        known = known and not (node.func.id == "str" and len(node.args) > 1)  # it decodes
        counts = node.func.id == "len"
        return (Part("args", light=counts, shut=counts),) if known else None
    known = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
    return (Part("func"), Part("args")) if known else None


def _turned(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part]:
    asks = isinstance(node.op, ast.Not)
    return (Part("operand", asks=asks, shut=asks),)


def _sliced(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part]:
    return [Part(name) for name in ("lower", "upper", "step") if getattr(node, name) is not None]


RULES: dict[type[ast.AST], Rule] = {
    ast.BinOp: _fixed(Part("left"), Part("right")),
    ast.UnaryOp: _turned,
    ast.BoolOp: _fixed(Part("values", lazy=True, ends=True, asks=True)),
    ast.Compare: _compared,
    ast.IfExp: _fixed(
        Part("test", asks=True, shut=True),
        Part("body", lazy=True, works=False),
        Part("orelse", lazy=True, works=False),
    ),
    ast.Tuple: _displayed,
    ast.List: _displayed,
    ast.Set: _displayed,
    ast.Subscript: _fixed(Part("value", light=True), Part("slice")),
    ast.Slice: _sliced,
    ast.Call: _called,
}
"""Class -> the parts of a node that is looked through, in the order of evaluation."""


def argument_count(call: ast.expr) -> int:
    """Return how many arguments a call has; 0 for what is none."""
    return len(call.args) + len(call.keywords) if isinstance(call, ast.Call) else 0


def arguments_of(call: ast.expr) -> ast.expr:
    """Return a call as the tuple of what is called and what it is given."""
    if not isinstance(call, ast.Call):
        return call
    named = [_named(keyword) for keyword in call.keywords]
    items = [call.func, *map(_single, call.args), *named]
    if any(isinstance(item, ast.Call) and item.func is SPREAD for item in items):
        return ast.Call(CALLED, items, [])
    return ast.Tuple(items, ast.Load())


def _single(argument: ast.expr) -> ast.expr:
    """Return an argument; one that stands for several is marked."""
    starred = isinstance(argument, ast.Starred)
    return ast.Call(SPREAD, [argument.value], []) if starred else argument  # type: ignore[attr-defined]


def _named(keyword: ast.keyword) -> ast.expr:
    if keyword.arg is None:
        return ast.Call(SPREAD, [keyword.value], [])
    return ast.Tuple([ast.Constant(keyword.arg), keyword.value], ast.Load())


def length_of(node: ast.expr) -> ast.expr:
    """Return how often a loop over an expression is gone through."""
    return ast.Call(LENGTH, [node], [])
