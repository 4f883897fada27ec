"""Another name in the place of a variable's, an attribute's or a keyword's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.rewriting.changes import Change, Piece, plain_edits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit


def root_of(node: ast.AST) -> ast.AST:
    """Return what a chain of attributes starts with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def parent_of(site: Site) -> ast.AST | None:
    """Return the node around a place; None for the module."""
    return None if site.parent is None else site.parent.node


def name_edits(module: Module, operator: str, node: ast.Name, name: str) -> Iterator[Edit]:
    """Yield the edit that reads another variable."""
    piece = Piece(*module.table.offsets(node), name.encode())
    site = sites_of(module).of[node]
    # What is not inside an f-string is not verified: nobody looks at the new node.
    replaced: dict[ast.AST, ast.AST] = {}
    if site.string is not None:
        replaced[node] = ast.Name(name, node.ctx)
    yield from plain_edits(module, operator, Change(site, [piece], replaced, name))


def attribute_edits(
    module: Module, operator: str, node: ast.Attribute, name: str
) -> Iterator[Edit]:
    """Yield the edit that writes another name behind an attribute's dot."""
    end = module.table.offsets(node)[1]
    piece = Piece(end - len(node.attr.encode()), end, name.encode())
    if module.source[piece.start : end] == node.attr.encode():
        after = ast.Attribute(node.value, name, node.ctx)
        yield from _edits(module, operator, node, (piece, after))


def keyword_edits(module: Module, operator: str, node: ast.keyword, name: str) -> Iterator[Edit]:
    """Yield the edit that gives a keyword argument another name."""
    start = module.table.offsets(node)[0]
    piece = Piece(start, start + len(str(node.arg).encode()), name.encode())
    if module.source[start : piece.end] == str(node.arg).encode():
        yield from _edits(module, operator, node, (piece, ast.keyword(name, node.value)))


def _edits(
    module: Module, operator: str, node: ast.AST, new: tuple[Piece, ast.AST]
) -> Iterator[Edit]:
    piece, after = new
    change = Change(sites_of(module).of[node], [piece], {node: after}, piece.text.decode())
    yield from plain_edits(module, operator, change)
