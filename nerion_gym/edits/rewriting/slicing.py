"""Bounds of slices: given, moved and dropped."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.rewriting.changes import Change, Piece, plain_edits
from nerion_gym.edits.rewriting.expressions import binds_names, enclosed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

BOUNDS = ("lower", "upper", "step")
COLON = ord(":")
BLANKS = b" \t"
FIRST, LAST = "1", "-1"
"""What an absent bound is given."""


class Layout(NamedTuple):
    """Where the parts of a slice stand.

    Attributes:
        start: its first byte.
        end: behind its last.
        colons: of the first and, if there is one, of the second.
        bounds: field -> [start, end), parentheses included, of the bounds that are there.
    """

    start: int
    end: int
    colons: tuple[int, ...]
    bounds: dict[str, tuple[int, int]]


def laid_out(module: Module, node: ast.Slice) -> Layout | None:
    """Return where the parts of a slice stand; None where a comment is among them."""
    start, end = module.table.offsets(node)
    bounds: dict[str, tuple[int, int]] = {}
    colons: list[int] = []
    position = start
    for field in (*BOUNDS, ""):
        bound = getattr(node, field, None)
        if bound is None and field:
            continue
        stop = end if bound is None else module.table.offsets(bound)[0]
        gap = module.source[position:stop]
        if b"#" in gap:
            return None
        colons += [position + index for index, byte in enumerate(gap) if byte == COLON]
        if bound is not None:
            bounds[field] = enclosed(module, bound, position, end)
            position = bounds[field][1]
    return Layout(start, end, tuple(colons), bounds)


def bounds_given(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edits `a[:n]` -> `a[1:n]` and `a[n:]` -> `a[n:-1]` of an `ast.Slice`."""
    node = site.node
    layout = laid_out(module, node) if isinstance(node, ast.Slice) and node.step is None else None
    if layout is None or not isinstance(node, ast.Slice):
        return
    if node.lower is None:
        piece = Piece(layout.start, layout.start, FIRST.encode())
        after = ast.Slice(ast.Constant(1), node.upper, None)
        yield from plain_edits(module, operator, Change(site, [piece], {node: after}, FIRST))
    if node.upper is None:
        place = layout.colons[0] + 1
        piece = Piece(place, place, LAST.encode())
        after = ast.Slice(node.lower, ast.UnaryOp(ast.USub(), ast.Constant(1)), None)
        yield from plain_edits(module, operator, Change(site, [piece], {node: after}, LAST))


def bounds_dropped(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edits that drop the lower bound, the upper one, or the step of an `ast.Slice`."""
    node = site.node
    layout = laid_out(module, node) if isinstance(node, ast.Slice) else None
    if layout is None or not isinstance(node, ast.Slice):
        return
    for field, (first, last) in layout.bounds.items():
        if binds_names(module, getattr(node, field)):
            continue
        start, end = first, layout.colons[0]
        if field != "lower":
            start, end = layout.colons[0] + 1, last
        if field == "step":
            start = layout.colons[1]
            while module.source[start - 1] in BLANKS:
                start -= 1
        left = {name: getattr(node, name) for name in BOUNDS if name != field}
        change = Change(site, [Piece(start, end, b"")], {node: ast.Slice(**left)}, "")
        yield from plain_edits(module, operator, change)
