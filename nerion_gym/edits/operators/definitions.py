"""Definitions: a decorator, a base or a method is missing; a lambda gives nothing."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import REST_OF_LINE, before_break, extent, is_idle, places
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import (
    Change,
    Piece,
    bracketed,
    build_edit,
    fit,
    listed,
    unlisted,
    verified_edit,
)
from nerion_gym.edits.rewriting.cutting import PASS, may_go, removal, structural
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

# From the name, or the last type parameter, to the bracket before the bases; from them to its end.
NAMED = re.compile(rb"class[\s\\]+[A-Za-z0-9_\x80-\xff]+[\s\\]*\(")
TYPED = re.compile(rb"(?:[\s\\,]|#[^\r\n]*+)*\][\s\\]*\(")
CLOSING = re.compile(rb"(?:[\s\\,]|#[^\r\n]*+)*\)")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
TYPING_ONLY = frozenset({"overload", "override", "final", "no_type_check", "type_check_only"})
"""Decorators that change nothing when the program runs."""
WITHOUT_EFFECT = frozenset({"object", "Generic"})
"""Bases that hardly change what a class does."""


def propose_missing_decorators(module: Module) -> Iterator[Edit]:
    """Remove a decorator of a function or class.

    Before:
        class A:
            @property  # once
            # why
            @cache(
                1)
            def f(self): return 1
    After:
        class A:
            # why
            @cache(
                1)
            def f(self): return 1
    After:
        class A:
            @property  # once
            # why
            def f(self): return 1

    Untouched:
        @typing.overload
        def f(x: int): ...
        f = cache(f)
    """
    for site in sites_of(module).find(*FUNCTIONS, ast.ClassDef):
        for decorator in getattr(site.node, "decorator_list", []):
            piece = _undecorated(module, decorator)
            if piece is not None and may_go(module, piece.start, piece.end):
                yield structural(module, "remove_decorator", decorator, [piece])


def _undecorated(module: Module, decorator: ast.expr) -> Piece | None:
    source = module.source
    name = getattr(decorator, "attr", getattr(decorator, "id", ""))
    sign = source.rindex(b"@", 0, module.table.offsets(decorator)[0])
    line = module.table.starts[module.table.line_of(sign) - 1]
    span = bracketed(module, sign + 1, decorator)
    rest = REST_OF_LINE.match(source, span[1]) if span is not None else None
    depth = source[line:sign]
    if name in TYPING_ONLY or rest is None or depth.strip(b" \t\f"):
        return None
    # From sign to sign where that is the same, so that a function's edits stay inside of it.
    if source.startswith(depth, rest.end()):
        return Piece(sign, rest.end() + len(depth), b"")
    return Piece(line, rest.end(), b"")


def propose_missing_bases(module: Module) -> Iterator[Edit]:
    """Remove a base of a class.

    Before:
        class A(b.B, (C),  # mixed in
                metaclass=M): x = 1
        class D(A): x = 2
    After:
        class A((C),  # mixed in
                metaclass=M): x = 1
        class D(A): x = 2
    After:
        class A(b.B, metaclass=M): x = 1
        class D(A): x = 2
    After:
        class A(b.B, (C),  # mixed in
                metaclass=M): x = 1
        class D: x = 2

    Untouched:
        class A(object, Generic[T], metaclass=M): x = 1
    """
    for site in sites_of(module).find(ast.ClassDef):
        node = site.node
        if not isinstance(node, ast.ClassDef) or not node.bases:
            continue
        items = sorted([*node.bases, *node.keywords], key=module.table.offsets)
        opening = _opening(module, node, items[0])
        spans = listed(module, opening + 1, items) if opening else []
        for index, item in enumerate(items[: len(spans)]):
            if not isinstance(item, ast.expr) or _head(item) in WITHOUT_EFFECT:
                continue
            piece = unlisted(spans, index) if len(spans) > 1 else _alone(module, opening, spans[0])
            if may_go(module, piece.start, piece.end):
                yield structural(module, "remove_base", item, [piece])


def _head(base: ast.expr) -> str:
    base = base.value if isinstance(base, ast.Subscript) else base
    return str(getattr(base, "attr", getattr(base, "id", "")))


def _opening(module: Module, node: ast.ClassDef, first: ast.AST) -> int:
    """Return where the bracket of a class's bases stands; 0 where that cannot be told."""
    ends = [module.table.offsets(part)[1] for part in getattr(node, "type_params", [])]
    start = ends[-1] if ends else module.table.offsets(node)[0]
    match = (TYPED if ends else NAMED).match(module.source, start, module.table.offsets(first)[0])
    return match.end() - 1 if match else 0


