"""Where an edit changes what is evaluated: the smallest expression that holds all of it."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerion_gym.execution.tracing.brackets import (
    can_be_tapped,
    closed_around,
    item_around,
    item_made,
    spliced,
)
from nerion_gym.execution.tracing.placing import PLACED
from nerion_gym.execution.tracing.shuffles import SHUFFLE, shuffled
from nerion_gym.execution.tracing.statements import (
    RULES,
    Contrast,
    Unchanged,
    Unguarded,
    both_given,
)
from nerion_gym.syntax.parsing import expression_in, statements_in
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit, Splice

BODIES = ("body", "orelse", "handlers", "finalbody")
"""Fields of a statement whose statements stand for themselves."""
BY_STATEMENT = frozenset({*RULES, *PLACED, SHUFFLE})
"""Operators whose site is the statement that they change."""
UNWATCHED = frozenset({"annotation", "returns", "format_spec", "type_params", "pattern"})
"""Fields below which nothing can be watched, or nothing runs."""


def contrast_of(module: Module, edit: Edit) -> Contrast | Unchanged | Unguarded | None:
    """Return the expression that an edit changes.

    None where it changes more than that: several files, the order of statements, a target, a
    docstring.
    """
    if any(splice.path != module.path for splice in edit.splices):
        return None
    if edit.operator in BY_STATEMENT:
        statement = statements_by_place(module).get((edit.site.start, edit.site.end))
        return None if statement is None else _ruled(module, statement, edit)
    start, end = edit.splices[0].start, edit.splices[-1].end
    for first, last, decorator in _decorators(module):
        if first <= start and end <= last:
            return _alone(module, decorator, edit.splices)
    statement = statement_around(module, start, end)
    if statement is None or _is_lone_text(statement):
        return None
    if isinstance(statement, ast.Try):
        return _caught(module, statement, edit)
    return _compared(module, statement, edit.splices)


def _ruled(
    module: Module, statement: ast.stmt, edit: Edit
) -> Contrast | Unchanged | Unguarded | None:
    """Return what an operator does to the statement that is its site."""
    if edit.operator == SHUFFLE:
        return shuffled(module, statement)
    placed = PLACED.get(edit.operator)
    return RULES[edit.operator](statement, edit) if placed is None else placed(module, statement)


def _compared(
    module: Module, statement: ast.stmt, splices: Sequence[Splice]
) -> Contrast | Unchanged | None:
    """Compare a statement with what splices inside make of it."""
    start, end = splices[0].start, splices[-1].end
    found = closed_around(module, statement, start, end)
    if found is not None:
        item = item_around(module, found, start, end)
        made = None if item is None else item_made(module, item, splices)
        if item is not None and made is not None:
            return _narrowed(item, made, Contrast(item, item, made))
        after = expression_in(spliced(module, splices, *module.table.offsets(found)))
        if type(after) is type(found):
            return _narrowed(found, after, Contrast(found, found, after))
    edited = _edited(module, statement, splices)
    if edited is None:
        return None
    return _narrowed(statement, edited, _assignment(statement, edited))


@lru_cache(maxsize=64)
def statements_by_place(module: Module) -> dict[tuple[int, int], ast.stmt]:
    """Return the statements of a file by their bytes."""
    every = (node for nodes in module.walk.by_type.values() for node in nodes)
    return {module.table.offsets(node): node for node in every if isinstance(node, ast.stmt)}


def _is_lone_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, or could be one: who reads it cannot be seen."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _caught(module: Module, statement: ast.Try, edit: Edit) -> Contrast | Unchanged | None:
    """Return what a handler's exceptions become."""
    start, end = edit.splices[0].start, edit.splices[-1].end
    for handler in statement.handlers:
        if handler.type is None:
            continue
        first, last = module.table.offsets(handler.type)
        if first <= start and end <= last:
            return _alone(module, handler.type, edit.splices)
    return None


