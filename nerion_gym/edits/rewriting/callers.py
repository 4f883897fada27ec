"""Functions whose every call is in sight."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.rewriting.renames import underscored
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.scopes import LOCAL_KINDS, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access
    from nerion_gym.types.program import Program


def visible_calls(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.Call]:
    """Return the calls of a function that is called only, rightly each time, by its one name."""
    access = mentions(module)[node]
    binding = module.scopes.binding(access)
    inner = binding.scope.kind in LOCAL_KINDS
    private = binding.scope is module.scopes.root and _is_private(node.name)
    if node.decorator_list or access.scope is not binding.scope or not (inner or private):
        return []
    uses = [other for other in binding.accesses if other is not access]
    calls = [_call_of(module, use) for use in uses]
    found = [call for call in calls if call is not None and fits(node.args, call)]
    return found if len(found) == len(uses) else []


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _call_of(module: Module, access: Access) -> ast.Call | None:
    """Return the call that a mention is the function of."""
    site = sites_of(module).of[access.node].parent
    call = site.node if site is not None and access.mode is Mode.READ else None
    return call if isinstance(call, ast.Call) and call.func is access.node else None


def fits(arguments: ast.arguments, call: ast.Call, bound: int = 0) -> bool:
    """Whether a call gives a function what it needs, so that no error shows its names.

    Args:
        arguments: the function's parameters.
        call: the call.
        bound: how many of the first parameters Python gives itself.
    """
    if any(isinstance(value, ast.Starred) for value in call.args):
        return False
    ordered = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)]
    placed = ordered[bound:]
    if len(call.args) > len(placed) and arguments.vararg is None:
        return False
    filled: set[str | None] = set(ordered[: bound + len(call.args)])
    words = {keyword.arg for keyword in call.keywords}
    open_ones = {arg.arg for arg in (*arguments.args, *arguments.kwonlyargs)}
    unknown = words - open_ones
    if None in words or words & filled & open_ones or (unknown and arguments.kwarg is None):
        return False
    return _required(arguments, placed) <= filled | (words & open_ones)


def _required(arguments: ast.arguments, placed: Sequence[str]) -> set[str | None]:
    free = len(placed) - len(arguments.defaults)
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return {*placed[: max(free, 0)], *(arg.arg for arg, value in pairs if value is None)}


def is_only_here(
    program: Program, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> bool:
    """Whether no file, text or comment names a function of the module beside its mentions."""
    binding = module.scopes.binding(mentions(module)[node])
    if binding.scope.kind in LOCAL_KINDS:
        return True
    known = {span for access in binding.accesses for span in name_spans(module, access)}
    return node.name.isascii() and known.issuperset(underscored(program)[node.name])
