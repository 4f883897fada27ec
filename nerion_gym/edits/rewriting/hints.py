"""Annotations of local variables: they never run, so they may come and go.

Those of modules and classes show in `__annotations__`, those of parameters too.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.lifetimes import is_steady, names_builtin, nodes_of
from nerion_gym.edits.analysis.statements import own_lines
from nerion_gym.edits.analysis.values import NUMBERS, SUMS, kind_of, mentions, written_by
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.scopes import Mode, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding

SHOWN = frozenset({"int", "float", "bool", "str", "bytes", "list", "tuple", "dict", "set"})
"""Kinds that a person would write down."""
ASSIGN = b"="
DECIDING = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)


def hint_of(module: Module, statement: ast.Assign) -> str:
    """Return the annotation that a local variable may get where it is first assigned, else ""."""
    target = statement.targets[0]
    if len(statement.targets) > 1 or not isinstance(target, ast.Name):
        return ""
    binding = _local(module, target)
    if binding is None or binding.changes[0].node is not target:
        return ""
    kind = kind_of(module, statement.value)
    if kind not in SHOWN or not is_steady(module, statement.value):
        return ""
    plain = module.table.offsets(target)[0] == module.table.offsets(statement)[0]
    lines = own_lines(module, statement)
    if not plain or lines is None or b"# type:" in module.source[slice(*lines)]:
        return ""
    always = all(_keeps_kind(module, access, kind) for access in binding.changes)
    return kind if always and names_builtin(module, binding.scope, kind) else ""


def _local(module: Module, target: ast.Name) -> Binding | None:
    """Return the variable of the function that a name stands in."""
    access = mentions(module).get(target)
    if access is None:
        return None
    binding = module.scopes.binding(access)
    own = binding.scope is access.scope and access.scope.kind is ScopeKind.FUNCTION
    return binding if own else None


def _keeps_kind(module: Module, access: Access, kind: str) -> bool:
    """Whether a mention leaves a variable the kind of value it had, and has no annotation."""
    statement = written_by(module, access.node)
    if isinstance(statement, ast.Assign):
        return kind_of(module, statement.value) == kind
    if not isinstance(statement, ast.AugAssign) or kind not in NUMBERS | {"str"}:
        return False
    sums = SUMS if kind in NUMBERS else (ast.Add,)
    return isinstance(statement.op, sums) and kind_of(module, statement.value) == kind != "bool"


def unhinted(module: Module, statement: ast.AnnAssign) -> Sequence[Piece]:
    """Return the piece that drops a local variable's annotation, none where it must stay."""
    target = statement.target
    if statement.value is None or not statement.simple or not isinstance(target, ast.Name):
        return ()
    if _local(module, target) is None or not _is_spare(module, statement.annotation):
        return ()
    start, colon = module.table.offsets(target)[1], module.table.offsets(statement.annotation)[1]
    sign = skip_gap(module.source, colon, module.table.offsets(statement.value)[0])
    gap = module.source[start : module.table.offsets(statement.annotation)[0]]
    behind = module.source[colon:sign]
    if module.source[sign : sign + 1] != ASSIGN or b"#" in gap + behind:
        return ()
    return [Piece(start, sign, b" ")]


def _is_spare(module: Module, annotation: ast.expr) -> bool:
    """Whether an annotation's names are used elsewhere too: nothing becomes unused without it."""
    inside, known = nodes_of([annotation]), mentions(module)
    if any(isinstance(node, DECIDING) for node in inside) or _quotes(inside):
        return False
    return all(_is_used(module, known[node], inside) for node in inside if node in known)


def _quotes(nodes: set[ast.AST]) -> bool:
    return any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in nodes)


def _is_used(module: Module, access: Access, inside: set[ast.AST]) -> bool:
    binding = module.scopes.binding(access)
    local = binding.scope.kind is not ScopeKind.MODULE
    if not binding.is_imported and not local:
        return True
    if any(other.mode is Mode.READ for other in binding.elsewhere):
        return True
    return any(other.mode is Mode.READ and other.node not in inside for other in binding.accesses)
