"""Walks over `ast` trees that never recurse, so that deep programs cannot exhaust the stack."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

N = TypeVar("N", bound=ast.AST)
POSITIONS = frozenset({"lineno", "col_offset", "end_lineno", "end_col_offset"})
MARKS = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
"""Nodes that stand for a word or sign of their parent and have neither position nor children."""
LEAVES: frozenset[type] = frozenset({ast.Name, ast.Constant})
"""Nodes that are one token, whatever it says."""
CLASSES: tuple[type[ast.AST], ...] = tuple(
    cls for cls in vars(ast).values() if isinstance(cls, type) and issubclass(cls, ast.AST)
)
NOT_CHILDREN = frozenset(
    {"ctx", "op", "ops", "attr", "arg", "id", "name", "asname", "module", "level", "simple"}
    | {"is_async", "conversion", "rest", "kwd_attrs", "tag", "str", "type_comment", "type_ignores"}
)
NAMES_ALONE = (*LEAVES, ast.alias, ast.Global, ast.Nonlocal)
FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(name for name in cls._fields if name not in NOT_CHILDREN) for cls in CLASSES
} | dict.fromkeys(NAMES_ALONE, ())
"""Class -> the fields that may hold child nodes."""
if hasattr(ast, "TypeAlias"):
    FIELDS[ast.TypeAlias] = ast.TypeAlias._fields  # here alone the name is a node
GAPPED = (ast.Dict, ast.arguments)
"""Nodes with a None in their lists: for `**a`, and for a keyword without a default."""
NOT_NODES = frozenset({"identifier", "int", "string", "constant"})
SIGNATURE = re.compile(r"(\w+)([*?]*) (\w+)")


def _shape(cls: type[ast.AST]) -> tuple[tuple[str, bool], ...]:
    """Return (field, whether it is a list) of the fields that hold nodes, from `ast`'s own words.

    The doc of a class of `ast` is its signature: "Call(expr func, expr* args, keyword* keywords)".
    """
    said = {name: (kind, "*" in many) for kind, many, name in SIGNATURE.findall(cls.__doc__ or "")}
    named = [(name, *said[name]) for name in FIELDS[cls] if name in said]
    return tuple((name, many) for name, kind, many in named if kind not in NOT_NODES)


SHAPES: dict[type[ast.AST], tuple[tuple[str, bool], ...]] = {cls: _shape(cls) for cls in CLASSES}
"""Class -> the fields that hold child nodes, and whether each is a list (of nodes or `None`)."""


def _children(node: ast.AST) -> Sequence[ast.AST]:
    """Return the children of any node."""
    found: list[ast.AST] = []
    for name in FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += value
        elif value.__class__ in FIELDS:
            found.append(value)
    return [child for child in found if child is not None] if isinstance(node, GAPPED) else found


COMMON: dict[type[ast.AST], Callable[[Any], Sequence[ast.AST]]] = {
    ast.Module: lambda node: node.body,
    ast.Expr: lambda node: (node.value,),
    ast.Assign: lambda node: [*node.targets, node.value],
    ast.If: lambda node: [node.test, *node.body, *node.orelse],
    ast.Return: lambda node: () if node.value is None else (node.value,),
    ast.Call: lambda node: [node.func, *node.args, *node.keywords],
    ast.keyword: lambda node: (node.value,),
    ast.Attribute: lambda node: (node.value,),
    ast.Subscript: lambda node: (node.value, node.slice),
    ast.BinOp: lambda node: (node.left, node.right),
    ast.UnaryOp: lambda node: (node.operand,),
    ast.BoolOp: lambda node: node.values,
    ast.Compare: lambda node: [node.left, *node.comparators],
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
}
"""The nodes that most of every program is made of: six times as fast by hand."""
CHILDREN: dict[type[ast.AST], Callable[[Any], Sequence[ast.AST]]] = {
    cls: COMMON.get(cls, _children) if FIELDS[cls] else lambda _node: () for cls in CLASSES
}


def children(node: ast.AST) -> Sequence[ast.AST]:
    """Return the child nodes in field order, without operators and contexts."""
    return CHILDREN[node.__class__](node)


class Walk(NamedTuple):
    """Every node of a tree except operators and contexts, outer ones first.

    Attributes:
        parents: node -> the node around it, None for the top.
        by_type: class -> its nodes.
        depth: levels of nodes.
    """

    parents: dict[ast.AST, ast.AST | None]
    by_type: dict[type[ast.AST], list[ast.AST]]
    depth: int


def walked(top: ast.AST) -> Walk:
    """Visit every node once, level by level."""
    parents: dict[ast.AST, ast.AST | None] = {top: None}
    by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    level: Sequence[ast.AST] = [top]
    depth = 0
    while level:
        depth += 1
        below: list[ast.AST] = []
        for node in level:
            cls = node.__class__
            by_type[cls].append(node)
            inside = CHILDREN[cls](node)
            if inside:
                below += inside
                for child in inside:
                    parents[child] = node
        level = below
    return Walk(parents, by_type, depth)


def nodes_in(top: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes below it, in the order of `ast.walk` in a third of its time.

    Operators and contexts are left out.
    """
    found = [top]
    for node in found:
        found += CHILDREN[node.__class__](node)
    return found


def twin(node: N) -> N:
    """Return another node with the same fields and position: `copy.copy` takes ten times as long.

    What replaces a node must not hold the node itself.
    """
    other = node.__class__.__new__(node.__class__)
    other.__dict__.update(node.__dict__)
    return other


def same_tree(
    left: ast.AST, right: ast.AST, replaced: Mapping[ast.AST, ast.AST] | None = None
) -> bool:
    """Whether two trees mean the same program: all fields equal, positions apart.

    Args:
        left: a tree.
        right: the tree to compare it with.
        replaced: nodes of `left` that count as other nodes.
    """
    swaps = replaced or {}
    pending: list[tuple[object, object]] = [(left, right)]
    while pending:
        one, two = pending.pop()
        if isinstance(one, ast.AST):
            one = swaps.get(one, one)
            if type(one) is not type(two):
                return False
            pending += [
                (getattr(one, field, None), getattr(two, field, None)) for field in one._fields
            ]
        elif isinstance(one, list):
            if not isinstance(two, list) or len(one) != len(two):
                return False
            pending += zip(one, two, strict=True)
        elif type(one) is not type(two) or repr(one) != repr(two):
            # repr tells 0.0 from -0.0 and 1 from True, which `==` does not.
            return False
    return True
