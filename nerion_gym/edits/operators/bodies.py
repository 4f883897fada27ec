"""Bodies for calls: a function gives way to what it returns."""

from __future__ import annotations

import ast
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.evaluation import (
    early,
    homes,
    is_still,
    is_surely_bound,
    keeps_lifetime,
)
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import own_lines
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import (
    Change,
    Piece,
    anchor_of,
    build_edit,
    fit,
    means,
    merged,
    spliced,
)
from nerion_gym.edits.rewriting.doubtful import is_doubtful
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Scope

LOOSE = (ast.IfExp, ast.Lambda)
"""Expressions that may stand bare only as a whole or as an argument."""
ROOMY = (ast.Call, ast.keyword, ast.stmt)
NEVER = (ast.Starred, ast.GeneratorExp)
FRAMED = frozenset({"super", "__class__"})
ATOMS = (
    ast.Name,
    ast.Constant,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.Set,
)
PLAIN, WRAPPED = (b"%s",), (b"(%s)",)


class Inlined(NamedTuple):
    """A function inside another whose body is one expression, and how it is called.

    Attributes:
        node: its definition.
        scope: its own names.
        body: its only statement.
        calls: the functions that calls of it name, all mentions there are.
    """

    node: ast.FunctionDef
    scope: Scope
    body: ast.Return
    calls: list[ast.Name]


def propose_inlined(module: Module) -> Iterator[Edit]:
    """Put the expression that a function inside another returns in place of a call of it.

    The definition goes with its only call. Functions of the module stay: tests may replace them.

    Before:
        def totals(rows, rate):
            def taxed(price):
                return price * rate
            return [taxed(row.price) for row in rows]
    After:
        def totals(rows, rate):
            return [row.price * rate for row in rows]

    Before:
        def ends(text, size):
            def cut(start):
                return text[start:start + size]
            return cut(0) + cut(size)
    After:
        def ends(text, size):
            def cut(start):
                return text[start:start + size]
            return text[0:0 + size] + cut(size)

    Untouched:
        def taxed(price):
            return price * 2
        def f(a, rows):
            def twice(row):
                return row + row
            def later(row, b=1):
                return row
            return twice(a()) + later(a) + taxed(a), later
    """
    for function in module.functions:
        found = _one_expression(module, function.node)
        if found is None:
            continue
        for name in found.calls:
            yield from _replaced(module, found, name)


def _one_expression(module: Module, node: ast.AST) -> Inlined | None:
    """Return a function inside another that may be inlined; None for others."""
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or len(node.body) != 1:
        return None
    body, scope = node.body[0], module.scopes.by_node[node]
    plain = not isinstance(body, ast.Return) or body.value is None or not _is_simple(node.args)
    if plain or scope.parent is None or scope.parent.kind is not ScopeKind.FUNCTION:
        return None
    if not isinstance(body, ast.Return) or node not in homes(module) or scope.children:
        return None
    lines = own_lines(module, node)
    if lines is not None and b"#" in module.source[slice(*lines)]:
        return None
    binding = module.scopes.binding(mentions(module)[node])
    uses = [access.node for access in binding.accesses if access.node is not node]
    calls = [use for use in uses if isinstance(use, ast.Name) and _call_of(module, use)]
    if binding.scope is not scope.parent or len(calls) < len(uses):
        return None
    recursive = any(access.name == node.name for access in scope.accesses)
    return (
        None if recursive or _is_bound_to_frame(module, body) else Inlined(node, scope, body, calls)
    )


def _is_simple(arguments: ast.arguments) -> bool:
    """Whether all parameters are plain ones without defaults."""
    rest = [arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.defaults]
    return not any(rest) and not any(arg.annotation for arg in arguments.args)


def _is_bound_to_frame(module: Module, body: ast.Return) -> bool:
    """Whether a returned expression means something else elsewhere, or reads badly there."""
    kinds = (*NEVER, ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr, ast.JoinedStr)
    inside = nodes_in(body)
    special = any(isinstance(node, ast.Name) and node.id in FRAMED for node in inside)
    return (
        special
        or body.lineno != body.end_lineno
        or isinstance(body.value, ast.Tuple)
        or any(isinstance(node, kinds) for node in inside)
    )


def _call_of(module: Module, name: ast.Name) -> ast.Call | None:
    """Return the call that a name is the function of."""
    site = sites_of(module).of[name].parent
    call = site.node if site is not None else None
    return call if isinstance(call, ast.Call) and call.func is name else None


