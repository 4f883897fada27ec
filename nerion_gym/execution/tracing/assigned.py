"""Names that surely have a value at some place of a function: what came before assigned them."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
LOOPS = (ast.For, ast.AsyncFor)
NOTHING: frozenset[str] = frozenset()


def assigned_before(module: Module, node: ast.AST, function: ast.AST) -> frozenset[str]:
    """Return names, as written, that have a value whenever a node of a function is evaluated.

    To come to a statement all before it in its block have to be through, and those before the
    statements around it. Private names, which are stored as others, are left out.
    """
    parents = module.walk.parents
    place: ast.AST | None = node
    while place is not None and not isinstance(place, ast.stmt):
        place = parents.get(place)
        if place is function:
            return NOTHING
    return NOTHING if place is None else _at(module, place, function)


@lru_cache(maxsize=20_000)
def _at(module: Module, statement: ast.AST, function: ast.AST) -> frozenset[str]:
    """Return the names that have a value when a statement, or a handler, is come to."""
    outer = module.walk.parents.get(statement)
    if statement is function or outer is None:
        return NOTHING
    found: set[str] = set()
    for field in BLOCKS:
        block = getattr(outer, field, None)
        if isinstance(block, list) and statement in block:
            earlier = block[: block.index(statement)] if field not in ("handlers", "cases") else []
            for before in earlier:
                found.update(_names_given(before))
            if isinstance(outer, LOOPS) and field == "body":
                found.update(_names_of(outer.target))
    return frozenset(found) if outer is function else _at(module, outer, function) | found


def _names_given(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement assigns to before it ends."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _names_of(target)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _names_of(statement.target)


def _names_of(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        if not target.id.startswith("__"):
            yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for inner in target.elts:
            yield from _names_of(inner)
