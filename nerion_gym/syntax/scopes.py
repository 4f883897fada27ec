"""Names: which scope binds each one, and where it is read, written, deleted or declared.

The same resolution as Python's own `symtable` (tests compare them over the standard library), with
the position of every access, which `symtable` does not give.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from nerion_gym.syntax.outside import Mention, Outside


class ScopeKind(StrEnum):
    """What opened a scope."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"
    TYPE = "type"


LOCAL_KINDS = frozenset({ScopeKind.FUNCTION, ScopeKind.LAMBDA, ScopeKind.COMPREHENSION})
"""Scopes whose names are invisible outside and visible in the scopes inside."""


class Mode(StrEnum):
    """What an access does to its name."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    DECLARE = "declare"


class Access(NamedTuple):
    """One mention of a name.

    Attributes:
        name: as written (not mangled), in Unicode's NFKC form as Python compares names.
        node: the `ast.Name`, or the node that holds the name as text: `arg`, `alias`, a
            definition, `ExceptHandler`, a match pattern, `Global`, `Nonlocal`, a type parameter.
        mode: read, write, delete or declare.
        scope: where it stands.
        annotation: whether it stands inside a type annotation.
    """

    name: str
    node: ast.AST
    mode: Mode
    scope: Scope
    annotation: bool = False


@dataclass(eq=False)
class Scope:
    """A block of names.

    Attributes:
        kind: what opened it.
        name: of the function or class; "<lambda>", "<module>" and the like otherwise.
        node: the syntax node that opened it.
        parent: the scope around it, or None for the module.
        private: name of the nearest class around it, which mangles `__x`.
        children: scopes directly inside, in source order.
        bound: mangled names that it binds itself.
        declared: mangled name -> "global" or "nonlocal".
        accesses: mentions that stand in it, not in a scope inside it.
        attributes: names of attributes mentioned in it.
        star: whether it has `from m import *`.
        imports: each name that it imports -> the statement.
    """

    kind: ScopeKind
    name: str
    node: ast.AST = field(repr=False)
    parent: Scope | None = field(default=None, repr=False)
    private: str = ""
    children: list[Scope] = field(default_factory=list, repr=False)
    bound: set[str] = field(default_factory=set, repr=False)
    declared: dict[str, str] = field(default_factory=dict, repr=False)
    accesses: list[Access] = field(default_factory=list, repr=False)
    attributes: set[str] = field(default_factory=set, repr=False)
    star: bool = False
    imports: dict[ast.alias, ast.Import | ast.ImportFrom] = field(default_factory=dict, repr=False)

    def mangled(self, name: str) -> str:
        """Return the name as Python stores it here: `__x` in class A is `_A__x`."""
        if not self.private or not name.startswith("__") or name.endswith("__") or "." in name:
            return name
        owner = self.private.lstrip("_")
        return f"_{owner}{name}" if owner else name

    def walk(self) -> Iterator[Scope]:
        """Yield this scope and all inside it, outer before inner, in source order."""
        pending = [self]
        while pending:
            scope = pending.pop()
            yield scope
            pending += reversed(scope.children)

    def owner_of(self, name: str) -> Scope:
        """Return the scope that a mangled name used here belongs to; the module if no other."""
        declared = self.declared.get(name)
        if declared == "global":
            return self.module
        if declared is None and name in self.bound:
            return self
        return self._outer_owner(name)

    def _outer_owner(self, name: str) -> Scope:
        scope = self.parent
        while scope is not None and scope.parent is not None:
            declared = scope.declared.get(name)
            sees = self.kind is ScopeKind.TYPE and scope is self.parent
            visible = scope.kind is not ScopeKind.CLASS or sees
            if visible and declared == "global":
                return scope.module
            if visible and declared is None and name in scope.bound:
                return scope
            scope = scope.parent
        return self.module

    @property
    def module(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(frozen=True, eq=False)
class Binding:
    """A name of one scope with every mention of it, in that scope and in those inside.

    Attributes:
        name: mangled.
        scope: the scope that it belongs to.
        accesses: in source order.
        elsewhere: how other pieces of the file mention it, where only a piece is looked at.
    """

    name: str
    scope: Scope
    accesses: tuple[Access, ...] = field(repr=False)
    elsewhere: tuple[Mention, ...] = field(default=(), repr=False)

    @cached_property
    def changes(self) -> tuple[Access, ...]:
        """The mentions that do more than read it; none for builtins."""
        return tuple([access for access in self.accesses if access.mode is not Mode.READ])

    @cached_property
    def writes(self) -> tuple[Access, ...]:
        """The mentions here that bind it; none for builtins."""
        return tuple([access for access in self.changes if access.mode is Mode.WRITE])

    @cached_property
    def times_written(self) -> int:
        """How often the file binds it, counted up to two elsewhere."""
        return len(self.writes) + sum(other.mode is Mode.WRITE for other in self.elsewhere)

    @cached_property
    def is_imported(self) -> bool:
        """Whether an import of the file binds it."""
        here = any(access.node.__class__.__name__ == "alias" for access in self.writes)
        return here or any(other.is_import for other in self.elsewhere)


@dataclass(frozen=True, eq=False)
class Scopes:
    """All scopes of a module, or of a piece of one.

    Attributes:
        root: the module's scope.
        outside: what the rest of the module says of its names.
        alone: of a piece, the same without that.
    """

    root: Scope
    outside: Outside
    alone: Scopes | None = None

    def beside(self, outside: Outside) -> Scopes:
        """Return the scopes of a piece of a module with what the rest says of its names."""
        return Scopes(self.root, outside, self)

    @property
    def star(self) -> bool:
        """Whether the module has `from m import *`."""
        return self.root.star or self.outside.star

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that the module binds in its own scope; of other pieces only those used here."""
        return self.outside.bound.union(self.root.bound)

    @cached_property
    def all(self) -> tuple[Scope, ...]:
        """Every scope, outer before inner, in source order."""
        return tuple(self.root.walk()) if self.alone is None else self.alone.all

    @cached_property
    def by_node(self) -> dict[ast.AST, Scope]:
        """Scope-opening node -> its scope (for generics: the inner one)."""
        if self.alone is not None:
            return self.alone.by_node
        return {scope.node: scope for scope in self.all}

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """Every mention of a name, by position; nodes of one position keep their order."""
        if self.alone is not None:
            return self.alone.accesses
        every = [access for scope in self.all for access in scope.accesses]
        return tuple(sorted(every, key=_position))

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """Every binding, in the order of first mention."""
        if self.alone is not None:
            return tuple(map(self._seen_from_here, self.alone.bindings))
        found: dict[tuple[Scope, str], list[Access]] = {}
        here: dict[tuple[Scope, str], list[Access]] = {}
        for access in self.accesses:
            at = access.scope, access.name
            uses = here.get(at)
            if uses is None:
                uses = here[at] = found.setdefault(self.key(access), [])
            uses.append(access)
        return tuple(Binding(name, scope, tuple(uses)) for (scope, name), uses in found.items())

    def _seen_from_here(self, binding: Binding) -> Binding:
        elsewhere = self._elsewhere(binding.scope, binding.name)
        return replace(binding, elsewhere=elsewhere) if elsewhere else binding

    def _elsewhere(self, scope: Scope, name: str) -> tuple[Mention, ...]:
        return self.outside.of(name) if scope is self.root else ()

    @cached_property
    def _by_key(self) -> dict[tuple[Scope, str], Binding]:
        return {(binding.scope, binding.name): binding for binding in self.bindings}

    def key(self, access: Access) -> tuple[Scope, str]:
        """Return the owning scope and mangled name of a mention."""
        name = access.scope.mangled(access.name)
        return access.scope.owner_of(name), name

    def find(self, scope: Scope, name: str) -> Binding | None:
        """Return what a name, as written, means in a scope; None where nothing mentions it."""
        mangled = scope.mangled(name)
        owner = scope.owner_of(mangled)
        found = self._by_key.get((owner, mangled))
        if found is None and self._elsewhere(owner, mangled):
            return Binding(mangled, owner, (), self._elsewhere(owner, mangled))
        return found

    @cached_property
    def _by_access(self) -> dict[Access, Binding]:
        return {access: binding for binding in self.bindings for access in binding.accesses}

    def binding(self, access: Access) -> Binding:
        """Return the binding that a mention belongs to."""
        return self._by_access[access]


def _position(access: Access) -> tuple[int, int]:
    return access.node.lineno, access.node.col_offset  # type: ignore[attr-defined]


def subtree_names(scopes: Iterable[Scope]) -> set[str]:
    """Return every name mentioned in these scopes, in any role, as written."""
    return {access.name for scope in scopes for access in scope.accesses}
