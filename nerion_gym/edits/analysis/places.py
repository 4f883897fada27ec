"""What is known of a place: its scope, and which variables have a value there for certain."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Scope

K = TypeVar("K")
T = TypeVar("T")
Names = frozenset[str]
MOST_NEAR = 2
"""Of many things that could be mistaken for another, the nearest few are proposed."""
MOST_LOOKED_AT = 60
"""Candidates looked at for one place: long modules stay cheap."""
NONE: Names = frozenset()
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
TRIES = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))


def by_distance(things: Sequence[T], before: int, after: int) -> Iterator[T]:
    """Yield the things nearest to a place first, one before it and one behind it in turn.

    Args:
        things: in the order of the text.
        before: how many of them stand before the place.
        after: number of the first that stands behind it.
    """
    for step in range(MOST_LOOKED_AT // 2):
        if step < before:
            yield things[before - 1 - step]
        if after + step < len(things):
            yield things[after + step]


def in_order(found: Mapping[K, list[tuple[int, T]]]) -> dict[K, tuple[list[int], list[T]]]:
    """Return where things stand, in the order of the text, and the things, under each key."""
    ordered = {key: sorted(pairs, key=lambda pair: pair[0]) for key, pairs in found.items()}
    return {
        key: ([place for place, _ in pairs], [thing for _, thing in pairs])
        for key, pairs in ordered.items()
    }


def nearest_others(names: Sequence[T], at: int, allowed: Container[T]) -> list[T]:
    """Return the three nearest different names to the one of this number, itself left out.

    Args:
        names: in the order of the text.
        at: number of the one that is to be replaced.
        allowed: names that could stand there.
    """
    others = by_distance(names, at, at + 1)
    return distinct((name for name in others if name in allowed), MOST_NEAR + 1)


def confusable(own: T, nearest: Sequence[T]) -> list[T]:
    """Return what a name may be mistaken for: the others of the nearest three, if it is one.

    Only then would each of those, put there, be mistaken for it as well.
    """
    return [name for name in nearest if name != own] if own in nearest else []


def distinct(things: Iterable[T], most: int = MOST_NEAR) -> list[T]:
    """Return the first few different things, in their order; no more are asked for."""
    found: list[T] = []
    for thing in things:
        if thing not in found:
            found.append(thing)
            if len(found) == most:
                break
    return found


def scope_at(module: Module, site: Site) -> Scope:
    """Return the scope that an expression is evaluated in."""
    by_node = module.scopes.by_node
    below, child, around = site.node, site.node, site.parent
    while around is not None:
        scope = by_node.get(around.node)
        if scope is not None and _is_inside(around.node, child, below):
            return scope
        below, child, around = child, around.node, around.parent
    return module.scopes.root


def _is_inside(owner: ast.AST, child: ast.AST, below: ast.AST) -> bool:
    """Whether a child of what opens a scope stands in it; decorators and defaults do not."""
    if isinstance(owner, DEFINITIONS):
        return isinstance(child, ast.stmt)
    if isinstance(owner, ast.Lambda):
        return child is owner.body
    if isinstance(child, ast.comprehension):
        first = owner.generators[0]  # type: ignore[attr-defined]
        return not (child is first and below is first.iter)
    return True


def assigned_at(module: Module, site: Site, function: ast.AST) -> Names:
    """Return names that statements of a function certainly assigned before control came here.

    Parameters are not among them. Only what the nesting of statements shows counts: a name that
    every way through an `if` assigns, never what a loop's body or a `with` may leave out. A name
    that is deleted somewhere may be among them.

    Args:
        module: the file.
        site: a place in the function's own scope.
        function: the `def` node.
    """
    before = _assigned(module, function)
    place: Site | None = site
    while place is not None and place.node not in before:
        place = place.parent
    return NONE if place is None else before[place.node]


@lru_cache(maxsize=1024)
def _assigned(_module: Module, function: ast.AST) -> dict[ast.AST, Names]:
    before: dict[ast.AST, Names] = {}
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        _follow(function.body, NONE, before)
    return before


def _follow(
    body: Sequence[ast.stmt], given: Names | None, before: dict[ast.AST, Names]
) -> Names | None:
    """Return what is assigned after a block; None where control never gets there."""
    for statement in body:
        before[statement] = given or NONE
        if given is not None:
            given = _after(statement, given, before)
        else:
            _after(statement, NONE, before)
    return given


def _after(statement: ast.stmt, given: Names, before: dict[ast.AST, Names]) -> Names | None:
    if isinstance(statement, LEAVING):
        return None
    if isinstance(statement, ast.If):
        return _after_if(statement, given, before)
    if isinstance(statement, TRIES):
        return _after_try(statement, given, before)
    if isinstance(statement, ast.Match):
        for case in statement.cases:
            _follow(case.body, given, before)
        return given
    return _after_block(statement, given, before)


def _after_if(statement: ast.If, given: Names, before: dict[ast.AST, Names]) -> Names | None:
    """Follow a chain of `elif` without recursion: it may be long."""
    ways = [_follow(statement.body, given, before)]
    while len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        statement = statement.orelse[0]
        before[statement] = given
        ways.append(_follow(statement.body, given, before))
    return _joined([*ways, _follow(statement.orelse, given, before)])


def _after_block(statement: ast.stmt, given: Names, before: dict[ast.AST, Names]) -> Names:
    """Loops may not run at all; a `with` may swallow what ends its body early."""
    if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
        target = NONE if isinstance(statement, ast.While) else _names([statement.target])
        _follow(statement.body, given | target, before)
        _follow(statement.orelse, given, before)
        return given
    if isinstance(statement, ast.With | ast.AsyncWith):
        targets = [item.optional_vars for item in statement.items if item.optional_vars]
        _follow(statement.body, given | _names(targets), before)
        return given
    return given | _written(statement)


def _after_try(statement: ast.Try, given: Names, before: dict[ast.AST, Names]) -> Names | None:
    tried = _follow(statement.orelse, _follow(statement.body, given, before), before)
    caught = [_follow(handler.body, given, before) for handler in statement.handlers]
    joined = _joined([tried, *caught])
    last = _follow(statement.finalbody, given, before)
    return None if joined is None or last is None else joined | last


def _joined(ways: Sequence[Names | None]) -> Names | None:
    """Return what every way that leads on has assigned."""
    open_ways = [way for way in ways if way is not None]
    return frozenset.intersection(*open_ways) if open_ways else None


def _written(statement: ast.stmt) -> Names:
    if isinstance(statement, ast.Assign):
        return _names(statement.targets)
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return NONE if statement.value is None else _names([statement.target])
    return NONE


def _names(targets: Sequence[ast.expr]) -> Names:
    return frozenset(_targets(targets))


def _targets(targets: Sequence[ast.expr]) -> Iterator[str]:
    pending = list(targets)
    while pending:
        target = pending.pop()
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            pending += target.elts
        elif isinstance(target, ast.Starred):
            pending.append(target.value)
