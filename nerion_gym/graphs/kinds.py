"""What a syntax node is called in the graph, and what it keeps in its fields."""

from __future__ import annotations

import ast
from typing import Any

from nerion_gym.graphs import schema
from nerion_gym.graphs.words import token_id
from nerion_gym.syntax.trees import CLASSES, FIELDS

OTHER = schema.KIND_ID["other"]
CONSTANTS = {
    type(None): "none",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    type(...): "ellipsis",
}
CONSTANT_KINDS = {kind: schema.KIND_ID[f"Constant.{name}"] for kind, name in CONSTANTS.items()}
NAME_KINDS = {
    ast.Load: schema.KIND_ID["Name"],
    ast.Store: schema.KIND_ID["Name.store"],
    ast.Del: schema.KIND_ID["Name.del"],
}
STRINGS = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))
DECORATED: frozenset[type] = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
DESCRIPTIONS = {cls: (schema.KIND_ID.get(cls.__name__, OTHER), 0, cls.__name__) for cls in CLASSES}
SIGN_TEXTS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Mod: "%",
    ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitXor: "^",
    ast.BitAnd: "&", ast.FloorDiv: "//", ast.Invert: "~", ast.Not: "not", ast.UAdd: "+",
    ast.USub: "-", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip
CONVERSIONS = {115: "!s", 114: "!r", 97: "!a"}


def constant_kind(node: ast.Constant) -> int:
    """Return the kind id of a literal."""
    return CONSTANT_KINDS.get(node.value.__class__, OTHER)


def describe(node: ast.AST) -> tuple[int, int, str]:
    """Return a node's kind id, token id (0: none of its own) and label."""
    if isinstance(node, ast.Name):
        return NAME_KINDS[node.ctx.__class__], token_id(node.id), node.id
    if isinstance(node, ast.Constant):
        label = repr(node.value)
        return constant_kind(node), token_id(label), label
    return DESCRIPTIONS[node.__class__]


def fields_of(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """Return (field name, child) pairs; the parts of `arguments` count as the function's own."""
    found: list[tuple[str, ast.AST]] = []
    for name in FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [(name, item) for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.arguments):
            found += [(f"{name}.{inner}", child) for inner, child in fields_of(value)]
        elif isinstance(value, ast.AST):
            found.append((name, value))
    return found


def written_in(node: Any) -> list[str]:
    """Return the words and signs that a node keeps as fields: operators, attribute names."""
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp):
        return [SIGN_TEXTS[node.op.__class__]]
    if isinstance(node, ast.Compare):
        return [word for op in node.ops for word in SIGN_TEXTS[op.__class__].split()]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.keyword) and node.arg:
        return [node.arg]
    conversion = CONVERSIONS.get(getattr(node, "conversion", -1))
    return [conversion] if conversion else []
