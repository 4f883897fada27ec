"""What the variables of a file are where an expression stands: sure to have a value, read, left."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.assigned import assigned_before
from nerion_gym.execution.tracing.looking import is_atomic
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.execution.tracing.forms import Extra
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Scope

NOSY = frozenset({"locals", "vars", "dir", "eval", "exec", "globals"})
"""Functions that mention these may tell that somebody looked at their variables."""
OWN = "="
"""Before the name of a variable of exactly this module or class, not of one around it."""
DIRECT = ""
"""Where an extra is looked up that the program hands over with the holes."""
OWN_FRAMES = (ScopeKind.FUNCTION, ScopeKind.LAMBDA, ScopeKind.COMPREHENSION)
LOOKED_UP = (ScopeKind.FUNCTION, ScopeKind.LAMBDA, ScopeKind.CLASS, ScopeKind.MODULE)


class Variables:
    """The variables of a file.

    Attributes:
        accesses: the mentions of names, by their nodes.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._scopes: dict[ast.AST, Scope | None] = {}
        self.accesses: dict[ast.AST, Access] = {
            access.node: access for access in module.scopes.accesses
        }

    def settled(self, node: ast.AST, before: ast.expr) -> Callable[[ast.Name], bool]:
        """Return whether a variable stays what it is while a site is evaluated.

        It does if only its function's own statements bind it.
        """
        walrus = any(isinstance(inner, ast.NamedExpr) for inner in nodes_in(before))

        def stays(name: ast.Name) -> bool:
            access = self.accesses.get(name)
            scope = self.scope_of(node) if access is None else access.scope
            if walrus or scope is None or scope.kind not in OWN_FRAMES:
                return False
            binding = self._module.scopes.find(scope, name.id)
            return (
                binding is not None
                and binding.scope is scope
                and all(other.scope is scope for other in binding.changes)
            )

        return stays

    def has_value(self, hole: ast.expr) -> bool:
        """Whether reading a name that is evaluated later on cannot raise."""
        return self.is_sure(hole) or (
            hole in self.accesses and name_flow(self._module).is_bound(hole)
        )

    def is_sure(self, hole: ast.expr) -> bool:
        """Whether a hole may be read before its turn: it has a value, and reading does nothing."""
        if not isinstance(hole, ast.Name):
            return is_atomic(hole)
        access = self.accesses.get(hole)
        if access is None:
            return False
        return self._is_given(access.scope, access.scope.mangled(hole.id), hole)

    def _is_given(self, scope: Scope, name: str, node: ast.AST) -> bool:
        """Whether a mangled name of this function surely has a value where a node is evaluated.

        A parameter has, and what a statement that came before has assigned; if nothing takes it
        away.
        """
        binding = self._module.scopes.find(scope, name)
        if scope.kind is not ScopeKind.FUNCTION or binding is None or binding.scope is not scope:
            return False
        if any(
            one.mode not in (Mode.READ, Mode.WRITE) or isinstance(one.node, ast.ExceptHandler)
            for one in binding.accesses
        ):
            return False
        given = any(isinstance(one.node, ast.arg) for one in binding.accesses)
        return given or name in assigned_before(self._module, node, scope.node)

    def left_in(self, target: ast.Name) -> ast.Name:
        """Return what a target holds.

        A module or class may read the variable of another: its own is marked (`OWN`).
        """
        access = self.accesses[target]
        owner, _ = self._module.scopes.key(access)
        mark = OWN if owner.kind in (ScopeKind.MODULE, ScopeKind.CLASS) else ""
        return ast.Name(mark + target.id, ast.Load())

    def reader(self, node: ast.AST, *, direct: bool = False) -> Callable[[str], Extra | None]:
        """Return how a variable can be looked up where an expression stands.

        `direct`: the tap is handed what surely has a value (`DIRECT`).
        """
        scope = self.scope_of(node)

        def read(name: str) -> Extra | None:
            if scope is None:
                return None
            mangled = scope.mangled(name.removeprefix(OWN))
            owner = scope.owner_of(mangled)
            if owner is not scope:
                inside = "g" if name.startswith(OWN) else "gb"
                return (mangled, inside) if owner.kind is ScopeKind.MODULE else None
            if direct and self._is_given(scope, mangled, node):
                return mangled, DIRECT
            alone = name.startswith(OWN) or scope.kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA)
            return mangled, "l" if alone else "lgb"

        return read

    def scope_of(self, node: ast.AST) -> Scope | None:
        """Return the scope that an expression is evaluated in, by its names.

        None where it has none, or somebody there is nosy.
        """
        if node not in self._scopes:
            self._scopes[node] = self._only_scope(node)
        return self._scopes[node]

    def _only_scope(self, node: ast.AST) -> Scope | None:
        inside = [self.accesses[one] for one in nodes_in(node) if one in self.accesses]
        scopes = {access.scope for access in inside}
        around = [one for one in scopes if all(one in _outwards(other) for other in scopes)]
        if not around:
            return None
        (scope,) = around
        nosy = any(access.name in NOSY for access in scope.accesses)
        return None if nosy or scope.kind not in LOOKED_UP else scope


def _outwards(scope: Scope) -> list[Scope]:
    """Return a scope and all around it."""
    found = [scope]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found
