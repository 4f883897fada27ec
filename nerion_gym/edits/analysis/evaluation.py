"""When an expression is evaluated, and what may happen before and after: only what is certain."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.analysis.effects import BUILTINS
from nerion_gym.edits.analysis.safety import NOSY_MODULES, module_attributes, nosy_scope, outermost
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import Block, blocks
from nerion_gym.edits.analysis.values import (
    NUMBERS,
    TEXTS,
    is_builtin,
    kind_of,
    mentions,
    written_by,
)
from nerion_gym.syntax.flow import unit_of
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Access, Mode, Scope, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nerion_gym.syntax.module import Module

PLAIN = NUMBERS | TEXTS | {"NoneType"}
"""Kinds of values that never change and that nobody misses when they go."""
LATER = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)
"""Statements after which, or after an error in which, the function may go on."""
SWALLOWS = (ast.With, ast.AsyncWith)
CONSUMERS = (ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Compare)
"""Expressions that use their parts all at once, so that these live until then."""


@lru_cache(maxsize=64)
def homes(module: Module) -> dict[ast.stmt, tuple[Scope, Block]]:
    """Return the function and the block of each statement of a function that may be edited.

    Not those of functions that may look at names, their own or their callers'.
    """
    if module_attributes(module) & NOSY_MODULES:
        return {}
    found: dict[ast.stmt, tuple[Scope, Block]] = {}
    for block in blocks(module):
        scope = _home_of(module, block.owner, found)
        if scope is not None and not block.frozen:
            found.update((statement, (scope, block)) for statement in block.body)
    return found


def _home_of(
    module: Module, owner: ast.AST, found: dict[ast.stmt, tuple[Scope, Block]]
) -> Scope | None:
    """Return the function whose run the statements of a node are part of, None for a class's."""
    if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
        scope = module.scopes.by_node[owner]
        return None if nosy_scope(module, outermost(scope)) else scope
    if isinstance(owner, ast.ExceptHandler | ast.match_case):
        site = sites_of(module).of[owner].parent
        owner = site.node if site is not None else owner
    known = found.get(owner) if isinstance(owner, ast.stmt) else None
    return known[0] if known is not None and not isinstance(owner, ast.ClassDef) else None


