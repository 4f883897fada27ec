"""From a wanted change to splices that mean it: token gaps, spaces, parentheses, verification."""

from __future__ import annotations

import ast
import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.trees import same_tree
from nerion_gym.types.edit import Edit, Splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module

WORD_BYTES = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" + bytes(range(128, 256))
)
BRACKETLESS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.UnaryOp: ("operand",),
    ast.BoolOp: ("values",),
    ast.Compare: ("left", "comparators"),
    ast.IfExp: ("test", "body", "orelse"),
    ast.Lambda: ("body",),
    ast.Await: ("value",),
    ast.Attribute: ("value",),
    ast.Subscript: ("value",),
    ast.Call: ("func",),
}
"""Fields that no bracket closes off: through these a change of precedence reaches the parent."""

COMMENT = re.compile(rb"#[^\r\n]*")
SPACE = re.compile(rb"(?:[\s\\]|#[^\r\n]*)*")
COMMA = re.compile(rb"(?:[\s\\]|#[^\r\n]*+)*,")


class Piece(NamedTuple):
    """Bytes [start, end) of a file and the text to put there."""

    start: int
    end: int
    text: bytes


class Change(NamedTuple):
    """A wanted change of a tree and the pieces that should bring it about.

    Attributes:
        site: the node that the operator acts on.
        pieces: in any order, not overlapping.
        replaced: node -> what stands there afterwards (its children may be nodes of the tree).
        text: the inserted token, for the edit.
    """

    site: Site
    pieces: Sequence[Piece]
    replaced: Mapping[ast.AST, ast.AST]
    text: str


def build_edit(module: Module, operator: str, change: Change) -> Edit:
    """Return the edit of a change whose pieces are known to be right."""
    path, source = module.path, module.source
    pieces = change.pieces if len(change.pieces) == 1 else merged(change.pieces)
    splices = tuple(
        [Splice(path, start, end, source[start:end], text) for start, end, text in pieces]
    )
    return Edit(operator, splices, module.span(change.site.node), None, change.text)


def plain_edits(module: Module, operator: str, change: Change) -> Iterator[Edit]:
    """Yield the edit of a change that no precedence can spoil: verified inside f-strings alone."""
    if change.site.string is None:
        yield build_edit(module, operator, change)
        return
    edit = verified_edit(module, operator, change)
    if edit is not None:
        yield edit


def verified_edit(
    module: Module, operator: str, change: Change, wraps: Sequence[Sequence[Piece]] = ()
) -> Edit | None:
    """Return an edit that parses to the wanted tree, or None.

    Args:
        module: the file.
        operator: canonical name.
        change: what is wanted.
        wraps: groups of pieces that insert parentheses; the fewest that help are used.
    """
    anchor = anchor_of(change.site)
    for size in range(len(wraps) + 1):
        for chosen in combinations(wraps, size):
            pieces = [*change.pieces, *(piece for group in chosen for piece in group)]
            if means(module, anchor, pieces, change.replaced):
                return build_edit(module, operator, change._replace(pieces=pieces))
    return None


def anchor_of(site: Site) -> ast.AST:
    """Return the smallest expression around a node that no change inside can grow out of."""
    if site.string is not None:
        return site.string
    while site.parent is not None:
        fields = BRACKETLESS.get(type(site.parent.node), ())
        values = [getattr(site.parent.node, field) for field in fields]
        if not any(site.node is v or (isinstance(v, list) and site.node in v) for v in values):
            break
        site = site.parent
    return site.node


def means(
    module: Module,
    anchor: ast.AST,
    pieces: Sequence[Piece],
    replaced: Mapping[ast.AST, ast.AST],
) -> bool:
    """Whether the anchor's bytes with these pieces parse to its tree with these replacements."""
    start, end = module.table.offsets(anchor)
    ordered = merged(pieces)
    if ordered[0].start < start or ordered[-1].end > end:
        return False
    text = spliced(module.source, ordered, start, end)
    parsed = expression_in(text)
    return parsed is not None and same_tree(anchor, parsed, replaced)


