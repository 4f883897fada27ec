"""Which variable may be mistaken for which: those near that have a value in the same place.

A name is replaced by one of the nearest two only where it is among the nearest three itself, what
stands at the place left out: then the one is as easily mistaken for the other as the other way.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.places import assigned_at, confusable, nearest_others
from nerion_gym.edits.analysis.safety import CONVENTIONS
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.rewriting.respelling import parent_of
from nerion_gym.syntax.scopes import LOCAL_KINDS, Mode, Scope, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding

INDEX_PARTS = (ast.BinOp, ast.UnaryOp, ast.Slice, ast.Tuple)
TARGET_PARTS = (ast.Tuple, ast.List, ast.Starred)
LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


class Group(NamedTuple):
    """The variables of one function, lambda or comprehension.

    Attributes:
        scope: where they live.
        names: those that may be mistaken for each other.
        given: those of them that have a value from the start.
        accesses: their mentions in the scope itself, annotations apart, in source order.
    """

    scope: Scope
    names: frozenset[str]
    given: frozenset[str]
    accesses: tuple[Access, ...]


class Choice(NamedTuple):
    """A variable that is read, and what it may be mistaken for."""

    is_index: bool
    node: ast.Name
    names: list[str]


@lru_cache(maxsize=64)
def choices(module: Module) -> tuple[Choice, ...]:
    """Return every read of a variable that may be mistaken for others, with those."""
    return tuple(
        choice for group in _groups(module) for choice in _choices_in(module, group) if choice.names
    )


def _choices_in(module: Module, group: Group) -> Iterator[Choice]:
    """Yield every read of a group's variables.

    Where two or more indices are near, a place in brackets is theirs. That does not depend on
    what stands there, so that every mistake can be taken back.
    """
    of = sites_of(module).of
    every = [access.name for access in group.accesses]
    places = [n for n, access in enumerate(group.accesses) if _is_index(of[access.node])]
    indices = [every[number] for number in places]
    among = {number: place for place, number in enumerate(places)}
    for number, access in enumerate(group.accesses):
        site = of[access.node]
        if isinstance(site.node, ast.Name) and _is_plain_read(access, site):
            allowed = _bound_at(module, group, site)
            near = nearest_others(indices, among[number], allowed) if number in among else []
            is_index = len(near) > 1
            near = near if is_index else nearest_others(every, number, allowed)
            yield Choice(is_index, site.node, confusable(access.name, near))


def _is_plain_read(access: Access, site: Site) -> bool:
    """Whether an access reads a value that could be another; what is called is no variable."""
    around = parent_of(site)
    called = isinstance(around, ast.Call) and around.func is site.node
    reads = access.mode is Mode.READ and isinstance(getattr(site.node, "ctx", None), ast.Load)
    return reads and not (called or site.frozen)


def _is_index(site: Site) -> bool:
    """Whether a name stands in an index, alone or in a sum, or is what a loop counts with."""
    node = site.node
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    parts = TARGET_PARTS if stored else INDEX_PARTS
    while site.parent is not None and isinstance(site.parent.node, parts):
        site = site.parent
    around = parent_of(site)
    if stored:
        return isinstance(around, LOOPS) and around.target is site.node
    return isinstance(around, ast.Subscript) and around.slice is site.node


def _bound_at(module: Module, group: Group, site: Site) -> frozenset[str]:
    """Return which of a group's variables have a value at a place for certain."""
    if group.scope.kind is not ScopeKind.FUNCTION:
        return group.given
    return group.given | (group.names & assigned_at(module, site, group.scope.node))


@lru_cache(maxsize=64)
def _groups(module: Module) -> tuple[Group, ...]:
    found: dict[Scope, list[Binding]] = defaultdict(list)
    for binding in module.scopes.bindings:
        if binding.scope.kind in LOCAL_KINDS and _is_variable(binding):
            found[binding.scope].append(binding)
    return tuple(_group(scope, bindings) for scope, bindings in found.items() if len(bindings) > 1)


def _group(scope: Scope, bindings: list[Binding]) -> Group:
    names = frozenset(binding.name for binding in bindings)
    given = {
        binding.name
        for binding in bindings
        if any(isinstance(write.node, ast.arg) for write in binding.writes)
    }
    if scope.kind is ScopeKind.COMPREHENSION and len(_generators(scope.node)) == 1:
        given |= names
    accesses = [one for one in scope.accesses if one.name in names and not one.annotation]
    return Group(scope, names, frozenset(given), tuple(sorted(accesses, key=_position)))


def _position(access: Access) -> tuple[int, int]:
    return access.node.lineno, access.node.col_offset  # type: ignore[attr-defined]


def _generators(node: ast.AST) -> list[ast.comprehension]:
    return getattr(node, "generators", [])


def _is_variable(binding: Binding) -> bool:
    """Whether a name is a variable by assignment or a plain parameter, and always keeps a value."""
    name = binding.name
    if name in CONVENTIONS or name.startswith("__") or not name.strip("_") or not binding.writes:
        return False
    return all(
        access.mode is not Mode.DELETE and (access.mode is not Mode.WRITE or _is_set(access))
        for access in binding.accesses
    )


def _is_set(access: Access) -> bool:
    node, owner = access.node, access.scope.node
    if isinstance(node, ast.arg):
        parameters = getattr(owner, "args", None)
        return isinstance(parameters, ast.arguments) and node not in (
            parameters.vararg,
            parameters.kwarg,
        )
    return isinstance(node, ast.Name)