def _replaced(module: Module, found: Inlined, name: ast.Name) -> Iterator[Edit]:
    call = _call_of(module, name)
    parameters = found.node.args.posonlyargs + found.node.args.args
    if call is None or call.keywords or len(call.args) != len(parameters):
        return
    site = sites_of(module).of[call]
    given = {arg.arg: value for arg, value in zip(parameters, call.args, strict=True)}
    if site.string is not None or site.frozen or call.lineno != call.end_lineno:
        return
    if is_surely_bound(module, name) and _mean_the_same(module, found, name, given):
        yield from _written(module, found, site, given)


def _mean_the_same(
    module: Module, found: Inlined, name: ast.Name, given: Mapping[str, ast.expr]
) -> bool:
    """Whether names and arguments mean the same at the call."""
    here = mentions(module)[name].scope
    reads = [access for access in found.scope.accesses if access.mode is Mode.READ]
    for access in reads:
        owner, mangled = module.scopes.key(access)
        if owner is found.scope:
            continue
        bound = owner.parent is None or is_surely_bound(module, access.node)
        if not bound or here.owner_of(here.mangled(access.name)) is not owner:
            return False
        if here.mangled(access.name) != mangled:
            return False
    moving = [arg for arg, value in given.items() if not is_still(module, value)]
    return len(moving) <= 1 and all(
        _may_move_in(module, found, reads, arg, given[arg]) for arg in moving
    )


def _may_move_in(
    module: Module, found: Inlined, reads: Sequence[Access], arg: str, value: ast.expr
) -> bool:
    """Whether an argument may be worked out where its parameter stands: once, and first."""
    uses = [access.node for access in reads if access.name == arg]
    inside = (*NEVER, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    if len(uses) != 1 or any(isinstance(node, inside) for node in nodes_in(value)):
        return False
    place = uses[0]
    first = any(node is place for node in early(module, found.body))
    return (
        first and isinstance(place, ast.expr) and keeps_lifetime(module, found.body, place, value)
    )


def _written(
    module: Module, found: Inlined, site: Site, given: Mapping[str, ast.expr]
) -> Iterator[Edit]:
    """Yield the edit, with the fewest parentheses that keep the meaning."""
    value = found.body.value
    if value is None:
        return
    start, end = module.table.offsets(value)
    names = [node for node in nodes_in(value) if isinstance(node, ast.Name) and node.id in given]
    replaced: dict[ast.AST, ast.AST] = {node: given[node.id] for node in names}
    replaced[site.node] = value
    if _is_any_doubtful(module, replaced):
        return
    room = site.parent is not None and isinstance(site.parent.node, ROOMY)
    bare = room or not isinstance(value, LOOSE)
    closed = not any(isinstance(argument, LOOSE) for argument in given.values())
    for inner, outer in product(PLAIN * closed + WRAPPED, PLAIN * bare + WRAPPED):
        parts = [
            Piece(*module.table.offsets(node), _closed(inner, given[node.id], module))
            for node in names
        ]
        text = outer % spliced(module.source, merged(parts), start, end)
        piece = fit(module.source, *module.table.offsets(site.node), text)
        if means(module, anchor_of(site), [piece], replaced):
            pieces = [piece, *_definition(module, found)]
            yield build_edit(module, "inline_function", Change(site, pieces, {}, found.node.name))
            return


def _is_any_doubtful(module: Module, replaced: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether Python would warn of what stands in the place of another."""
    around = {node: sites_of(module).of[node].parent for node in replaced}
    return any(
        above is not None and is_doubtful(above.node, node, replaced[node])
        for node, above in around.items()
    )


def _closed(form: bytes, value: ast.expr, module: Module) -> bytes:
    """Return an argument's text, in parentheses where it is told to and where it may need them."""
    text = module.text(value)
    return text if isinstance(value, ATOMS) else form % text


def _definition(module: Module, found: Inlined) -> list[Piece]:
    """Return the piece that takes a definition with one call away; none if it must stay."""
    _, block = homes(module)[found.node]
    lines = own_lines(module, found.node)
    alone = len(found.calls) == 1 and len(block.body) > 1
    return [Piece(*lines, b"")] if alone and lines is not None else []


OPERATORS = (Operator("inline_function", Kind.REFACTOR, propose_inlined),)