def ancestors(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes around a node, the nearest first."""
    site = sites_of(module).of[node].parent
    while site is not None:
        yield site.node
        site = site.parent


def early(module: Module, statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions that a statement evaluates first, each before its parts.

    What comes before each of them is only names and literals whose value nobody can change: each
    may as well be evaluated before the statement, and exactly once. Not inside f-strings.
    """
    for child in _parts(statement):
        yield from _early_inside(module, child)
        if not is_still(module, child):
            return


def _early_inside(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    yield node
    for child in _parts(node):
        yield from _early_inside(module, child)
        if not is_still(module, child):
            return


def _parts(node: ast.AST) -> list[ast.expr]:
    """Return the parts that are evaluated for certain, in order."""
    known = PARTS.get(type(node))
    return [] if known is None else [part for part in known(node) if part is not None]


def _augmented(node: ast.AugAssign) -> list[ast.expr]:
    return [node.target, node.value] if isinstance(node.target, ast.Name) else []


def _called(node: ast.Call) -> list[ast.expr]:
    """Unpacking with `**` asks a value for its keys before the next one is evaluated."""
    unpacked = [place for place, keyword in enumerate(node.keywords, 1) if keyword.arg is None]
    keywords = node.keywords[: unpacked[0]] if unpacked else node.keywords
    return [node.func, *node.args, *(keyword.value for keyword in keywords)]


PARTS: dict[type[ast.AST], Callable[[Any], list[ast.expr | None]]] = {
    ast.Return: lambda node: [node.value],
    ast.Expr: lambda node: [node.value],
    ast.Assign: lambda node: [node.value],
    ast.AnnAssign: lambda node: [node.value],
    ast.AugAssign: _augmented,  # type: ignore[dict-item]
    ast.If: lambda node: [node.test],
    ast.For: lambda node: [node.iter],
    ast.With: lambda node: [node.items[0].context_expr],
    ast.Raise: lambda node: [node.exc],
    ast.Match: lambda node: [node.subject],
    ast.BinOp: lambda node: [node.left, node.right],
    ast.UnaryOp: lambda node: [node.operand],
    ast.Compare: lambda node: [node.left, node.comparators[0]],
    ast.BoolOp: lambda node: [node.values[0]],
    ast.IfExp: lambda node: [node.test],
    ast.Call: _called,  # type: ignore[dict-item]
    ast.Attribute: lambda node: [node.value],
    ast.Subscript: lambda node: [node.value, node.slice],
    ast.Slice: lambda node: [node.lower, node.upper, node.step],
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
    ast.Set: lambda node: node.elts[:1],
    ast.Dict: lambda node: [node.keys[0], node.values[0]] if node.keys else [],
    ast.Starred: lambda node: [node.value],
    ast.Await: lambda node: [node.value],
    ast.Yield: lambda node: [node.value],
    ast.NamedExpr: lambda node: [node.value],
    **dict.fromkeys(
        (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        lambda node: [node.generators[0].iter],
    ),
}
"""Node -> its parts, up to the last that is evaluated for certain."""


@lru_cache(maxsize=16384)
def is_still(module: Module, node: ast.AST) -> bool:
    """Whether evaluating a node cannot fail and gives the same however much later it is done.

    Literals, builtins, what the module binds once and for all, and variables of the function
    around, bound for certain, that only the function itself writes (the statement in question
    must not).
    """
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Name):
        return False
    if is_builtin(module, node):
        return node.id in BUILTINS
    if is_private(module, node):
        return is_surely_bound(module, node)
    return _is_fixed(module, node) and (
        is_surely_bound(module, node) or _is_bound_elsewhere(module, node)
    )


def _is_fixed(module: Module, node: ast.Name) -> bool:
    """Whether a name is the module's and written at one place of it, outside functions."""
    access = mentions(module).get(node)
    root = module.scopes.root
    if access is None or module.scopes.star:
        return False
    binding = module.scopes.binding(access)
    own = [one.scope is root for one in binding.accesses if one.mode is not Mode.READ]
    others = [one.at_module for one in binding.elsewhere if one.mode is not Mode.READ]
    return binding.scope is root and own + others == [True]


def _is_bound_elsewhere(module: Module, node: ast.Name) -> bool:
    """Whether a function's code reads what another piece of the file binds, come what may."""
    access = mentions(module)[node]
    sure = any(other.is_sure for other in module.scopes.binding(access).elsewhere)
    return sure and unit_of(access.scope) is not module.scopes.root


def is_private(module: Module, node: ast.Name) -> bool:
    """Whether a name is a variable of the function that mentions it and no other writes it."""
    access = mentions(module).get(node)
    if access is None:
        return False
    binding = module.scopes.binding(access)
    own = access.scope is binding.scope and binding.scope.kind is ScopeKind.FUNCTION
    return own and all(
        other.scope is binding.scope for other in binding.changes if other.mode is not Mode.DECLARE
    )


@lru_cache(maxsize=16384)
def is_surely_bound(module: Module, node: ast.AST) -> bool:
    """Whether a name has a value here even where a `with` swallowed an error before."""
    flow = name_flow(module)
    if not flow.is_bound(node):
        return False
    if next(sites_of(module).every(*SWALLOWS), None) is None:
        return True
    around = _swallowers(module, node)
    return all(
        _swallowers(module, flow.accesses[write].node) <= around for write in flow.found_by(node)
    )


@lru_cache(maxsize=16384)
def _swallowers(module: Module, node: ast.AST) -> frozenset[ast.AST]:
    return frozenset(outer for outer in ancestors(module, node) if isinstance(outer, SWALLOWS))


def keeps_lifetime(module: Module, statement: ast.stmt, place: ast.expr, value: ast.expr) -> bool:
    """Whether nobody can tell how long after its only use a value goes.

    A value that nothing refers to any more may run code (`__del__`, a weak reference's callback, a
    file that closes itself). So it must be a number or a text, or be used by the last operation of
    a `return` after which nothing of the function runs.

    Args:
        module: the file.
        statement: where the value is used.
        place: the expression in the statement that is the value, or its variable.
        value: the expression that gives the value.
    """
    if kind_of(module, value) in PLAIN:
        return True
    if not isinstance(statement, ast.Return):
        return False
    if any(isinstance(node, LATER) for node in _function_around(module, statement)):
        return False
    return _consumer(module, place) is statement.value


def _function_around(module: Module, statement: ast.stmt) -> Iterator[ast.AST]:
    for node in ancestors(module, statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        yield node


def _consumer(module: Module, node: ast.expr) -> ast.AST | None:
    """Return the operation that uses up a value: the call of a method, not the look-up before."""
    parent, above = _around(module, node)
    if isinstance(parent, ast.Attribute) and isinstance(above, ast.Call) and above.func is parent:
        return above
    if isinstance(parent, ast.keyword):
        return above
    single = not isinstance(parent, ast.Compare) or len(parent.ops) == 1
    return parent if isinstance(parent, CONSUMERS) and single else None


def _around(module: Module, node: ast.AST) -> tuple[ast.AST | None, ast.AST | None]:
    around = ancestors(module, node)
    return next(around, None), next(around, None)


def is_read(module: Module, access: Access) -> bool:
    """Whether a mention needs the name's value: `x`, `del x`, `x += 1`."""
    if access.mode in (Mode.READ, Mode.DELETE):
        return True
    return isinstance(written_by(module, access.node), ast.AugAssign)


def readers(module: Module, writes: Iterable[int]) -> set[int]:
    """Return the numbers of the mentions that may need what these writes give their name."""
    flow = name_flow(module)
    found = {use for write in writes for use in flow.uses.get(write, ())}
    return {use for use in found if is_read(module, flow.accesses[use])}


def leaves_sense(module: Module, gone: set[Access], rest: list[Access]) -> bool:
    """Whether a function's variable is as before when these mentions of it are gone.

    It must stay a local variable, and linters must still find it used.

    Args:
        module: the file.
        gone: mentions that an edit takes away.
        rest: all mentions of the variable, in order.
    """
    left = [access for access in rest if access not in gone]
    if not left:
        return True
    owner = module.scopes.key(left[0])[0]
    first = next(
        (n for n, access in enumerate(left) if access.mode is Mode.WRITE and access.scope is owner),
        len(left),
    )
    return any(access.mode is Mode.READ for access in left[first:])
