"""Data flow: for each access of a name, the accesses that may have come last before it.

Reaching definitions over the blocks of each unit (module, function, lambda), all names at once
as bits of one integer. A function runs at any time after its definition, so what it sees of a
name from outside is what had been written there by then, what may be written later, and what
other functions write to it. Names that more than `MOST_ESCAPING` functions' accesses write are
left to their symbol: every access is joined to it anyway.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from nerion_gym.syntax import flow_blocks, flow_simple
from nerion_gym.syntax.control import ENTRY, EXIT, Flow
from nerion_gym.syntax.reaching import MOST_SOURCES, Link, Reaching
from nerion_gym.syntax.scopes import Mode, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from nerion_gym.syntax.control import Handler
    from nerion_gym.syntax.scopes import Access, Scope, Scopes

HANDLERS = {**flow_simple.HANDLERS, **flow_blocks.HANDLERS}
COMPLETE = {**HANDLERS, **flow_blocks.SWALLOWING}
UNIT_KINDS = (ScopeKind.MODULE, ScopeKind.FUNCTION, ScopeKind.LAMBDA)
MOST_ESCAPING = 8
CHANGING = (Mode.WRITE, Mode.DELETE)
UNBOUND = -1
"""Stands for "nothing was written yet" among the writes of a complete solution."""


@dataclass(frozen=True, eq=False)
class DataFlow:
    """The data flow of some units of a file.

    Attributes:
        scopes: the file's scopes.
        accesses: every mention in the units and every shown one, in source order; a place is an
            access number.
        units: scopes of the units, outer before inner.
    """

    scopes: Scopes
    accesses: tuple[Access, ...] = field(repr=False)
    units: tuple[Scope, ...] = field(repr=False)

    @cached_property
    def keys(self) -> tuple[tuple[Scope, str], ...]:
        """(owning scope, mangled name) of each access."""
        return tuple([self.scopes.key(access) for access in self.accesses])

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links of every unit; an access occurs several times where its code is copied."""
        return tuple(Solver(self).links())


class Solver:
    """Solves units from the outside in.

    Args:
        data: accesses and units.
        complete: leave out nothing to keep the result small, and give `UNBOUND` among the writes
            of an access that may find its name without a value.
    """

    def __init__(self, data: DataFlow, *, complete: bool = False) -> None:
        self._data = data
        self._complete = complete
        numbers: dict[tuple[Scope, str], int] = {}
        self._bindings = [numbers.setdefault(key, len(numbers)) for key in data.keys]
        self._owners = [unit_of(scope) for scope, _ in numbers]
        units = {scope: unit_of(scope) for scope in {access.scope for access in data.accesses}}
        self._units = [units[access.scope] for access in data.accesses]
        self._mentions = self._collect_mentions()
        self._escaping = self._collect_escaping()
        self._solved: dict[Scope, Reaching] = {}

    def _collect_mentions(self) -> dict[ast.AST, list[tuple[int, bool]]]:
        found: dict[ast.AST, list[tuple[int, bool]]] = defaultdict(list)
        for number, access in enumerate(self._data.accesses):
            if access.mode is not Mode.DECLARE:
                found[access.node].append((number, access.mode is not Mode.READ))
        return found

    def _collect_escaping(self) -> dict[int, tuple[int, ...]]:
        """Return the writes of each binding that stand in other functions than its own."""
        found: dict[int, list[int]] = defaultdict(list)
        owners = self._owners
        pairs = zip(self._bindings, self._units, strict=True)
        for number, (binding, unit) in enumerate(pairs):
            if unit is not owners[binding] and self._data.accesses[number].mode in CHANGING:
                found[binding].append(number)
        most = len(self._data.accesses) if self._complete else MOST_ESCAPING
        return {b: tuple(w) for b, w in found.items() if len(w) <= most}

    def links(self) -> Iterator[Link]:
        """Yield the links of each unit."""
        for solved in self.solve():
            yield from solved.links()

    def solve(self) -> Collection[Reaching]:
        """Return the solution of each unit."""
        free, own = self._free_names(), self._own_names()
        most = len(self._data.accesses) if self._complete else MOST_SOURCES
        for unit in self._data.units:
            flow = lay_out(unit.node, self._mentions, COMPLETE if self._complete else HANDLERS)
            entry = {binding: self._on_entry(unit, binding) for binding in free[unit]}
            if self._complete:
                entry |= dict.fromkeys(own[unit], (UNBOUND,))
            self._solved[unit] = Reaching(flow, self._bindings, entry, self._escaping, most)
        return self._solved.values()

    def _own_names(self) -> dict[Scope, list[int]]:
        """Return the bindings that each unit owns."""
        found: dict[Scope, list[int]] = defaultdict(list)
        for binding, owner in enumerate(self._owners):
            found[owner].append(binding)
        return found

    def _free_names(self) -> dict[Scope, set[int]]:
        """Return the bindings that each unit mentions without owning them."""
        found: dict[Scope, set[int]] = defaultdict(set)
        for unit, binding in zip(self._units, self._bindings, strict=True):
            if self._owners[binding] is not unit:
                found[unit].add(binding)
        return found

    def _on_entry(self, unit: Scope, binding: int) -> tuple[int, ...]:
        owner, function = self._owners[binding], unit
        escaping = self._escaping.get(binding, ())
        if owner not in self._solved:
            return escaping
        while (around := unit_of(function.parent)) is not owner:  # type: ignore[arg-type]
            function = around
        seen = self._solved[owner].seen_by(function.node, binding)
        return (*seen, *escaping)


