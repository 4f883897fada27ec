"""Names for parts: an expression gets a variable."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.evaluation import early, homes, keeps_lifetime
from nerion_gym.edits.analysis.naming import RESERVED, free_name
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import indentation, line_end, own_lines
from nerion_gym.edits.analysis.values import kind_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import BRACKETLESS, Change, Piece, build_edit, fit
from nerion_gym.syntax.scopes import subtree_names
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module
from nerion_gym.syntax.scopes import Scope

WORTH = (
    *(ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp),
    *(ast.IfExp, ast.JoinedStr, ast.Await),
)
"""Expressions that deserve a name."""
TRUTHS = (ast.BoolOp, ast.Compare, ast.UnaryOp)
WHOLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)
"""Statements whose whole value gains nothing by a name."""
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
GETTERS = ("get_", "make_", "build_", "find_", "load_", "read_", "parse_", "create_", "to_")
RETURN = b"return"
RESULT = "result"
LONGEST_NAME = 24
SPOKEN = {"len": "length", "sum": "total", "sorted": "ordered", "min": "least", "max": "most"}
"""What builtins give."""


def propose_variables(module: Module) -> Iterator[Edit]:
    """Give an expression that a statement evaluates first a variable, on the line before.

    Before:
        def area(shape):
            return shape.scaled(2).area()  # in metres
    After:
        def area(shape):
            scaled = shape.scaled(2)
            return scaled.area()  # in metres

    Before:
        def check(items, most):
            if len(items) > most:
                raise ValueError(f"{len(items)} items, at most {most}")
    After:
        def check(items, most):
            length = len(items)
            if length > most:
                raise ValueError(f"{len(items)} items, at most {most}")
    After:
        def check(items, most):
            if len(items) > most:
                message = f"{len(items)} items, at most {most}"
                raise ValueError(message)

    Untouched:
        limit = len(names) + 1
        def f(a, b, key):
            while a[0] > 1: b(a[0] + 1)
            if key: return (a or b(1)).c
            b(a, open(key).name)
            return a.find(b.c) or open(key).name
    """
    for statement, (scope, _) in homes(module).items():
        nodes = [node for node in early(module, statement) if _is_worth(module, statement, node)]
        if not nodes or _starts_inside(module, statement):
            continue
        lines = own_lines(module, statement)
        for node in nodes:
            if lines is not None and keeps_lifetime(module, statement, node, node):
                yield _extracted(module, statement, lines[0], node, scope)


def _is_worth(module: Module, statement: ast.stmt, node: ast.expr) -> bool:
    """Whether an expression on one line deserves a name and may have one."""
    if not isinstance(node, WORTH) or node.lineno != node.end_lineno:
        return False
    parent = sites_of(module).of[node].parent
    around = parent.node if parent is not None else None
    if isinstance(around, ast.Call) and around.func is node:
        return False
    if isinstance(statement, WHOLE) and around is statement:
        return False
    if any(isinstance(part, ast.NamedExpr) for part in nodes_in(node)):
        return False
    if isinstance(node, ast.UnaryOp | ast.Compare):
        # A test of plain names says what it means by itself.
        return any(isinstance(part, ast.Call | ast.BinOp) for part in nodes_in(node))
    return not (isinstance(node, ast.Call) and _name_of(node.func) == "super")


def _starts_inside(module: Module, statement: ast.stmt) -> bool:
    """Whether a statement is the `elif` of another."""
    return module.text(statement).startswith(b"elif")


def _extracted(
    module: Module, statement: ast.stmt, line: int, node: ast.expr, scope: Scope
) -> Edit:
    taken = subtree_names(scope.walk())
    wanted = "condition" if kind_of(module, node) == "bool" else _suggested(node)
    name = free_name("value" if wanted in taken | RESERVED else wanted, taken)
    text = name.encode() + b" = " + module.text(node) + line_end(module)
    start, end = _with_parentheses(module, node)
    pieces = [
        Piece(line, line, indentation(module, statement) + text),
        fit(module.source, start, end, name.encode()),
    ]
    return build_edit(
        module, "extract_variable", Change(sites_of(module).of[node], pieces, {}, name)
    )


def _with_parentheses(module: Module, node: ast.expr) -> tuple[int, int]:
    """Return an operand's bytes with parentheses that it alone needs, if it has any."""
    start, end = module.table.offsets(node)
    parent = sites_of(module).of[node].parent
    around = parent.node if parent is not None else None
    enclosed = module.source[start - 1 : start] == b"(" and module.source[end : end + 1] == b")"
    own = isinstance(around, tuple(BRACKETLESS))
    in_brackets = isinstance(around, ast.Call) and around.func is not node
    in_brackets = in_brackets or (isinstance(around, ast.Subscript) and around.value is not node)
    return (start - 1, end + 1) if enclosed and own and not in_brackets else (start, end)


def _suggested(node: ast.expr) -> str:
    """Return what a reader might call a value."""
    if isinstance(node, ast.Await):
        return _suggested(node.value)
    if isinstance(node, TRUTHS):
        return "condition"
    if isinstance(node, ast.JoinedStr):
        return "message"
    named = node.func if isinstance(node, ast.Call) else node
    name = WORDS.sub("_", _name_of(named)).lower().strip("_")
    for getter in GETTERS:
        name = name.removeprefix(getter)
    usable = name.isascii() and not name[:1].isdigit() and len(name) <= LONGEST_NAME
    return SPOKEN.get(name, name) if name and usable else "value"


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def propose_temporaries(module: Module) -> Iterator[Edit]:
    """Give a returned value a name before it is returned.

    Before:
        def total(prices):
            if not prices: return 0
            return sum(prices) * 2  # doubled
    After:
        def total(prices):
            if not prices: return 0
            result = sum(prices) * 2  # doubled
            return result

    Untouched:
        def f(x):
            if x: return x + 1
            return x
        def g():
            return locals() or 1
    """
    for statement, (scope, _) in homes(module).items():
        if not isinstance(statement, ast.Return) or statement.value is None:
            continue
        if isinstance(statement.value, ast.Name | ast.Constant):
            continue
        lines = own_lines(module, statement)
        if lines is not None:
            yield _introduced(module, statement, lines, scope)


def _introduced(
    module: Module, statement: ast.Return, lines: tuple[int, int], scope: Scope
) -> Edit:
    name = free_name(RESULT, subtree_names(scope.walk()))
    start, _ = module.table.offsets(statement)
    after = start + len(RETURN)
    blank = b"" if module.source[after : after + 1] in (b" ", b"\t", b"\f", b"\\") else b" "
    new_line = indentation(module, statement) + RETURN + b" " + name.encode()
    end = line_end(module)
    ended = module.source[lines[0] : lines[1]].endswith((b"\n", b"\r"))
    pieces = [
        Piece(start, after, name.encode() + b" =" + blank),
        Piece(lines[1], lines[1], new_line + end if ended else end + new_line),
    ]
    site = sites_of(module).of[statement]
    return build_edit(module, "introduce_temporary", Change(site, pieces, {}, name))


OPERATORS = (
    Operator("extract_variable", Kind.REFACTOR, propose_variables),
    Operator("introduce_temporary", Kind.REFACTOR, propose_temporaries),
)
