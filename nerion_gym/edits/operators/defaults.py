"""Defaults of parameters: another one, or none."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import (
    Piece,
    bracketed,
    fit,
)
from nerion_gym.edits.rewriting.cutting import may_go, structural
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

EMPTY = (b"[]", b"{}", b"()")
MOST = 10**6
"""Larger numbers are magic: nobody is off by one in them."""


def propose_defaults(module: Module) -> Iterator[Edit]:
    """Change the default of a parameter.

    Before:
        def f(a=1, *, b: str='x', c=None, d=(True), e=-1.5): return a
    After:
        def f(a=0, *, b: str='x', c=None, d=(True), e=-1.5): return a
    After:
        def f(a=1, *, b: str='', c=None, d=(True), e=-1.5): return a
    After:
        def f(a=1, *, b: str='x', c=[], d=(True), e=-1.5): return a
    After:
        def f(a=1, *, b: str='x', c=None, d=(False), e=-1.5): return a
    After:
        def f(a=1, *, b: str='x', c=None, d=(True), e=0.0): return a

    Untouched:
        def f(a, b=a, *c): return f(a=1)
    """
    for site in sites_of(module).find(ast.arguments):
        for default in _defaults(site.node):
            inner = sites_of(module).of[default]
            if inner.string is not None or inner.frozen:
                continue
            for text in _others(module, default):
                piece = fit(module.source, *module.table.offsets(default), text)
                yield structural(module, "change_default", default, [piece], text.decode())


def _defaults(node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.arguments):
        return []
    return [default for default in (*node.defaults, *node.kw_defaults) if default is not None]


def _others(module: Module, default: ast.expr) -> tuple[bytes, ...]:
    """Return what a default may be taken for."""
    if isinstance(default, ast.Constant):
        if default.value is None:
            return (b"False", b"[]")
        return _other_values(default.value)
    negative = isinstance(default, ast.UnaryOp) and isinstance(default.op, ast.USub)
    if negative and isinstance(default, ast.UnaryOp) and isinstance(default.operand, ast.Constant):
        return _other_values(default.operand.value)[:1]
    return (b"None",) if module.text(default) in EMPTY else ()


def _other_values(value: object) -> tuple[bytes, ...]:
    if isinstance(value, bool):
        return (str(not value).encode(),)
    if isinstance(value, int):
        more = (str(value + 1).encode(),) if 0 < value < MOST else ()
        return (b"0" if value else b"1", *more)
    if isinstance(value, float):
        return (b"0.0" if value else b"1.0",)
    if isinstance(value, str | bytes):
        empty = b"b''" if isinstance(value, bytes) else b"''"
        return (empty if value else b"None",)
    return ()


def propose_missing_defaults(module: Module) -> Iterator[Edit]:
    """Remove the default of a parameter.

    Before:
        def f(a, b: int = (1), c=2, *, d=3,  # last
              e): return lambda x=1: x
    After:
        def f(a, b: int, c=2, *, d=3,  # last
              e): return lambda x=1: x
    After:
        def f(a, b: int = (1), c=2, *, d,  # last
              e): return lambda x=1: x
    After:
        def f(a, b: int = (1), c=2, *, d=3,  # last
              e): return lambda x: x

    Untouched:
        def f(a, *b, c, **d): return f(a=1)
    """
    for site in sites_of(module).find(ast.arguments):
        if not isinstance(site.node, ast.arguments) or site.string is not None:
            continue
        for arg, default in _removable(site.node):
            start = module.table.offsets(arg)[1]
            span = bracketed(module, start, default)
            if span is not None and may_go(module, start, span[1]):
                piece = Piece(start, span[1], b"")
                yield structural(module, "remove_default", arg, [piece])


def _removable(node: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Yield parameters whose default may go, with it.

    Behind a positional parameter with a default all others need one: only the first may go.
    """
    ordered = [*node.posonlyargs, *node.args]
    if node.defaults:
        yield ordered[len(ordered) - len(node.defaults)], node.defaults[0]
    for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if default is not None:
            yield arg, default


OPERATORS = (
    Operator("change_default", Kind.MUTATION, propose_defaults, aliases=("CHANGE_DEFAULT",)),
    Operator(
        "remove_default", Kind.MUTATION, propose_missing_defaults, aliases=("REMOVE_DEFAULT",)
    ),
)
