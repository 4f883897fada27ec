"""What the exchange of two neighbouring statements changes.

Behind a `return` a statement never runs: that is as if it were taken away. Where one reads what the
other binds, it sees the old value. Else the order seldom matters, and can seldom be proved not to.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.assigned import LOOPS, assigned_before
from nerion_gym.execution.tracing.placing import neighbour
from nerion_gym.execution.tracing.statements import (
    TRUE,
    Contrast,
    Unchanged,
    left_out,
)
from nerion_gym.execution.tracing.variables import NOSY
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

SHUFFLE = "shuffle_statements"
JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
GUARDING = (ast.Try, ast.With, ast.AsyncWith, *LOOPS, ast.While)
UNSTEADY = (ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Await)
INERT = "its order does not matter; variables may be looked at"
DEAD = "what comes first would never run"
READS = "one reads what the other binds"
TURNS = "one reads attributes or items that the other sets"
CALLS = "the order of two calls"
CALL = "the order of a call and what calls nothing"
PLAIN = "the order of statements that call nothing"
BRANCHES = "the order of an `if` or a loop and what does not use it"


def shuffled(module: Module, first: ast.stmt) -> Contrast | Unchanged | None:
    """Return what becomes of a statement that changes places with the next one."""
    second = neighbour(module, first, 1)
    if second is None:
        return None
    if isinstance(second, JUMPS):
        return left_out(first)
    if _is_inert(module, first, second) or _is_inert(module, second, first):
        return Unchanged(INERT)
    if _is_guard(first) and _is_guard(second):
        both: list[ast.expr] = [first.test, second.test]  # type: ignore[attr-defined]
        return Contrast(first, ast.UnaryOp(ast.Not(), ast.BoolOp(ast.And(), both)), TRUE)
    return _read_early(first, second)


def why_shuffled(module: Module, first: ast.stmt) -> str:
    """Return how far two statements that change places have to do with each other."""
    second = neighbour(module, first, 1)
    if second is None or isinstance(second, JUMPS):
        return DEAD
    one, two = _mentions(first), _mentions(second)
    if one.bound & two.every or two.bound & one.every:
        return READS
    if one.set & two.got or two.set & one.got:
        return TURNS
    if any(hasattr(statement, "body") for statement in (first, second)):
        return BRANCHES
    return CALLS if one.calls and two.calls else CALL if one.calls or two.calls else PLAIN


def _read_early(first: ast.stmt, second: ast.stmt) -> Contrast | None:
    """Return what a name is given too late for the next statement, which reads it.

    Where it is given the same, the rest of that statement may do something else all the same.
    """
    found = left_out(first)
    if found is None or found.kept is None:
        return None
    reads = (node for node in nodes_in(second) if isinstance(node, ast.Name))
    is_read = any(node.id == found.kept.id and isinstance(node.ctx, ast.Load) for node in reads)
    return found._replace(unsure=True) if is_read else None


def _is_guard(statement: ast.stmt) -> bool:
    """Whether a statement is an `if` after which, if its test is true, nothing goes on."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and isinstance(statement.body[-1], JUMPS)
    )


class _Mentions:
    """What a statement has to do with: names, attributes and items, calls."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.every: set[str] = set()
        self.set: set[str] = set()
        self.got: set[str] = set()
        self.calls = False


def _mentions(statement: ast.stmt) -> _Mentions:
    found = _Mentions()
    for node in nodes_in(statement):
        if isinstance(node, ast.Call | ast.Yield | ast.YieldFrom | ast.Await):
            found.calls = True
        elif isinstance(node, ast.Name):
            found.every.add(node.id)
            if not isinstance(node.ctx, ast.Load):
                found.bound.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript):
            place = node.attr if isinstance(node, ast.Attribute) else ast.dump(node.value)
            (found.got if isinstance(node.ctx, ast.Load) else found.set).add(place)
    return found


# --- what surely does not matter ----------------------------------------------------------------


def _is_inert(module: Module, one: ast.stmt, other: ast.stmt) -> bool:
    """Whether one statement gives a variable of its function a value that nobody looks at yet.

    Nothing is evaluated that could run code or raise, the other has nothing to do with it, and goes
    on or leaves the function. The variable has no value before: none dies earlier.
    """
    if not isinstance(one, ast.Assign) or len(one.targets) > 1:
        return False
    target = one.targets[0]
    if not isinstance(target, ast.Name) or _is_guarded(module, one):
        return False
    accesses = _accesses(module, target)
    if accesses is None or not _is_still(module, one.value, one, accesses):
        return False
    names = {node.id for node in nodes_in(one) if isinstance(node, ast.Name)}
    inside = {*nodes_in(other)}
    if any(isinstance(node, UNSTEADY) for node in inside):
        return False
    return not any(
        access.node in inside and (access.name == target.id or _binds(access, names))
        for access in accesses[0].scope.accesses
    ) and not any(isinstance(node, ast.Name) and node.id == target.id for node in inside)


def _binds(access: Access, names: set[str]) -> bool:
    return access.mode is not Mode.READ and access.name in names


def _accesses(module: Module, target: ast.Name) -> list[Access] | None:
    """Return all mentions of a function's own variable that nothing else binds; None of others."""
    access = next(one for one in module.scopes.accesses if one.node is target)
    scope = access.scope
    binding = module.scopes.binding(access)
    if scope.kind is not ScopeKind.FUNCTION or binding.scope is not scope:
        return None
    if any(one.name in NOSY for one in scope.accesses):
        return None
    mine = all(one.scope is scope for one in binding.accesses)
    once = [one for one in binding.accesses if one.mode is not Mode.READ] == [access]
    return list(binding.accesses) if mine and once else None


def _is_guarded(module: Module, statement: ast.stmt) -> bool:
    """Whether the function may go on, or come back, after something raised near a statement."""
    return any(isinstance(outer, GUARDING) for outer in _outwards(module, statement))


def _outwards(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is around a statement, up to its function."""
    outer = module.walk.parents.get(node)
    while outer is not None and not isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
        yield outer
        outer = module.walk.parents.get(outer)


def _is_still(module: Module, node: ast.expr, statement: ast.stmt, accesses: list[Access]) -> bool:
    """Whether to evaluate an expression does nothing and cannot fail, here or a statement away."""
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_still(module, one, statement, accesses) for one in node.elts)
    if not isinstance(node, ast.Name):
        return isinstance(node, ast.Constant) or (isinstance(node, ast.Dict) and not node.keys)
    scope = accesses[0].scope
    read = next(one for one in module.scopes.accesses if one.node is node)
    binding = module.scopes.binding(read)
    mine = binding.scope is scope and all(one.scope is scope for one in binding.accesses)
    if not mine or any(one.mode not in (Mode.READ, Mode.WRITE) for one in binding.accesses):
        return False
    before = neighbour(module, statement, -1) or statement
    given = any(isinstance(one.node, ast.arg) for one in binding.accesses)
    return given or node.id in assigned_before(module, before, scope.node)
