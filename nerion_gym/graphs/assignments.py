"""What is assigned from what: pairs of a target and the expression that its value comes from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Assignment = tuple[ast.AST, ast.expr]
"""A name, attribute, subscript or capturing pattern, and the expression that gives its value."""
DISPLAYS = (ast.Tuple, ast.List)


def unpacked(target: ast.AST, value: ast.expr) -> Iterator[Assignment]:
    """Yield the assignments of one target: `a, b = c, d` gives each name its own value."""
    if isinstance(target, ast.Starred):
        yield from unpacked(target.value, value)
    elif not isinstance(target, DISPLAYS):
        yield target, value
    elif isinstance(value, DISPLAYS) and _side_by_side(target, value):
        for inner, part in zip(target.elts, value.elts, strict=True):
            yield from unpacked(inner, part)
    else:
        for inner in target.elts:
            yield from unpacked(inner, value)


def _side_by_side(target: ast.Tuple | ast.List, value: ast.Tuple | ast.List) -> bool:
    starred = any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
    return len(target.elts) == len(value.elts) and not starred


def _assign(node: ast.Assign) -> Iterator[Assignment]:
    for target in node.targets:
        yield from unpacked(target, node.value)


def _one_target(node: ast.AugAssign | ast.AnnAssign | ast.NamedExpr) -> Iterator[Assignment]:
    if node.value is not None:
        yield node.target, node.value


def _loop(node: ast.For | ast.AsyncFor | ast.comprehension) -> Iterator[Assignment]:
    yield from unpacked(node.target, node.iter)


def _with(node: ast.withitem) -> Iterator[Assignment]:
    if node.optional_vars is not None:
        yield from unpacked(node.optional_vars, node.context_expr)


def _match(node: ast.Match) -> Iterator[Assignment]:
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            if getattr(pattern, "name", None) or getattr(pattern, "rest", None):
                yield pattern, node.subject


ASSIGNING: dict[type[ast.AST], Callable[[Any], Iterator[Assignment]]] = {
    ast.Assign: _assign,
    **dict.fromkeys((ast.AugAssign, ast.AnnAssign, ast.NamedExpr), _one_target),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), _loop),
    ast.withitem: _with,
    ast.Match: _match,
}
"""Class of node -> its assignments."""
