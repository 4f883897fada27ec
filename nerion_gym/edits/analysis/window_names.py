"""What statements of a function read and write: may they have a function of their own?"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.edits.analysis.evaluation import (
    PLAIN,
    ancestors,
    is_read,
    is_surely_bound,
    leaves_sense,
    readers,
)
from nerion_gym.edits.analysis.values import kind_of, written_by
from nerion_gym.syntax.flow import UNBOUND, unit_of
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode, Scope, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding

MOST_INPUTS, MOST_OUTPUTS = 5, 3
LOOPS = (ast.For, ast.AsyncFor, ast.While)
LAZY = (ast.Lambda, ast.GeneratorExp)


class Window(NamedTuple):
    """Statements with what they need and give.

    Attributes:
        statements: consecutive, of one block.
        inputs: variables that they read, parameters first: bound for certain.
        outputs: variables that they give and that are read later: bound for certain.
        tail: whether the function ends after them: they may return.
    """

    statements: Sequence[ast.stmt]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tail: bool


class Analysis:
    """What some statements read and write.

    Args:
        module: the file.
        function: the function that they are part of.
        statements: consecutive, of one block.
        inside: numbers of the mentions of the function's variables in them; all `may_move`.
        tail: whether the function ends after them.
    """

    def __init__(
        self,
        module: Module,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        statements: Sequence[ast.stmt],
        inside: set[int],
        *,
        tail: bool,
    ) -> None:
        self._module = module
        self._flow = name_flow(module)
        self._scope = module.scopes.by_node[function]
        self._statements = statements
        self._tail = tail
        self._inside = inside
        self._inputs: dict[str, None] = {}
        self._written: dict[str, list[int]] = {}

    def window(self) -> Window | None:
        """Return the window, None where the statements may not move."""
        if not all(self._fits(number) for number in sorted(self._inside)):
            return None
        outputs = [name for name in self._written if self._is_needed(name)]
        few = len(self._inputs) <= MOST_INPUTS and len(outputs) <= MOST_OUTPUTS
        if not few or (outputs and (self._tail or self._is_in_loop())):
            return None
        if not all(always_writes(self._statements, name) for name in outputs):
            return None
        if not all(self._may_go(name) for name in self._written if name not in outputs):
            return None
        inputs = sorted(self._inputs, key=self._first_mention)
        return Window(self._statements, tuple(inputs), tuple(outputs), self._tail)

    def _first_mention(self, name: str) -> tuple[int, int]:
        binding = self._module.scopes.find(self._scope, name)
        node: Any = None if binding is None else binding.accesses[0].node
        return (0, 0) if node is None else (node.lineno, node.col_offset)

    def _is_in_loop(self) -> bool:
        """Whether the function holds what they gave last time when they run again."""
        around = ancestors(self._module, self._statements[0])
        return any(isinstance(node, LOOPS) for node in around)

    def _fits(self, number: int) -> bool:
        """Whether what a mention needs and gives can be handed over; note it."""
        access = self._flow.accesses[number]
        before = self._flow.writes[number]
        if is_read(self._module, access) and before - self._inside:
            self._inputs[access.name] = None
            bound = is_surely_bound(self._module, access.node)
            if not bound or access.name in self._written:
                return False
        if access.mode is Mode.WRITE:
            self._written.setdefault(access.name, []).append(number)
            return access.name not in self._inputs and not before - self._inside - {UNBOUND}
        return True

    def _is_needed(self, name: str) -> bool:
        return bool(readers(self._module, self._written[name]) - self._inside)

    def _may_go(self, name: str) -> bool:
        """Whether a variable that is not needed later may end with the new function."""
        binding = self._module.scopes.find(self._scope, name)
        gone = {self._flow.accesses[number] for number in self._inside}
        if binding is None or not _sharing(binding)[2]:
            return False
        if not any(access in gone and access.mode is Mode.READ for access in binding.accesses):
            return False
        kept = self._tail or all(self._is_plain(number) for number in self._written[name])
        return kept and leaves_sense(self._module, gone, list(binding.accesses))

    def _is_plain(self, number: int) -> bool:
        statement = written_by(self._module, self._flow.accesses[number].node)
        value = getattr(statement, "value", None)
        return isinstance(value, ast.expr) and kind_of(self._module, value) in PLAIN


def may_move(module: Module, number: int) -> bool:
    """Whether a mention of a name may stand in another function, if what it needs is handed over.

    Args:
        module: the file.
        number: of the access.
    """
    access = name_flow(module).accesses[number]
    owner, name = module.scopes.key(access)
    if name != access.name or name in ("super", "__class__"):
        return False
    if access.mode in (Mode.DELETE, Mode.DECLARE):
        return False
    if owner is unit_of(access.scope):
        # What never runs, as far as is known, finds no writes.
        found = name_flow(module).writes.get(number)
        return bool(found) and _is_shared_well(module.scopes.binding(access), access)
    if owner.kind is ScopeKind.MODULE:
        return access.mode is Mode.READ
    return owner.kind in (ScopeKind.COMPREHENSION, ScopeKind.LAMBDA)


def _is_shared_well(binding: Binding, access: Access) -> bool:
    """Whether functions inside, if they see the variable, see the same as before."""
    changes, lazy_changes, own = _sharing(binding)
    if changes == 1 and isinstance(binding.changes[0].node, ast.arg):
        return True
    if access.mode is Mode.WRITE:
        return own
    return not lazy_changes and not _is_lazy(access.scope, binding.scope)


@lru_cache(maxsize=4096)
def _sharing(binding: Binding) -> tuple[int, bool, bool]:
    """Return how often a variable is changed, whether lazy code does, and whether none sees it."""
    lazy = [access.mode for access in binding.accesses if _is_lazy(access.scope, binding.scope)]
    return len(binding.changes), any(mode is not Mode.READ for mode in lazy), not lazy


def _is_lazy(scope: Scope, home: Scope) -> bool:
    """Whether code of a scope may run after, or while, its function does something else."""
    while scope is not home and scope.parent is not None:
        if scope.kind is not ScopeKind.COMPREHENSION or isinstance(scope.node, LAZY):
            return True
        scope = scope.parent
    return False


def always_writes(statements: Sequence[ast.stmt], name: str) -> bool:
    """Whether a variable has been written for certain when these statements have run."""
    return any(_writes(statement, name) for statement in statements)


def _writes(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.If):
        return always_writes(statement.body, name) and always_writes(statement.orelse, name)
    if isinstance(statement, ast.Assign):
        return any(_binds(target, name) for target in statement.targets)
    return isinstance(statement, ast.AnnAssign | ast.AugAssign) and _binds(statement.target, name)


def _binds(target: ast.AST, name: str) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(_binds(part, name) for part in target.elts)
    if isinstance(target, ast.Starred):
        return _binds(target.value, name)
    return isinstance(target, ast.Name) and target.id == name
