"""Where a name's value may come from, for analyses that must be right: nothing is left out."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from nerion_gym.syntax.flow import UNBOUND, DataFlow, Solver, unit_of
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Scope

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class NameFlow:
    """The writes that each access of a file may find, and the accesses that may find each write.

    Deletions count as writes. What other modules do to a module's names, and what `exec` and its
    kin do to any, is not seen.

    Attributes:
        accesses: every mention in the file, by position.
        writes: access number -> numbers of the writes of its name that may have come last;
            `UNBOUND` among them where the name may have no value. Code that never runs has none.
        uses: number of a write -> numbers of the accesses that may find it.
    """

    accesses: tuple[Access, ...] = field(repr=False)
    writes: dict[int, frozenset[int]] = field(repr=False)
    uses: dict[int, frozenset[int]] = field(repr=False)
    _numbers: dict[tuple[ast.AST, str], list[int]] = field(repr=False)

    def numbers(self, node: ast.AST) -> list[int]:
        """Return the numbers of the accesses that a node holds itself (`x += 1` holds two)."""
        return self._numbers.get((node, getattr(node, "id", getattr(node, "arg", ""))), [])

    def is_bound(self, node: ast.AST) -> bool:
        """Whether a name that is read here has a value on every way to it."""
        known = [self.writes.get(number, NOTHING) for number in self.numbers(node)]
        return bool(known) and all(writes and all(map(self._lasts, writes)) for writes in known)

    def _lasts(self, write: int) -> bool:
        """Whether a write leaves a value: `except E as x` takes it away at the handler's end."""
        if write == UNBOUND:
            return False
        access = self.accesses[write]
        return access.mode is Mode.WRITE and not isinstance(access.node, ast.ExceptHandler)

    def found_by(self, node: ast.AST) -> AbstractSet[int]:
        """Return the writes that a name which is read here may find."""
        return frozenset().union(*(self.writes.get(n, NOTHING) for n in self.numbers(node)))


class BoundFlow(DataFlow):
    """The data flow of a text whose bindings are looked at anyway."""

    @cached_property
    def keys(self) -> tuple[tuple[Scope, str], ...]:
        """(owning scope, mangled name) of each access."""
        bindings = [self.scopes.binding(access) for access in self.accesses]
        return tuple([(binding.scope, binding.name) for binding in bindings])


@lru_cache(maxsize=64)
def name_flow(module: Module) -> NameFlow:
    """Return the flow of a file's names, worked out once."""
    scopes = module.scopes
    units = tuple(scope for scope in scopes.all if unit_of(scope) is scope)
    data = BoundFlow(scopes, scopes.accesses, units)
    writes: dict[int, frozenset[int]] = {}
    uses: dict[int, set[int]] = defaultdict(set)
    for solved in Solver(data, complete=True).solve():
        for use, found in solved.last_writes():
            # Code that is copied, as a `finally` is, finds more each time.
            writes[use] = writes.get(use, NOTHING).union(found)
            for write in found:
                uses[write].add(use)
    numbers: dict[tuple[ast.AST, str], list[int]] = defaultdict(list)
    for number, access in enumerate(scopes.accesses):
        numbers[access.node, access.name].append(number)
    return NameFlow(
        scopes.accesses,
        writes,
        {write: frozenset(several) for write, several in uses.items()},
        dict(numbers),
    )
