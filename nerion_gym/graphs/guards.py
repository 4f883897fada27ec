"""Which condition decides whether a statement or expression runs: pairs of the two.

A condition is the nearest one of each kind: the `if`, `while`, ternary, `case` or comprehension
`if` that directly holds the guarded node, and the last `assert` or guard clause (`if x: return`)
before it in its block. So no statement has more than two.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Guard = tuple[ast.AST, ast.AST]
"""What is guarded, and the condition."""
JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
BLOCKS = ("body", "orelse", "finalbody")


def in_block(statements: list[ast.stmt]) -> Iterator[Guard]:
    """Yield the statements of a block that an earlier assert or guard clause decides."""
    condition: ast.expr | None = None
    for statement in statements:
        if condition is not None:
            yield statement, condition
        condition = _passed(statement) or condition


def _passed(node: ast.stmt) -> ast.expr | None:
    """Return the condition that an assert or guard clause lets the following statements run by."""
    if isinstance(node, ast.Assert):
        return node.test
    if isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], JUMPS):
        return node.test
    return None


def _blocks(node: Any) -> Iterator[Guard]:
    for name in BLOCKS:
        yield from in_block(getattr(node, name, []))


def _branches(node: ast.If | ast.While) -> Iterator[Guard]:
    for statement in (*node.body, *node.orelse):
        yield statement, node.test
    yield from _blocks(node)


def _ternary(node: ast.IfExp) -> Iterator[Guard]:
    yield node.body, node.test
    yield node.orelse, node.test


def _assert(node: ast.Assert) -> Iterator[Guard]:
    if node.msg is not None:
        yield node.msg, node.test


def _case(node: ast.match_case) -> Iterator[Guard]:
    """The pattern decides the guard, the guard (or else the pattern) the body."""
    if node.guard is not None:
        yield node.guard, node.pattern
    for statement in node.body:
        yield statement, node.guard or node.pattern
    yield from _blocks(node)


def _comprehension(node: Any) -> Iterator[Guard]:
    """Each part of a comprehension is decided by the last `if` before it."""
    condition: ast.expr | None = None
    for generator in node.generators:
        if condition is not None:
            yield generator.iter, condition
        for test in generator.ifs:
            if condition is not None:
                yield test, condition
            condition = test
    results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    if condition is not None:
        for result in results:
            yield result, condition


GUARDING: dict[type[ast.AST], Callable[[Any], Iterator[Guard]]] = {
    **dict.fromkeys(
        (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor), _blocks
    ),
    **dict.fromkeys((ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.ExceptHandler), _blocks),
    **dict.fromkeys((ast.If, ast.While), _branches),
    ast.IfExp: _ternary,
    ast.Assert: _assert,
    ast.match_case: _case,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
}
"""Class of node -> what its conditions decide."""
