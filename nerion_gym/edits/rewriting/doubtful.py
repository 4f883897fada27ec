"""Literals in places where Python's compiler warns of them: `1()`, `0 is None`, `assert (a, b)`.

The program would do the same, but where warnings are errors it would not compile any more.
"""

from __future__ import annotations

import ast

from nerion_gym.edits.analysis.sites import STRINGS

NEVER_CALLED = (
    ast.Constant, ast.Tuple, ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp,
    ast.GeneratorExp, *STRINGS,
)  # fmt: skip
NEVER_INDEXED = (ast.Set, ast.SetComp, ast.GeneratorExp, ast.Lambda)
SEQUENCES = (ast.Tuple, ast.List, ast.ListComp, *STRINGS)
TESTS = (ast.Assert, ast.If, ast.IfExp)
SINGLETONS = (bool, type(None), type(...))


def is_doubtful(parent: ast.AST | None, place: ast.AST, value: ast.AST) -> bool:
    """Whether Python warns of a value that is written in a place.

    Args:
        parent: the node around the place.
        place: the child of it that the value replaces.
        value: an expression.
    """
    if isinstance(parent, ast.Call):
        return parent.func is place and isinstance(value, NEVER_CALLED)
    if isinstance(parent, ast.Subscript):
        whole = (value, parent.slice) if parent.value is place else (parent.value, value)
        return _is_wrong_index(*whole)
    if isinstance(parent, ast.Compare):
        return _is_compared_by_identity(parent, place) and _has_no_identity(value)
    return isinstance(parent, TESTS) and parent.test is place and is_always_true(value)


def is_always_true(value: ast.AST) -> bool:
    """Whether a condition is a tuple that is written down: a comma too many, linters say."""
    return isinstance(value, ast.Tuple) and bool(value.elts)


def _is_wrong_index(value: ast.AST, index: ast.AST) -> bool:
    text = isinstance(value, ast.Constant) and isinstance(value.value, str | bytes)
    if isinstance(value, SEQUENCES) or text:
        literal = isinstance(index, (*NEVER_CALLED, ast.Lambda))
        number = isinstance(index, ast.Constant) and isinstance(index.value, int)
        return literal and not number
    return isinstance(value, (*NEVER_INDEXED, ast.Constant))


def _is_compared_by_identity(parent: ast.Compare, place: ast.AST) -> bool:
    sides = [parent.left, *parent.comparators]
    return any(
        isinstance(sign, ast.Is | ast.IsNot) and place in sides[number : number + 2]
        for number, sign in enumerate(parent.ops)
    )


def _has_no_identity(value: ast.AST) -> bool:
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, SINGLETONS)
    return isinstance(value, ast.Tuple)
