"""Which expressions look like whole numbers, and how they are moved by one.

Guesses, good enough for a mutation and never for a refactor: a name counts as a number where its
file counts with it.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.rewriting.changes import Change, fit, plain_edits
from nerion_gym.edits.rewriting.expressions import dropped, extents, holds_text
from nerion_gym.syntax.trees import twin

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from nerion_gym.edits.analysis.sites import Site, Sites
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

COUNTERS = frozenset({"len", "int", "ord", "sum", "abs", "round"})
"""Builtins that give numbers."""
LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
MEASURED = (ast.Sub, ast.FloorDiv)
"""Signs that only numbers know, sets apart."""
SUMS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)
SIGNS: dict[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub}
OPPOSITE: dict[str, type[ast.operator]] = {"+": ast.Sub, "-": ast.Add}
ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


def is_number(node: ast.AST | None) -> bool:
    """Whether a node is a number as written, with a minus in front or not."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, int | float)


def _looks_counted(module: Module, node: ast.AST) -> bool:
    """Whether an expression, not a number as written, looks like one."""
    if isinstance(node, ast.Name | ast.Attribute):
        return _key(module, node) in _counters(module)
    if isinstance(node, ast.BinOp):
        if not isinstance(node.op, SUMS) or holds_text(node):
            return False
        return any(
            is_number(side) or _looks_counted(module, side) for side in (node.left, node.right)
        )
    return _called(node) in COUNTERS


def _called(node: ast.AST | None) -> str:
    """Return the plain name that a call calls, "" for anything else."""
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return node.func.id if named else ""  # type: ignore[union-attr]


def _key(module: Module, node: ast.AST) -> Hashable:
    if isinstance(node, ast.Attribute):
        return node.attr
    access = mentions(module).get(node)
    return None if access is None else module.scopes.key(access)


@lru_cache(maxsize=64)
def _counters(module: Module) -> frozenset[Hashable]:
    """Return the bindings and attributes that a file counts with."""
    found = [
        _key(module, node)
        for node in _evidence(sites_of(module))
        if isinstance(node, ast.Name | ast.Attribute | ast.arg)
    ]
    return frozenset(key for key in found if key is not None)


def _evidence(sites: Sites) -> Iterator[ast.AST]:
    for site in sites.find(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr):
        yield from _assigned(site.node)
    for site in sites.find(*LOOPS):
        yield from _looped(site.node)
    for site in sites.find(ast.Compare, ast.BinOp):
        yield from _measured(site.node)
    for site in sites.find(ast.Call):
        if isinstance(site.node, ast.Call) and _called(site.node) == "range":
            yield from site.node.args
    for site in sites.find(ast.arguments):
        yield from _defaulted(site.node)


def _assigned(node: ast.AST) -> Iterator[ast.AST]:
    value: ast.expr | None = getattr(node, "value", None)
    if is_number(value) or _called(value) in COUNTERS:
        yield from getattr(node, "targets", None) or [getattr(node, "target", node)]


def _looped(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, LOOPS):
        return
    called = _called(node.iter)
    if called == "range":
        yield node.target
    elif called == "enumerate" and isinstance(node.target, ast.Tuple):
        yield node.target.elts[0]


def _measured(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ORDERED):
        sides = [node.left, *node.comparators]
        if any(is_number(side) or _called(side) == "len" for side in sides):
            yield from sides
    elif isinstance(node, ast.BinOp) and isinstance(node.op, MEASURED):
        # `x - 1` proves nothing: where it becomes `x`, the way back must not be lost.
        yield from [node.left] if is_number(node.right) and not _is_one(node.right) else []


def _defaulted(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.arguments):
        named = [*node.posonlyargs, *node.args][::-1]
        pairs: list[tuple[ast.arg, ast.expr | None]] = [
            *zip(named, node.defaults[::-1], strict=False),
            *zip(node.kwonlyargs, node.kw_defaults, strict=True),
        ]
        yield from (parameter for parameter, default in pairs if is_number(default))


