"""Which kind of value an expression has, known without running it.

Only what is certain counts: a parameter may be anything, so may an attribute.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.syntax.flow import UNBOUND
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import LOCAL_KINDS, Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

NUMBERS = frozenset({"int", "float", "bool"})
WHOLE = frozenset({"int", "bool"})
TEXTS = frozenset({"str", "bytes"})
CONTAINERS = frozenset({"list", "tuple", "dict", "set"})
DISPLAYS: dict[type[ast.AST], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
}
CALLS = {
    **dict.fromkeys(("len", "int", "ord", "hash", "id"), "int"),
    **dict.fromkeys(("ascii", "chr", "hex", "oct", "bin"), "str"),
    **dict.fromkeys(("bool", "isinstance", "issubclass", "callable", "hasattr"), "bool"),
    **dict.fromkeys(("any", "all"), "bool"),
    **{name: name for name in ("float", "list", "tuple", "dict", "set")},
    "sorted": "list",
}
"""Builtins -> the kind of value that they give, whatever they are given. Not `str` and its like:
what `__str__` gives may be a subclass."""
WRITERS = (
    *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr),
    *(ast.For, ast.AsyncFor, ast.comprehension),
)
SUMS = (ast.Add, ast.Sub, ast.Mult)
BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
DEEPEST = 4
"""Assignments that are followed to learn a variable's kind."""


@lru_cache(maxsize=64)
def mentions(module: Module) -> dict[ast.AST, Access]:
    """Return the access that each `ast.Name` (and parameter) of a file is."""
    return {access.node: access for access in module.scopes.accesses}


def is_builtin(module: Module, node: ast.AST, *names: str) -> bool:
    """Whether a node is the name of a builtin (one of these, if any are given), bound nowhere."""
    if not isinstance(node, ast.Name) or (names and node.id not in names):
        return False
    access = mentions(module).get(node)
    if access is None or module.scopes.star:
        return False
    binding = module.scopes.binding(access)
    return binding.scope is module.scopes.root and not binding.times_written


def is_local(module: Module, node: ast.Name) -> bool:
    """Whether a name belongs to a function, lambda or comprehension."""
    access = mentions(module).get(node)
    return access is not None and module.scopes.binding(access).scope.kind in LOCAL_KINDS


def kind_of(module: Module, node: ast.AST, depth: int = 0) -> str:
    """Return the name of the exact builtin type that a value has for certain, else ""."""
    known = KINDS.get(type(node))
    return DISPLAYS.get(type(node), "") if known is None else known(module, node, depth)


def _kind_of_constant(_module: Module, node: ast.Constant, _depth: int) -> str:
    return type(node.value).__name__


def _kind_of_binary(module: Module, node: ast.BinOp, depth: int) -> str:
    left, right = (kind_of(module, side, depth) for side in (node.left, node.right))
    return _kind_of_operation(node.op, left, right)


def _kind_of_either(module: Module, node: ast.BoolOp | ast.IfExp, depth: int) -> str:
    values = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
    kinds = {kind_of(module, value, depth) for value in values}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind_of_call(module: Module, node: ast.Call, _depth: int) -> str:
    func = node.func
    return CALLS[func.id] if isinstance(func, ast.Name) and is_builtin(module, func, *CALLS) else ""


def _kind_of_walrus(module: Module, node: ast.NamedExpr, depth: int) -> str:
    return kind_of(module, node.value, depth)


def _kind_of_text(_module: Module, node: ast.JoinedStr, _depth: int) -> str:
    """One value alone is what its `__format__` gives."""
    return "" if len(node.values) == 1 else "str"


def _kind_of_unary(module: Module, node: ast.UnaryOp, depth: int) -> str:
    if isinstance(node.op, ast.Not):
        return "bool"
    kind = kind_of(module, node.operand, depth)
    if kind in WHOLE:
        return "int"
    return kind if kind == "float" and not isinstance(node.op, ast.Invert) else ""


def _kind_of_operation(sign: ast.operator, left: str, right: str) -> str:
    kinds = {left, right}
    if kinds <= NUMBERS:
        return _kind_of_arithmetic(sign, kinds)
    formatted = isinstance(sign, ast.Mod) and left in TEXTS
    joined = isinstance(sign, ast.Add) and left == right and left in TEXTS | {"list", "tuple"}
    return left if formatted or joined else ""


