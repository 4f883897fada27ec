"""Code that shapes a function by being there, although it never runs.

An `if` whose test was false may be the only place that binds a name, which then means another
variable, or the only one that yields, without which its function is no generator.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

YIELDS = (ast.Yield, ast.YieldFrom)


def is_shaping(module: Module, gone: Sequence[ast.AST], accesses: Mapping[ast.AST, Access]) -> bool:
    """Whether the rest of a program may mean something else without some statements of it.

    Args:
        module: the file.
        gone: the statements.
        accesses: the file's mentions of names, by their nodes.
    """
    inside = {node for statement in gone for node in nodes_in(statement)}
    if any(isinstance(node, YIELDS) for node in inside):
        return True
    return any(
        _is_only_one(module, accesses[node], inside)
        for node in inside
        if node in accesses and accesses[node].mode is not Mode.READ
    )


def _is_only_one(module: Module, access: Access, inside: set[ast.AST]) -> bool:
    """Whether none outside binds a name that is mentioned there."""
    binding = module.scopes.binding(access)
    if access.mode is Mode.DECLARE:
        return True
    if binding.scope.kind is ScopeKind.MODULE:
        return False
    others = [other for other in binding.accesses if other.node not in inside]
    return bool(others) and all(
        other.mode is Mode.READ or other.scope is not binding.scope for other in others
    )
