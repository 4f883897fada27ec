"""Variables of functions: who can see them, and where their values are still needed.

Names alone count. When an object that nobody needs any more is finalised is not followed: the
language promises nothing about it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.safety import NOSY_MODULES, module_attributes, nosy_scope, outermost
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import is_builtin, mentions, written_by
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding, Scope

WITHS = (ast.With, ast.AsyncWith)
"""They may swallow an exception, which the flow of names does not know."""
GUARDS = (*WITHS, ast.Try, ast.TryStar)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
EAGER = ("sum", "any", "all", "min", "max", "sorted", "list", "tuple", "set", "frozenset", "dict")
"""Builtins that have used up a generator when they return."""
BINDS = (Mode.WRITE, Mode.DELETE)


def private_binding(module: Module, node: ast.AST) -> Binding | None:
    """Return the variable that a name is, where no other code than its function's can see it.

    Comprehensions that run at once belong to their function; functions, lambdas and loose
    generators inside do not. None for names of modules and classes too, and wherever something
    may look at names (see `safety`).
    """
    access = mentions(module).get(node)
    if access is None:
        return None
    binding = module.scopes.binding(access)
    if binding.scope.kind is not ScopeKind.FUNCTION or _is_captured(module, binding):
        return None
    return None if is_spied_on(module, binding.scope) else binding


def is_spied_on(module: Module, scope: Scope) -> bool:
    """Whether something may look at the names of a function."""
    return bool(module_attributes(module) & NOSY_MODULES or nosy_scope(module, outermost(scope)))


def _is_captured(module: Module, binding: Binding) -> bool:
    for access in binding.accesses:
        scope: Scope | None = access.scope
        while scope is not None and scope is not binding.scope:
            if scope.kind is not ScopeKind.COMPREHENSION or not runs_at_once(module, scope.node):
                return True
            scope = scope.parent
    return False


def runs_at_once(module: Module, node: ast.AST) -> bool:
    """Whether a comprehension is through when the expression around it is: no loose generator."""
    if not isinstance(node, ast.GeneratorExp):
        return True
    around = sites_of(module).of[node].parent
    call = None if around is None else around.node
    if not isinstance(call, ast.Call) or call.args != [node]:
        return False
    return is_builtin(module, call.func, *EAGER)


def uses_of(module: Module, binding: Binding) -> Iterator[Access]:
    """Yield the mentions that need a value: all but plain writes."""
    for access in binding.accesses:
        grows = isinstance(written_by(module, access.node), ast.AugAssign)
        if access.mode is not Mode.WRITE or grows:
            yield access


def guards_of(module: Module, node: ast.AST) -> list[ast.AST]:
    """Return the `try` and `with` around a node in its function, the nearest first."""
    found: list[ast.AST] = []
    site = sites_of(module).of[node].parent
    while site is not None and not isinstance(site.node, DEFINITIONS):
        if isinstance(site.node, GUARDS):
            found.append(site.node)
        site = site.parent
    return found


def is_needed_outside(
    module: Module, node: ast.Name, writes: AbstractSet[int], inside: AbstractSet[ast.AST]
) -> bool:
    """Whether other code may look at what these writes gave a variable.

    Args:
        module: the file.
        node: a mention of the variable; the `with` around it count.
        writes: access numbers.
        inside: mentions that do not count.
    """
    flow = name_flow(module)
    binding = module.scopes.binding(mentions(module)[node])
    outside = [use.node for use in uses_of(module, binding) if use.node not in inside]
    if outside and any(isinstance(guard, WITHS) for guard in guards_of(module, node)):
        return True
    # What is never reached, as far as is known, has no writes: no reason to trust it.
    found = [flow.found_by(other) for other in outside]
    return any(not each or each & writes for each in found)


def is_used_beyond(module: Module, binding: Binding, allowed: Collection[ast.AST]) -> bool:
    """Whether a variable's value is needed anywhere but at these nodes."""
    return any(use.node not in allowed for use in uses_of(module, binding))


def is_steady(module: Module, node: ast.AST) -> bool:
    """Whether what is known of an expression's kind holds, whatever a `with` may swallow."""
    return not any(
        _is_written_in_with(module, inner)
        for inner in nodes_in(node)
        if isinstance(inner, ast.Name)
    )


def _is_written_in_with(module: Module, node: ast.Name) -> bool:
    access = mentions(module).get(node)
    if access is None:
        return True
    binding = module.scopes.binding(access)
    changes = [other for other in binding.accesses if other.mode in BINDS]
    if binding.scope.kind is ScopeKind.MODULE:
        return False
    guards = [guard for change in changes for guard in guards_of(module, change.node)]
    return any(isinstance(guard, WITHS) for guard in guards)


def is_inert_name(module: Module, node: ast.Name) -> bool:
    """Whether a name is sure to have a value that no other code can change."""
    bound = private_binding(module, node) is not None and name_flow(module).is_bound(node)
    return bound and is_steady(module, node)


def nodes_of(nodes: Iterable[ast.AST | None]) -> set[ast.AST]:
    """Return these nodes and all inside them."""
    return {inner for node in nodes if node is not None for inner in nodes_in(node)}


def names_builtin(module: Module, scope: Scope, name: str) -> bool:
    """Whether a name means the builtin in a scope, mentioned there or not."""
    binding = module.scopes.find(scope, name)
    free = binding is None or (binding.scope is module.scopes.root and not binding.times_written)
    return free and not module.scopes.star