def _kind_of_arithmetic(sign: ast.operator, kinds: set[str]) -> str:
    """A power may be any number."""
    if isinstance(sign, ast.Div):
        return "float"
    if isinstance(sign, (*SUMS, ast.FloorDiv, ast.Mod)):
        return "float" if "float" in kinds else "int"
    if kinds <= WHOLE and isinstance(sign, (*BITS, ast.LShift, ast.RShift)):
        return "bool" if kinds == {"bool"} and isinstance(sign, BITS) else "int"
    return ""


def _kind_of_comparison(module: Module, node: ast.Compare, depth: int) -> str:
    """A comparison gives whatever `__eq__` gives; identity and membership give bools."""
    if all(isinstance(sign, ast.Is | ast.IsNot | ast.In | ast.NotIn) for sign in node.ops):
        return "bool"
    kinds = {kind_of(module, side, depth) for side in (node.left, *node.comparators)}
    return "bool" if kinds <= NUMBERS or (len(kinds) == 1 and kinds <= TEXTS) else ""


def _kind_of_name(module: Module, node: ast.Name, depth: int) -> str:
    if depth >= DEEPEST or not isinstance(node.ctx, ast.Load) or not is_local(module, node):
        return ""
    flow = name_flow(module)
    found = flow.found_by(node)
    if not found or UNBOUND in found:
        return ""
    kinds = {_kind_written(module, flow.accesses[write], depth + 1) for write in found}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind_written(module: Module, access: Access, depth: int) -> str:
    """Return the kind of value that a write gives its name."""
    statement = written_by(module, access.node)
    if access.mode is not Mode.WRITE or statement is None:
        return ""
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return "" if statement.value is None else kind_of(module, statement.value, depth)
    if isinstance(statement, ast.AugAssign):
        value = kind_of(module, statement.value, depth)
        before = _kind_before(module, statement, depth)
        return _kind_of_operation(statement.op, before, value)
    if isinstance(statement, ast.For | ast.comprehension):
        ranged = isinstance(statement.iter, ast.Call) and is_builtin(
            module, statement.iter.func, "range"
        )
        return "int" if ranged else ""
    return ""


def _kind_before(module: Module, statement: ast.AugAssign, depth: int) -> str:
    """Return the kind that a name has before `x += ...`, itself left out of a loop's writes."""
    flow = name_flow(module)
    found = {
        write
        for write in flow.found_by(statement.target)
        if write == UNBOUND or flow.accesses[write].node is not statement.target
    }
    if UNBOUND in found or depth >= DEEPEST:
        return ""
    kinds = {_kind_written(module, flow.accesses[write], depth + 1) for write in found}
    return kinds.pop() if len(kinds) == 1 else ""


def kinds_found(module: Module, name: ast.Name, own: ast.AST) -> set[str]:
    """Return the kinds that a local variable may have where it is read, "" for an unknown one.

    Args:
        module: the file.
        name: where it is read (the target of `x += ...` reads it too).
        own: a write that does not count: the one that the value is used for.
    """
    flow = name_flow(module)
    found = flow.found_by(name)
    if not is_local(module, name) or not found or UNBOUND in found:
        return {""}
    others = [flow.accesses[write] for write in found if flow.accesses[write].node is not own]
    return {_kind_written(module, access, 1) for access in others} or {""}


def written_by(module: Module, target: ast.AST) -> ast.AST | None:
    """Return what gives a name its value whole: `x = `, `x += `, `x := `, `for x in`; else None."""
    return _writers(module).get(target)


@lru_cache(maxsize=64)
def _writers(module: Module) -> dict[ast.AST, ast.AST]:
    found: dict[ast.AST, ast.AST] = {}
    for node in sites_of(module).every(*WRITERS):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                found[target] = node
    return found


KINDS: dict[type[ast.AST], Callable[[Module, Any, int], str]] = {
    ast.Constant: _kind_of_constant,
    ast.UnaryOp: _kind_of_unary,
    ast.BinOp: _kind_of_binary,
    ast.Compare: _kind_of_comparison,
    ast.BoolOp: _kind_of_either,
    ast.IfExp: _kind_of_either,
    ast.Call: _kind_of_call,
    ast.NamedExpr: _kind_of_walrus,
    ast.JoinedStr: _kind_of_text,
    ast.Name: _kind_of_name,
}
