"""What a piece of a file does at module level: the functions in it are not looked into.

What others have to know of a piece that they do not look at themselves: which names of the
module it defines, writes and mentions, and how control passes through it. Kept with the piece.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from nerion_gym.syntax.flow import CHANGING, lay_out, unit_of
from nerion_gym.syntax.outside import NOTHING
from nerion_gym.syntax.reaching import Reaching
from nerion_gym.syntax.scope_builder import extend_scopes
from nerion_gym.syntax.scopes import Mode, Scope, ScopeKind, Scopes
from nerion_gym.syntax.trees import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
NO_BLOCKS = frozenset({"Lambda", "IfExp", "Expression"})
BLOCKS_OF: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(name for name in reversed(BLOCKS) if name in cls._fields)
    for cls in CLASSES
    if cls.__name__ not in NO_BLOCKS
}
"""Class of statement -> its fields that hold statements, the last in the text first."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINING: frozenset[type] = frozenset({*FUNCTIONS, ast.ClassDef, ast.alias})
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
Named = dict[str, list[ast.AST]]


class Gate(Enum):
    """What becomes of a value that a name has before a piece, where the piece does not name it."""

    PASSES = "passes"
    CALLS = "calls"
    """It passes, but functions may have run that write to the name."""
    OTHER = "other"


@dataclass(frozen=True, eq=False)
class Outline:
    """The module level of a piece.

    Attributes:
        module: the piece, parsed alone.
    """

    module: Module = field(repr=False)

    @cached_property
    def scopes(self) -> Scopes:
        """Its scopes; the functions' are empty but for parameters, unless they say `global`."""
        if "scopes" in self.module.__dict__:
            return self.module.scopes
        root = Scope(ScopeKind.MODULE, "<module>", self.module.tree)
        extend_scopes(root, self.module.tree.body, entered(self.module, ()))
        return Scopes(root, NOTHING)

    @cached_property
    def defined(self) -> Defined:
        """The definitions and imports of the module's names."""
        return Defined.of(self.scopes.root.accesses, self.scopes.root.children)

    @cached_property
    def certain(self) -> frozenset[ast.AST]:
        """The bindings that no branch decides."""
        return frozenset(certain(self.module.tree.body))

    @cached_property
    def at_module_level(self) -> list[Access]:
        """The mentions that run with the module, by position."""
        root = self.scopes.root
        return [access for access in self.scopes.accesses if unit_of(access.scope) is root]

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The module's names that are mentioned at module level."""
        return frozenset(self._names(self.at_module_level))

    @cached_property
    def changed(self) -> frozenset[str]:
        """Those of them that are written or deleted."""
        return frozenset(self._names(a for a in self.at_module_level if a.mode in CHANGING))

    def _names(self, accesses: Iterable[Access]) -> Iterator[str]:
        for access in accesses:
            owner, name = self.scopes.key(access)
            if owner is self.scopes.root:
                yield name

    @cached_property
    def gate(self) -> Gate:
        """How control passes: found by sending two values through, one of them by any call."""
        accesses = self.at_module_level
        probes = [ast.Name(f"{number}", ast.Load()) for number in range(2)]
        body = [*self.module.tree.body, *map(ast.Expr, probes)]
        first = len(accesses)
        mentions: dict[ast.AST, list[tuple[int, bool]]] = defaultdict(list)
        for number, access in enumerate(accesses):
            if access.mode is not Mode.DECLARE:
                mentions[access.node].append((number, access.mode is not Mode.READ))
        for number, probe in enumerate(probes):
            mentions[probe] = [(first + number, False)]
        flow = lay_out(ast.Module(body, []), mentions)
        bindings = [*range(first), first, first + 1]
        solved = Reaching(flow, bindings, {first: (0,)}, {first + 1: (0,)})
        writes = {link.access: link.writes for link in solved.links() if link.access >= first}
        if not writes.get(first):
            return Gate.OTHER
        return Gate.CALLS if writes[first + 1] else Gate.PASSES

    @cached_property
    def statements(self) -> dict[ast.alias, ast.Import | ast.ImportFrom]:
        """Each name that is imported -> the statement."""
        return {k: v for scope in self.scopes.all for k, v in scope.imports.items()}

    @cached_property
    def tops(self) -> dict[str, list[ast.AST]]:
        """Name -> the functions and classes of that name that lie in no other one, in order."""
        found: dict[str, list[ast.AST]] = defaultdict(list)
        for node in inner_definitions(self.module.tree):
            found[node.name].append(node)
        return dict(found)


@dataclass(frozen=True)
class Defined:
    """The definitions and imports of a module's names.

    Attributes:
        plainly: by statements at module level.
        deferred: by functions that declare the name global.
    """

    plainly: Named
    deferred: Named

    @classmethod
    def of(cls, accesses: Iterable[Access], inside: Iterable[Scope]) -> Defined:
        """Return those among the mentions of the module's scope and of scopes inside it."""
        plainly: Named = defaultdict(list)
        deferred: Named = defaultdict(list)
        for access in accesses:
            if access.node.__class__ in DEFINING:
                plainly[access.name].append(access.node)
        for scope in (scope for top in inside for scope in top.walk()):
            for access in scope.accesses if scope.declared else ():
                name = scope.mangled(access.name)
                if access.node.__class__ in DEFINING and not scope.owner_of(name).parent:
                    deferred[name].append(access.node)
        return cls(plainly, deferred)


@lru_cache(maxsize=4096)
def outline_of(module: Module) -> Outline:
    """Return the outline of a piece, worked out once."""
    return Outline(module)


def entered(module: Module, wanted: Iterable[ast.AST]) -> frozenset[ast.AST] | None:
    """Return the functions to look into: all (None) where one of them may define global names."""
    declares = b"global" in module.source or b"nonlocal" in module.source
    return None if declares else frozenset(wanted)


def inner_definitions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the functions and classes below a node that lie in no other one below it."""
    pending = [node]
    while pending:
        below = pending.pop()
        if below is not node and isinstance(below, DEFINITIONS):
            yield below  # type: ignore[misc]
            continue
        for name in BLOCKS_OF[below.__class__]:
            pending += reversed(getattr(below, name))


def certain(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the bindings that no branch decides."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield from statement.names
        elif isinstance(statement, ast.Assign):
            yield from statement.targets
        elif isinstance(statement, ast.AnnAssign):
            yield statement.target