@lru_cache(maxsize=64)
def _decorators(module: Module) -> list[tuple[int, int, ast.expr]]:
    """Return the decorators of a file, with their bytes."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    every = (node for kind in kinds for node in module.walk.by_type.get(kind, ()))
    return [
        (*module.table.offsets(decorator), decorator)
        for node in every
        for decorator in node.decorator_list  # type: ignore[attr-defined]
    ]


def _alone(
    module: Module, node: ast.expr, splices: Sequence[Splice]
) -> Contrast | Unchanged | None:
    """Compare an expression that no other is around with what splices inside make of it."""
    after = expression_in(spliced(module, splices, *module.table.offsets(node)))
    return None if after is None else _narrowed(node, after, Contrast(node, node, after))


def statement_around(module: Module, start: int, end: int) -> ast.stmt | None:
    """Return the innermost statement that holds these bytes."""
    found: ast.stmt | None = None
    inside: Sequence[Any] = module.tree.body
    while True:
        around = next((node for node in inside if _holds(module, node, start, end)), None)
        if around is None:
            return found
        found = around
        inside = list(_statements_in(around))


def _statements_in(node: ast.AST) -> Iterator[ast.stmt]:
    for name in (*BODIES, "cases"):
        for inner in getattr(node, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            elif name != "body":
                yield from inner.body


def _holds(module: Module, node: ast.stmt, start: int, end: int) -> bool:
    first, last = module.table.offsets(node)
    return first <= start and end <= last


def _edited(module: Module, statement: ast.stmt, splices: Sequence[Splice]) -> ast.stmt | None:
    """Return what an edit makes of a statement, of one that holds others only its head."""
    first, last = module.table.offsets(statement)
    body = getattr(statement, "body", None)
    if body is not None:
        last = _first_byte(module, body[0])
        if splices[-1].end > last:
            return None
    text = spliced(module, splices, first, last) + (b"" if body is None else b"pass")
    found = statements_in(text.removeprefix(b"el") if isinstance(statement, ast.If) else text)
    return found[0] if found is not None and len(found) == 1 else None


def _first_byte(module: Module, node: ast.stmt) -> int:
    """Return where a statement begins, its decorators included."""
    decorators = getattr(node, "decorator_list", None)
    if not decorators:
        return module.table.offsets(node)[0]
    return module.source.rindex(b"@", 0, module.table.offsets(decorators[0])[0])


def _narrowed(before: Any, after: Any, found: Contrast | None) -> Contrast | Unchanged | None:
    """Go down to the smallest expression outside of which nothing differs; `found` is around it."""
    while True:
        pairs = _differing(before, after)
        if pairs == []:
            return Unchanged()
        if pairs is None or len(pairs) > 1:
            return found
        ((before, after, name),) = pairs
        if name in UNWATCHED:
            return found
        # What is called says nothing without what it is given.
        if name != "func" and can_be_tapped(before) and can_be_tapped(after):
            found = Contrast(before, before, after)


def _assignment(before: ast.stmt, after: ast.stmt) -> Contrast | None:
    """Return what a name is given where the sign of its assignment changes."""
    both = both_given(before, after)
    if both is None:
        return None
    (name, given), (other, made) = both
    if name != other or same_tree(given, made):
        return None
    return Contrast(before.value, given, made)  # type: ignore[attr-defined]


def _differing(before: ast.AST, after: ast.AST) -> list[tuple[Any, Any, str]] | None:
    """Return the child nodes that differ, with their field; None where the nodes themselves do."""
    if type(before) is not type(after):
        return None
    found: list[tuple[Any, Any, str]] = []
    for name in before._fields:
        if isinstance(before, ast.stmt) and name in BODIES:
            continue
        pairs = _unlike(getattr(before, name, None), getattr(after, name, None))
        if pairs is None:
            return None
        found += [(one, two, name) for one, two in pairs]
    return found


def _unlike(one: Any, two: Any) -> list[tuple[ast.AST, ast.AST]] | None:
    """Return the nodes that differ between two fields; None where something else differs."""
    ones, twos = (one if isinstance(one, list) else [one], two if isinstance(two, list) else [two])
    if len(ones) != len(twos):
        return None
    found = []
    for left, right in zip(ones, twos, strict=True):
        if isinstance(left, ast.AST) and isinstance(right, ast.AST):
            if not same_tree(left, right):
                found.append((left, right))
        elif type(left) is not type(right) or repr(left) != repr(right):
            return None
    return found