@lru_cache(maxsize=64)
def counted(module: Module) -> tuple[Site, ...]:
    """Return the expressions that look like numbers where one is used and a sum may stand.

    Subscripts, arguments, right sides of comparisons, returned and assigned values.
    """
    return tuple(site for site in _places(module) if _looks_counted(module, site.node))


@lru_cache(maxsize=64)
def numbers_used(module: Module) -> tuple[Site, ...]:
    """Return the numbers as written, no minus in front, that stand in such places."""
    return tuple(
        site
        for site in _places(module)
        if isinstance(site.node, ast.Constant) and is_number(site.node)
    )


@lru_cache(maxsize=64)
def _places(module: Module) -> tuple[Site, ...]:
    sites = sites_of(module)
    found = sites.find(ast.Subscript, ast.Call, ast.Compare, ast.Return, ast.Assign, ast.AugAssign)
    places = [sites.of[node] for site in found for node in _used(site.node)]
    return tuple(place for place in places if not place.frozen)


def _used(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.Call):
        return [] if _called(node) == "isinstance" else node.args
    if isinstance(node, ast.Compare):
        return node.comparators[-1:] if isinstance(node.ops[-1], (*ORDERED, ast.Eq)) else []
    value = getattr(node, "value", None)
    return [value] if isinstance(value, ast.expr) else []


def stepped_by_one(module: Module, operator: str, site: Site, sign: str) -> Iterator[Edit]:
    """Yield the edit `x` -> `x + 1` (for "-": `x - 1`); what is `x - 1` becomes `x` instead.

    Args:
        module: the file.
        operator: canonical name.
        site: where a sum may stand.
        sign: "+" or "-".
    """
    node = site.node
    if isinstance(node, ast.BinOp) and is_number(node.right):
        yield from _stepped_back(module, operator, site, sign)
    elif isinstance(node, ast.expr) and _binds_tightly(node):
        end = module.table.offsets(node)[1]
        piece = fit(module.source, end, end, f" {sign} 1".encode())
        after = ast.BinOp(twin(node), SIGNS[sign](), ast.Constant(1))
        yield from plain_edits(module, operator, Change(site, [piece], {node: after}, f"{sign} 1"))


def _binds_tightly(node: ast.AST) -> bool:
    """Whether a sum may be made of an expression as it stands."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (*SUMS, ast.Div, ast.Mod, ast.MatMult, ast.Pow))
    signed = isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not)
    return signed or isinstance(node, ATOMS)


def _stepped_back(module: Module, operator: str, site: Site, sign: str) -> Iterator[Edit]:
    """Yield `x - 1` -> `x`; other numbers are moved by steps of their own."""
    node = site.node
    if not isinstance(node, ast.BinOp) or type(node.op) is not OPPOSITE[sign]:
        return
    left = node.left
    again = isinstance(left, ast.BinOp) and is_number(left.right)
    if not _is_one(node.right) or again or not _looks_counted(module, left):
        return
    end = module.table.offsets(node)[1]
    start = extents(module, node, (left, node.right))[0][1]
    if b"#" not in module.source[start:end]:
        piece = dropped(module.source, start, end)
        yield from plain_edits(module, operator, Change(site, [piece], {node: left}, ""))


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and repr(node.value) == "1"


def negated(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edit that puts a minus in front of a number, or of what looks like one.

    Args:
        module: the file.
        operator: canonical name.
        site: one of `counted` or `numbers_used`.
    """
    node = site.node
    zero = isinstance(node, ast.Constant) and node.value == 0
    if isinstance(node, (*ATOMS, ast.Constant)) and not zero:
        start, _ = module.table.offsets(node)
        piece = fit(module.source, start, start, b"-")
        after = ast.UnaryOp(ast.USub(), twin(node))
        yield from plain_edits(module, operator, Change(site, [piece], {node: after}, "-"))


def unsigned(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edit that loses the sign of an `ast.UnaryOp`, blanks behind it included."""
    node = site.node
    if not isinstance(node, ast.UnaryOp):
        return
    start, _ = module.table.offsets(node)
    end = start + 1
    while module.source[end : end + 1] in (b" ", b"\t"):
        end += 1
    piece = dropped(module.source, start, end)
    yield from plain_edits(module, operator, Change(site, [piece], {node: node.operand}, ""))
