"""What the names of one file stand for: its functions, classes and imports, by scope.

Only names are followed, never values: a name stands for what is defined or imported under it. A
definition in a branch (`try: from fast import f` / `except ImportError: def f(): ...`) does not
end the search for earlier ones.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.outlines import DEFINING, FUNCTIONS, certain
from nerion_gym.syntax.scopes import Mode, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.positions import LineTable
    from nerion_gym.syntax.scopes import Access, Scope, Scopes

MOST_TARGETS = 4
"""A name stands for at most so many definitions: the latest in the text."""
NOT_CALLED = frozenset({"property", "cached_property", "getter", "setter", "deleter"})
"""Decorators that make `self.name()` call something else than the method of that name."""
NO_INSTANCE = "staticmethod"
CONSTRUCTOR = "__init__"
Key = tuple["Scope", str]
Extent = tuple[int, int]
"""Bytes [start, end) of a syntax node."""


class Spec(NamedTuple):
    """A name of another module, as written.

    Attributes:
        level: leading dots.
        module: dotted name after them; may be empty.
        attributes: what is taken from the module.
    """

    level: int
    module: str
    attributes: tuple[str, ...] = ()

    def then(self, attributes: tuple[str, ...]) -> Spec:
        """Return the spec of an attribute of what this one names."""
        return self._replace(attributes=self.attributes + attributes)


class Definition(NamedTuple):
    """What a name of a module stands for, without its tree.

    Attributes:
        extent: of the definition, or of the name that is assigned.
        spec: what it imports, if it does.
        is_function: whether calling it runs it.
        methods: for a class: name -> its functions.
    """

    extent: Extent
    spec: Spec | None = None
    is_function: bool = False
    methods: dict[str, tuple[Extent, ...]] | None = None


@dataclass(frozen=True, eq=False)
class Definitions:
    """The definitions of a file.

    Attributes:
        scopes: of the file.
    """

    scopes: Scopes = field(repr=False)
    _methods: dict[ast.ClassDef, dict[str, tuple[ast.AST, ...]]] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def _by_name(self) -> dict[str, list[Access]]:
        """Mangled name -> the definitions and imports that bind it, of whatever scope."""
        every = [
            access
            for scope in self.scopes.all
            for access in scope.accesses
            if access.node.__class__ in DEFINING
        ]
        found: dict[str, list[Access]] = defaultdict(list)
        for access in every:
            found[access.scope.mangled(access.name)].append(access)
        return found

    def of(self, key: Key) -> tuple[ast.AST, ...]:
        """Return the definitions and imports that a name may stand for, the latest first."""
        named = self._by_name.get(key[1], ())
        same = [access.node for access in named if self.scopes.key(access) == key]
        return lasting(same, key[0].node)

    @cached_property
    def _statement(self) -> dict[ast.alias, ast.Import | ast.ImportFrom]:
        return {k: v for scope in self.scopes.all for k, v in scope.imports.items()}

    def statement_of(self, alias: ast.alias) -> ast.Import | ast.ImportFrom:
        """Return the statement that an import's name stands in."""
        return self._statement[alias]

    def spec(self, alias: ast.alias, *, bound: bool) -> Spec:
        """Return what an import names.

        Args:
            alias: of an import statement.
            bound: what the name that it binds stands for: `import a.b` binds `a`.
        """
        statement = self.statement_of(alias)
        if isinstance(statement, ast.ImportFrom):
            taken = () if alias.name == "*" else (alias.name,)
            return Spec(statement.level, statement.module or "", taken)
        whole = bool(alias.asname) or not bound
        return Spec(0, alias.name if whole else alias.name.split(".", 1)[0])

    def methods(self, node: ast.ClassDef) -> dict[str, tuple[ast.AST, ...]]:
        """Return the functions that a class itself defines under each (mangled) name."""
        if node not in self._methods:
            scope = self.scope_of(node)
            bound = defaultdict(list)
            for access in scope.accesses:
                if access.mode is Mode.WRITE and access.name not in scope.declared:
                    bound[scope.mangled(access.name)].append(access.node)
            final = {name: lasting(nodes, node) for name, nodes in bound.items()}
            whole = {name: nodes for name, nodes in final.items() if all(map(is_method, nodes))}
            self._methods[node] = whole
        return self._methods[node]

    def scope_of(self, node: ast.ClassDef) -> Scope:
        """Return a class's own scope."""
        return self.scopes.by_node[node]

    def instance_class(self, key: Key) -> ast.ClassDef | None:
        """Return the class whose method's first parameter (`self`, `cls`) a name is, if it is."""
        scope, name = key
        node, around = scope.node, scope.parent
        if around is not None and around.kind is ScopeKind.TYPE:
            around = around.parent
        if around is None or not isinstance(node, FUNCTIONS) or around.kind is not ScopeKind.CLASS:
            return None
        first = [*node.args.posonlyargs, *node.args.args][:1]
        if not first or first[0].arg != name or NO_INSTANCE in decorators(node):
            return None
        cls = around.node
        return cls if isinstance(cls, ast.ClassDef) and not self._rebound(key) else None

    def _rebound(self, key: Key) -> bool:
        accesses = [a for scope in key[0].walk() for a in scope.accesses if a.name == key[1]]
        changed = [a for a in accesses if a.mode in (Mode.WRITE, Mode.DELETE)]
        return sum(self.scopes.key(access) == key for access in changed) > 1


def is_method(node: ast.AST) -> bool:
    """Whether calling this attribute of an instance runs this function."""
    return isinstance(node, FUNCTIONS) and NOT_CALLED.isdisjoint(decorators(node))


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the last names of a function's decorators."""
    return {getattr(d, "attr", getattr(d, "id", "")) for d in node.decorator_list}


def lasting(nodes: Iterable[ast.AST], block: ast.AST) -> tuple[ast.AST, ...]:
    """Return the bindings of a name that may hold at a block's end, the latest first."""
    bindings = list(nodes)
    if len(bindings) < 2:  # nearly always
        return tuple(bindings)
    surely = set(certain(getattr(block, "body", [])))
    found: list[ast.AST] = []
    for node in reversed(bindings[-MOST_TARGETS:]):
        found.append(node)
        if node in surely:
            break
    return tuple(found)


@lru_cache(maxsize=128)
def definitions_of(module: Module) -> Definitions:
    """Return the definitions of a file, worked out once; fewer are kept than parsed files."""
    return Definitions(module.scopes)


def summary(known: Definitions, table: LineTable, node: ast.AST, start: int = 0) -> Definition:
    """Return what others need of a definition.

    Args:
        known: the definitions of its file, or of a piece of it.
        table: of the text.
        node: the definition.
        start: of the text in the file.
    """

    def extent(node: ast.AST) -> Extent:
        first, last = table.offsets(node)
        return first + start, last + start

    spec = known.spec(node, bound=True) if isinstance(node, ast.alias) else None
    methods = None
    if isinstance(node, ast.ClassDef):
        found = known.methods(node).items()
        methods = {name: tuple(map(extent, nodes)) for name, nodes in found}
    return Definition(extent(node), spec, isinstance(node, FUNCTIONS), methods)
