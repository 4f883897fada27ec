"""Operands as text: with the parentheses of their own, exchanged or dropped."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.rewriting.changes import (
    WORD_BYTES,
    Change,
    Piece,
    fit,
    plain_edits,
    verified_edit,
)
from nerion_gym.edits.rewriting.signs import LEVELS
from nerion_gym.syntax.trees import nodes_in, same_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SAME: frozenset[tuple[type[ast.operator], type[ast.operator]]] = frozenset(
    {
        *((sign, sign) for sign in (ast.Add, ast.Mult, ast.MatMult)),
        *((sign, sign) for sign in (ast.BitAnd, ast.BitOr, ast.BitXor)),
        *((ast.Add, ast.Sub), (ast.Mult, ast.Div)),
    }
)
"""Pairs of signs, in order, that give the same whichever is worked out first."""
BRACKET = re.compile(rb"#[^\r\n]*|[()]")
Extent = tuple[int, int]


def enclosed(module: Module, node: ast.AST, start: int, end: int) -> Extent:
    """Return the [start, end) of an operand and the parentheses around it alone.

    Args:
        module: the file.
        node: the operand.
        start: end of what stands before it in the same expression, or the expression's start.
        end: start of what stands behind it, or the expression's end.
    """
    first, last = module.table.offsets(node)
    opened = _brackets(module.source, start, first, b"(")
    closed = _brackets(module.source, last, end, b")")
    count = min(len(opened), len(closed))
    return (opened[-count], closed[count - 1] + 1) if count else (first, last)


def _brackets(source: bytes, start: int, end: int, bracket: bytes) -> list[int]:
    if bracket not in source[start:end]:
        return []
    found = BRACKET.finditer(source, start, end)
    return [match.start() for match in found if match.group() == bracket]


def extents(module: Module, whole: ast.AST, nodes: Sequence[ast.AST]) -> list[Extent]:
    """Return the extents of all operands of an expression, in order (see `enclosed`)."""
    spans = [module.table.offsets(node) for node in nodes]
    start, end = module.table.offsets(whole)
    starts = [start, *(last for _, last in spans[:-1])]
    ends = [*(first for first, _ in spans[1:]), end]
    places = zip(nodes, starts, ends, strict=True)
    return [enclosed(module, node, before, behind) for node, before, behind in places]


def dropped(source: bytes, start: int, end: int) -> Piece:
    """Return the piece that deletes bytes; a space stays where two words would grow together."""
    before, behind = source[start - 1 : start], source[end : end + 1]
    touching = before and behind and before[0] in WORD_BYTES and behind[0] in WORD_BYTES
    return Piece(start, end, b" " if touching else b"")


def exchanged(
    module: Module,
    operator: str,
    change: Change,
    nodes: Sequence[ast.expr],
    loose: Sequence[ast.expr] = (),
) -> Iterator[Edit]:
    """Yield the edit in which the first and the last of an expression's operands trade places.

    Args:
        module: the file.
        operator: canonical name.
        change: what is wanted, without pieces.
        nodes: the operands, in the order of the source.
        loose: those of the two that need parentheses in the other's place, if they have none.
    """
    if same_tree(nodes[0], nodes[-1]):
        # `(a) - a`: only the parentheses would go elsewhere.
        return
    places = extents(module, change.site.node, nodes)
    ends = (places[0], places[-1])
    texts = []
    for node, (start, end) in zip((nodes[0], nodes[-1]), ends, strict=True):
        bare = node in loose and (start, end) == module.table.offsets(node)
        text = module.source[start:end]
        texts.append(b"(" + text + b")" if bare else text)
    swapped = zip(ends, texts[::-1], strict=True)
    pieces = [fit(module.source, *place, text) for place, text in swapped]
    yield from plain_edits(module, operator, change._replace(pieces=pieces))


def binds_names(module: Module, *nodes: ast.AST) -> bool:
    """Whether expressions bind a name that others may need."""
    if next(sites_of(module).find(ast.NamedExpr), None) is None:
        return False
    return any(isinstance(inner, ast.NamedExpr) for node in nodes for inner in nodes_in(node))


def without_each(
    module: Module, operator: str, site: Site, nodes: Sequence[ast.expr], most: int
) -> Iterator[Edit]:
    """Yield the edits that drop one operand of an operation or of a chain of comparisons.

    Operands stay that bind a name others may need, and those that a comment stands beside: it
    would be lost.

    Args:
        module: the file.
        operator: canonical name.
        site: a `BinOp`, a `BoolOp` or a `Compare` with several signs.
        nodes: its operands, in the order of the source.
        most: how many of them may go, from the first on.
    """
    places = extents(module, site.node, nodes)
    for index, node in enumerate(nodes[:most]):
        gap = places[index - 1][1], places[index][0]
        piece = dropped(module.source, gap[0], places[index][1])
        if not index:
            gap = places[0][1], places[1][0]
            piece = dropped(module.source, places[0][0], gap[1])
        if b"#" not in module.source[slice(*gap)] and not binds_names(module, node):
            after = _without(site.node, nodes, index)
            yield from plain_edits(module, operator, Change(site, [piece], {site.node: after}, ""))


def _without(node: ast.AST, nodes: Sequence[ast.expr], index: int) -> ast.AST:
    rest = [*nodes[:index], *nodes[index + 1 :]]
    if isinstance(node, ast.BoolOp) and len(rest) > 1:
        return ast.BoolOp(node.op, rest)
    if isinstance(node, ast.Compare):
        # The sign goes that stood in front; of the first operand, the one behind.
        lost = max(index - 1, 0)
        return ast.Compare(rest[0], [*node.ops[:lost], *node.ops[lost + 1 :]], rest[1:])
    return rest[0]


def regrouped(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edits `(a - b) * c` -> `a - b * c` and back: the other sign is worked out first.

    Args:
        module: the file.
        operator: canonical name.
        site: a `BinOp`.
    """
    node = site.node
    if not isinstance(node, ast.BinOp):
        return
    for inner in (node.left, node.right):
        if isinstance(inner, ast.BinOp):
            first, second = (inner, node) if inner is node.left else (node, inner)
            if (type(first.op), type(second.op)) not in SAME:
                yield from _regrouped(module, operator, site, inner)


