"""Parts of a long statement that an edit can be looked at in alone: what is in brackets, items."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Splice

CLOSED = (ast.Call, ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
"""Expressions that end with a bracket of their own."""
LONG = 240
"""Bytes from which a statement is long."""
NO_ITEMS = (ast.Tuple, ast.GeneratorExp, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Lambda)
"""Expressions that are in parentheses of their own where they are items, if they can be ones."""
UNTAPPED = (ast.Slice, ast.Starred, ast.FormattedValue)
"""Expressions that cannot stand by themselves."""


def closed_around(module: Module, statement: ast.stmt, start: int, end: int) -> ast.expr | None:
    """Return the innermost expression in brackets around some bytes of a long statement.

    To parse a table of a thousand lines for each edit in it would take minutes, and even to compare
    all of a few lines takes longer than to look for brackets. In brackets an
    edit cannot change what is outside, if the text is still one expression of the same kind.
    """
    first, last = module.table.offsets(statement)
    if last - first < LONG:
        return None
    found = None
    node: ast.AST | None = statement
    while node is not None:
        if isinstance(node, CLOSED):
            first, last = module.table.offsets(node)
            if first < start and end < last:
                found = node
        inner = [one for one in _open_to_looks(node) if _is_around(module, one, start, end)]
        node = inner[0] if inner else None
    return found


def item_around(module: Module, found: ast.expr, start: int, end: int) -> ast.expr | None:
    """Return the item of a display, or the argument of a call, around some bytes."""
    items = [*children(found)] if not isinstance(found, ast.Call) else [*found.args]
    items += [keyword.value for keyword in getattr(found, "keywords", ())]
    around = [item for item in items if _is_around(module, item, start, end)]
    return around[0] if around and can_be_tapped(around[0]) else None  # type: ignore[return-value]


def item_made(module: Module, item: ast.expr, splices: Sequence[Splice]) -> ast.expr | None:
    """Return what splices make of an item; None where that may be more than one, or no item."""
    first, last = module.table.offsets(item)
    made = expression_in(spliced(module, splices, first, last))
    if made is None or not isinstance(made, NO_ITEMS):
        return made
    inside = first < splices[0].start and splices[-1].end < last
    return made if inside and type(made) is type(item) else None


def _open_to_looks(node: ast.AST) -> Sequence[ast.AST]:
    """Return the nodes directly inside of which an edit may be looked at alone.

    Not those in texts, whose positions are wrong before Python 3.12, and no annotations.
    """
    if isinstance(node, ast.JoinedStr):
        return []
    if isinstance(node, ast.AnnAssign):
        return [] if node.value is None else [node.value]
    return children(node)


def _is_around(module: Module, node: ast.AST, start: int, end: int) -> bool:
    if not isinstance(node, ast.expr | ast.keyword):
        return False
    first, last = module.table.offsets(node)
    return first <= start and end <= last


def spliced(module: Module, splices: Sequence[Splice], start: int, end: int) -> bytes:
    """Return bytes [start, end) of a file after an edit inside."""
    parts, at = [], start
    for splice in splices:
        parts += [module.source[at : splice.start], splice.after]
        at = splice.end
    return b"".join([*parts, module.source[at:end]])


def can_be_tapped(node: ast.AST) -> bool:
    """Whether an expression can stand by itself, with a tap around it."""
    if not isinstance(node, ast.expr) or isinstance(node, UNTAPPED):
        return False
    if isinstance(node, ast.Tuple) and any(isinstance(one, ast.Slice) for one in node.elts):
        return False  # `x[1:, i]`
    return isinstance(getattr(node, "ctx", None), ast.Load | None)