def _alone(module: Module, opening: int, span: tuple[int, int]) -> Piece:
    """Return the piece that takes the one base away, brackets included if they are its own."""
    match = CLOSING.match(module.source, span[1])
    return Piece(opening, match.end(), b"") if match else Piece(*span, b"")


def propose_missing_methods(module: Module) -> Iterator[Edit]:
    """Remove a method, or all that it does.

    Before:
        class A:
            def f(self):
                '''Say.'''
                return 1  # one

            @property
            def g(self): return 2
    After:
        class A:
            def f(self):
                '''Say.'''
                pass  # one

            @property
            def g(self): return 2
    After:
        class A:

            @property
            def g(self): return 2
    After:
        class A:
            def f(self):
                '''Say.'''
                return 1  # one

    Untouched:
        def f(): return 1
        class A:
            def f(self): pass
            @overload
            def g(self): ...
    """
    for site in sites_of(module).find(*FUNCTIONS):
        node = site.node
        around = site.parent.node if site.parent is not None else None
        if not isinstance(node, FUNCTIONS) or not isinstance(around, ast.ClassDef):
            continue
        body = node.body[1:] if is_idle(node.body[0]) else node.body
        if not body or (len(body) == 1 and isinstance(body[0], ast.Pass)):
            continue
        start, end = extent(module, body[0])[0], extent(module, body[-1])[1]
        yield structural(module, "remove_method", node, [Piece(start, end, PASS)], "pass")
        if len(places(module)[node].block.body) > 1:
            yield structural(module, "remove_method", node, [_closed_up(module, node)])


def _closed_up(module: Module, node: ast.stmt) -> Piece:
    """Return the removal of a definition with the blank lines in front of it."""
    piece = removal(module, node)
    end = len(module.source[: piece.start].rstrip())
    rest = REST_OF_LINE.match(module.source, end)
    start = before_break(module, rest.end()) if rest else piece.start
    return piece if piece.text else piece._replace(start=min(start, piece.start))


def propose_lambdas(module: Module) -> Iterator[Edit]:
    """Let a lambda give nothing, or zero where it gave nothing.

    Before:
        f = sorted(xs, key=lambda x:(x.n)); g = lambda: None
    After:
        f = sorted(xs, key=lambda x:(None)); g = lambda: None
    After:
        f = sorted(xs, key=lambda x:(x.n)); g = lambda: 0

    Untouched:
        def f(x): return None
    """
    for site in sites_of(module).find(ast.Lambda):
        body = site.node.body if isinstance(site.node, ast.Lambda) else None
        if body is None:
            continue
        is_none = isinstance(body, ast.Constant) and body.value is None
        text = "0" if is_none else "None"
        piece = fit(module.source, *module.table.offsets(body), text.encode())
        wanted = ast.Constant(0 if is_none else None)
        change = Change(sites_of(module).of[body], [piece], {body: wanted}, text)
        if site.string is None:
            yield build_edit(module, "change_lambda", change)
            continue
        edit = verified_edit(module, "change_lambda", change)
        if edit is not None:
            yield edit


OPERATORS = (
    Operator(
        "remove_decorator",
        Kind.MUTATION,
        propose_missing_decorators,
        aliases=("REMOVE_DECORATOR",),
        others=(("cosmic-ray", "RemoveDecorator"),),
    ),
    Operator(
        "remove_base",
        Kind.MUTATION,
        propose_missing_bases,
        aliases=("REMOVE_BASE",),
        others=(("SWE-smith", "func_pm_class_rm_base"),),
    ),
    Operator(
        "remove_method",
        Kind.MUTATION,
        propose_missing_methods,
        aliases=("REMOVE_METHOD",),
        others=(("SWE-smith", "func_pm_class_rm_funcs"),),
    ),
    Operator(
        "change_lambda",
        Kind.MUTATION,
        propose_lambdas,
        aliases=("CHANGE_LAMBDA",),
        others=(("mutmut", "operator_lambda"),),
    ),
)