def spliced(source: bytes, pieces: Sequence[Piece], start: int, end: int) -> bytes:
    """Return bytes [start, end) of a source with the pieces (in order) put in."""
    parts, position = [], start
    for piece in pieces:
        parts += [source[position : piece.start], piece.text]
        position = piece.end
    return b"".join([*parts, source[position:end]])


def merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces in order, touching ones joined, so that the order of splices is clear."""
    joined: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if joined and joined[-1].end == piece.start:
            last = joined.pop()
            joined.append(Piece(last.start, piece.end, last.text + piece.text))
        else:
            joined.append(piece)
    return joined


def fit(source: bytes, start: int, end: int, text: bytes) -> Piece:
    """Return a piece, with a space where its text would grow together with a word beside it."""
    if not text:
        return Piece(start, end, text)
    before = source[start - 1 : start]
    after = source[end : end + 1]
    left = b" " if before and before[0] in WORD_BYTES and text[0] in WORD_BYTES else b""
    right = b" " if after and after[0] in WORD_BYTES and text[-1] in WORD_BYTES else b""
    return Piece(start, end, left + text + right)


def operator_piece(
    module: Module, left: ast.AST, right: ast.AST, old: bytes, new: bytes
) -> Piece | None:
    """Return the piece that replaces the operator between two nodes, None if it is not there."""
    start = skip_gap(module.source, module.table.offsets(left)[1], module.table.offsets(right)[0])
    end = start + len(old)
    if module.source[start:end] != old:
        return None
    return fit(module.source, start, end, new)


def parentheses(module: Module, node: ast.AST) -> list[Piece]:
    """Return the two pieces that put a node in parentheses."""
    start, end = module.table.offsets(node)
    return [Piece(start, start, b"("), Piece(end, end, b")")]


def is_bare(module: Module, node: ast.AST, gap_start: int) -> bool:
    """Whether an operand has no parentheses of its own.

    Args:
        module: the file.
        node: the operand.
        gap_start: end of the operator before it, or the operation's start for the first operand.
    """
    start, _ = module.table.offsets(node)
    return b"(" not in module.source[gap_start:start]


def gaps(module: Module, nodes: Sequence[ast.AST]) -> Iterator[tuple[int, int]]:
    """Yield the [end, start) between consecutive nodes."""
    spans = [module.table.offsets(node) for node in nodes]
    for (_, end), (start, _) in pairwise(spans):
        yield end, start


def bracketed(module: Module, gap: int, node: ast.AST) -> tuple[int, int] | None:
    """Return a node's [start, end) with the parentheses that are its own.

    None where these do not close behind it.

    Args:
        module: the file.
        gap: end of the comma, bracket or sign in front of the node.
        node: the node.
    """
    source = module.source
    start, end = module.table.offsets(node)
    opened = COMMENT.sub(b"", source[gap:start]).count(b"(")
    for _ in range(opened):
        end = _behind(SPACE, source, end)
        if source[end : end + 1] != b")":
            return None
        end += 1
    return _behind(SPACE, source, gap), end


def listed(module: Module, gap: int, nodes: Sequence[ast.AST]) -> list[tuple[int, int]]:
    """Return `bracketed` of each node of a list with commas; none where one cannot be told.

    Args:
        module: the file.
        gap: where the list starts, behind the bracket that opens it.
        nodes: all that stand in it, in order.
    """
    found = []
    for node in nodes:
        span = bracketed(module, gap, node)
        if span is None:
            return []
        found.append(span)
        gap = _behind(COMMA, module.source, span[1])
    return found


def unlisted(spans: Sequence[tuple[int, int]], index: int) -> Piece:
    """Return the piece that takes one of several out of a list, with one of its commas."""
    if index + 1 < len(spans):
        return Piece(spans[index][0], spans[index + 1][0], b"")
    return Piece(spans[index - 1][1], spans[index][1], b"")


def _behind(pattern: re.Pattern[bytes], source: bytes, start: int) -> int:
    match = pattern.match(source, start)
    return match.end() if match else start