def lay_out(
    unit: ast.AST,
    mentions: dict[ast.AST, list[tuple[int, bool]]],
    handlers: Mapping[type[ast.AST], Handler] = HANDLERS,
) -> Flow:
    """Return the blocks of a module, function or lambda.

    Args:
        unit: `ast.Module`, a function definition or `ast.Lambda`.
        mentions: node -> (access number, whether it writes) of each name that it holds.
        handlers: how each class of node is laid out.
    """
    flow = Flow(mentions, handlers, flow_simple.plain)
    flow.now = flow.block(ENTRY)
    if isinstance(unit, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for parameter in flow_simple.parameters(unit.args):
            flow.mention(parameter)
    if isinstance(unit, ast.Lambda):
        flow.visit(unit.body)
    elif isinstance(unit, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        flow.visit_all(unit.body)
    flow.link(flow.now, EXIT)
    return flow


def unit_of(scope: Scope) -> Scope:
    """Return the scope of the module, function or lambda whose run a scope is part of."""
    while scope.kind not in UNIT_KINDS and scope.parent is not None:
        scope = scope.parent
    return scope


def data_flow(scopes: Scopes) -> DataFlow:
    """Return the data flow of a file; of a part of one see `PieceScopes`."""
    return DataFlow(scopes, scopes.accesses, tuple(s for s in scopes.all if unit_of(s) is s))


def units_shown(scopes: Scopes, inside: AbstractSet[ast.AST]) -> set[Scope]:
    """Return the units with a shown node and those around them."""
    units = {scopes.root}
    for scope in scopes.all:
        if scope.node in inside:
            unit: Scope | None = unit_of(scope)
            while unit is not None and unit not in units:
                units.add(unit)
                unit = unit_of(unit.parent) if unit.parent else None
    return units


def units_needed(scopes: Scopes, shown: list[Access], inside: AbstractSet[ast.AST]) -> set[Scope]:
    """Return the shown units, and around them those where a name meets another shown mention."""
    keys = [scopes.key(access) for access in shown]
    mentions = Counter(keys)
    needed: set[Scope] = set()
    for access, key in zip(shown, keys, strict=True):
        unit = unit_of(access.scope)
        if unit.node in inside or mentions[key] > 1:
            needed.add(unit)
    return needed
