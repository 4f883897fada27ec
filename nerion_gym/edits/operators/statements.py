"""Statements: one missing, a loop not run, a value lost or kept."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import extent, is_idle
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import fit, operator_piece
from nerion_gym.edits.rewriting.cutting import may_go, removal, structural
from nerion_gym.syntax.scopes import Mode
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

AUGMENT = "augment_assignment"
EMPTY = b"[]"
UNADDABLE = (ast.Dict, ast.DictComp, ast.Set, ast.SetComp, ast.Lambda)
SINGLETONS = (bool, type(None), type(...))
"""Values that nobody adds with `+=`; `None`, `True` and `...` neither."""
SIGNS: dict[type[ast.operator], bytes] = {
    ast.Add: b"+=",
    ast.Sub: b"-=",
    ast.Mult: b"*=",
    ast.MatMult: b"@=",
    ast.Div: b"/=",
    ast.FloorDiv: b"//=",
    ast.Mod: b"%=",
    ast.Pow: b"**=",
    ast.LShift: b"<<=",
    ast.RShift: b">>=",
    ast.BitAnd: b"&=",
    ast.BitOr: b"|=",
    ast.BitXor: b"^=",
}


def propose_removals(module: Module) -> Iterator[Edit]:
    """Remove a statement that is there for its effect: a call, an update, a check.

    Before:
        def f(xs, log):
            log(xs)  # first
            xs.sort(); xs[0] += 1
            if xs: log(1)
    After:
        def f(xs, log):
            xs.sort(); xs[0] += 1
            if xs: log(1)
    After:
        def f(xs, log):
            log(xs)  # first
            xs[0] += 1
            if xs: log(1)
    After:
        def f(xs, log):
            log(xs)  # first
            xs.sort()
            if xs: log(1)
    After:
        def f(xs, log):
            log(xs)  # first
            xs.sort(); xs[0] += 1
            if xs: pass

    Untouched:
        def f():
            '''A docstring is not missed.'''
            ...
    """
    yield from _removed(module, "remove_statement", ast.Expr, ast.AugAssign, ast.Delete, ast.Assert)


def propose_missing_assignments(module: Module) -> Iterator[Edit]:
    """Remove an assignment.

    Before:
        total = 0
        for n in numbers: total = total + n
    After:
        for n in numbers: total = total + n
    After:
        total = 0
        for n in numbers: pass

    Untouched:
        __all__ = ["f"]
        n: int
        def f(x=1):
            n = 1
            def g(): nonlocal n
    """
    yield from _removed(module, "remove_assignment", ast.Assign, ast.AnnAssign)


def _removed(module: Module, name: str, *kinds: type[ast.stmt]) -> Iterator[Edit]:
    for site in sites_of(module).find(*kinds):
        node = site.node
        if isinstance(node, ast.stmt) and not is_idle(node):
            piece = removal(module, node)
            if may_go(module, *extent(module, node)):
                yield structural(module, name, node, [piece], piece.text.decode())


def propose_skipped_loops(module: Module) -> Iterator[Edit]:
    """Let a loop run over nothing.

    Before:
        for x, y in(a), b: f(x)  # each
        else: g()
    After:
        for x, y in[]: f(x)  # each
        else: g()

    Untouched:
        for x in []: f(x)
        for x in (y := a): f(y)
        z = [x for x in a]
        async def f(a):
            async for x in a: f(x)
    """
    for site in sites_of(module).find(ast.For):
        around = site.node.iter if isinstance(site.node, ast.For) else None
        if around is None or _is_empty(around) or not may_go(module, *module.table.offsets(around)):
            continue
        if not any(isinstance(node, ast.NamedExpr) for node in nodes_in(around)):
            piece = fit(module.source, *module.table.offsets(around), EMPTY)
            yield structural(module, "skip_loop", around, [piece], EMPTY.decode())


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Tuple) and not node.elts


def propose_plain_assignments(module: Module) -> Iterator[Edit]:
    """Assign where a value was to be updated.

    Before:
        total +=(1,)  # more
        seen[x] <<= 1
    After:
        total =(1,)  # more
        seen[x] <<= 1
    After:
        total +=(1,)  # more
        seen[x] = 1

    Untouched:
        total = total + 1
    """
    for site in sites_of(module).find(ast.AugAssign):
        node = site.node
        if isinstance(node, ast.AugAssign):
            sign = SIGNS[type(node.op)]
            piece = operator_piece(module, node.target, node.value, sign, b"=")
            if piece is not None:
                yield structural(module, "assign_augmented", node, [piece], "=")


def propose_updates(module: Module) -> Iterator[Edit]:
    """Add to a value that was to be replaced, where the name had one before.

    Before:
        def f(x, ys):
            n = len(ys)
            for y in ys: n = y
            x = x.strip()
            return n, x
    After:
        def f(x, ys):
            n = len(ys)
            for y in ys: n += y
            x = x.strip()
            return n, x
    After:
        def f(x, ys):
            n = len(ys)
            for y in ys: n = y
            x += x.strip()
            return n, x

    Untouched:
        def f(x):
            n = 0
            a = b = n
            x.y = 1
            x = None
    """
    for site in sites_of(module).find(ast.Assign):
        node = site.node
        if not isinstance(node, ast.Assign) or not _had_a_value(module, node):
            continue
        piece = operator_piece(module, node.targets[0], node.value, b"=", b"+=")
        if piece is not None:
            yield structural(module, AUGMENT, node, [piece], "+=")


def _had_a_value(module: Module, node: ast.Assign) -> bool:
    """Whether the name is written further up in the same scope, and a sum is thinkable."""
    target = node.targets[0]
    if len(node.targets) > 1 or not isinstance(target, ast.Name):
        return False
    value = node.value
    singleton = isinstance(value, ast.Constant) and isinstance(value.value, SINGLETONS)
    if singleton or isinstance(value, UNADDABLE):
        return False
    access = mentions(module)[target]
    for other in module.scopes.binding(access).accesses:
        if other is access:
            return False
        if other.mode is Mode.WRITE and other.scope is access.scope:
            return True
    return False


OPERATORS = (
    Operator("remove_statement", Kind.MUTATION, propose_removals, aliases=("REMOVE_STATEMENT",)),
    Operator(
        "remove_assignment",
        Kind.MUTATION,
        propose_missing_assignments,
        aliases=("REMOVE_ASSIGNMENT",),
        others=(("SWE-smith", "func_pm_remove_assign"),),
    ),
    Operator(
        "skip_loop",
        Kind.MUTATION,
        propose_skipped_loops,
        aliases=("SKIP_LOOP",),
        others=(("cosmic-ray", "ZeroIterationForLoop"),),
    ),
    Operator(
        "assign_augmented",
        Kind.MUTATION,
        propose_plain_assignments,
        aliases=("ASSIGN_AUGMENTED",),
        others=(("mutmut", "operator_augmented_assignment"),),
    ),
    Operator(
        AUGMENT, Kind.MUTATION, propose_updates, repairable=True, aliases=("AUGMENT_ASSIGNMENT",)
    ),
)