def _regrouped(module: Module, operator: str, site: Site, inner: ast.BinOp) -> Iterator[Edit]:
    node = site.node
    if not isinstance(node, ast.BinOp):
        return
    left, right = extents(module, node, (node.left, node.right))
    first, last = extents(module, inner, (inner.left, inner.right))
    if inner is node.left:
        old, (start, end) = left, (last[0], right[1])
        grouped = ast.BinOp(inner.right, node.op, node.right)
        after = ast.BinOp(inner.left, inner.op, grouped)
    else:
        old, (start, end) = right, (left[0], first[1])
        grouped = ast.BinOp(node.left, node.op, inner.left)
        after = ast.BinOp(grouped, inner.op, inner.right)
    opened = _opened(module, inner, old)
    if opened is None:
        return
    wrap = [Piece(start, start, b"("), Piece(end, end, b")")]
    change = Change(site, opened or wrap, {node: after}, "")
    edit = verified_edit(module, operator, change, [wrap] if opened else ())
    if edit is not None:
        yield edit


def _opened(module: Module, node: ast.AST, place: Extent) -> list[Piece] | None:
    """Return the pieces that take an operand's parentheses away, none if it has none.

    None where it has several, or where they hold lines together.
    """
    start, end = place
    if (start, end) == module.table.offsets(node):
        return []
    alone = (start + 1, end - 1) == module.table.offsets(node)
    if not alone or module.table.line_of(start) != module.table.line_of(end):
        return None
    source = module.source
    return [dropped(source, start, start + 1), dropped(source, end - 1, end)]


def holds_text(node: ast.AST) -> bool:
    """Whether an expression is text or a list to the eye, or a sum that holds some."""
    pending = [node]
    while pending:
        operand = pending.pop()
        if isinstance(operand, ast.BinOp) and isinstance(operand.op, ast.Add | ast.Mult | ast.Mod):
            formatted = isinstance(operand.op, ast.Mod)
            pending += [operand.left] if formatted else [operand.left, operand.right]
        text = isinstance(operand, ast.Constant) and isinstance(operand.value, str | bytes)
        if text or isinstance(operand, ast.JoinedStr | ast.List | ast.Tuple):
            return True
    return False


def loose_operands(node: ast.BinOp) -> list[ast.expr]:
    """Return the operand that needs parentheses on the other side: signs of a level lean left."""
    if isinstance(node.op, ast.Pow):
        return [node.right] if isinstance(node.right, ast.BinOp | ast.UnaryOp) else []
    return (
        [node.left]
        if isinstance(node.left, ast.BinOp) and _level(node.left) == _level(node)
        else []
    )


def _level(node: ast.BinOp) -> int:
    return LEVELS.get(type(node.op), LEVELS[ast.Mult])
