"""`if` statements as text: their heads, their blocks, and lines at another depth."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.sites import STRINGS, sites_of
from nerion_gym.edits.analysis.statements import (
    REST_OF_LINE,
    blocks,
    extent,
    indentation,
    own_lines,
    reindented,
)
from nerion_gym.edits.rewriting.negation import Area, area_of
from nerion_gym.syntax.positions import skip_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module

COLON = re.compile(rb"[\s\\]*:")
ELIF = b"elif"
MANY_LINES = re.compile(rb"\"\"\"|'''|\\[\r\n]")
"""What lets one string literal span lines."""
USUAL_STEP = b"    "


class Branch(NamedTuple):
    """An `if` or `elif` that edits may touch.

    Attributes:
        site: where it stands.
        node: the statement.
        test: its condition's bytes.
        colon: offset behind its colon.
        indent: blanks in front of it.
    """

    site: Site
    node: ast.If
    test: Area
    colon: int
    indent: bytes


class Lines(NamedTuple):
    """The lines of a block, from below its head to the end of its last statement.

    Attributes:
        start: offset of the first line.
        end: offset behind the last statement.
        indent: blanks in front of each statement.
    """

    start: int
    end: int
    indent: bytes


@lru_cache(maxsize=64)
def branches(module: Module) -> tuple[Branch, ...]:
    """Return the `if` statements of a file that edits may touch."""
    nodes = [site.node for site in sites_of(module).find(ast.If)]
    found = [branch_of(module, node) for node in nodes if isinstance(node, ast.If)]
    return tuple(branch for branch in found if branch is not None)


def branch_of(module: Module, node: ast.If) -> Branch | None:
    """Return where the parts of an `if` stand; None where it is to be left alone."""
    of = sites_of(module).of
    if any(of[part].frozen for part in (node, node.test, *node.body[:1], *node.orelse[:1])):
        return None
    start, _ = module.table.offsets(node)
    word = len(ELIF) if is_elif(module, node) else len(b"if")
    test = area_of(module, node.test, start + word)
    colon = None if test is None else COLON.match(module.source, test.end)
    indent = indentation(module, node)
    if test is None or colon is None or indent.strip(b" \t"):
        return None
    return Branch(of[node], node, test, colon.end(), indent)


def is_elif(module: Module, node: ast.If) -> bool:
    """Whether an `if` is an `elif`."""
    return module.source.startswith(ELIF, module.table.offsets(node)[0])


def else_colon(module: Module, node: ast.If) -> int | None:
    """Return the offset behind the colon of an `else`; None where there is an `elif` or none."""
    if not node.orelse:
        return None
    end, first = extent(module, node.body[-1])[1], extent(module, node.orelse[0])[0]
    at = skip_gap(module.source, end, first)
    colon = COLON.match(module.source, at + len(b"else"))
    return colon.end() if colon and module.source.startswith(b"else", at) else None


def lines_of(module: Module, body: Sequence[ast.stmt], colon: int) -> Lines | None:
    """Return the lines of a block; None where it stands on its head's line.

    Args:
        module: the file.
        body: the statements.
        colon: offset behind the head's colon.
    """
    rest = REST_OF_LINE.match(module.source, colon)
    indent = indentation(module, body[0])
    if rest is None or own_lines(module, body[0], body[-1]) is None or indent.strip(b" \t"):
        return None
    end = extent(module, body[-1])[1]
    return None if b"\f" in module.source[rest.end() : end] else Lines(rest.end(), end, indent)


def inline_of(module: Module, body: Sequence[ast.stmt], colon: int) -> Area | None:
    """Return the bytes of a block that stands on its head's line, else None."""
    start, end = extent(module, body[0])[0], extent(module, body[-1])[1]
    return None if module.source[colon:start].strip(b" \t") else Area(start, end)


def moved(module: Module, lines: Lines, indent: bytes) -> bytes | None:
    """Return lines at another depth; None where a string among them would change."""
    if spans_lines(module, lines.start, lines.end):
        return None
    return reindented(module.source[lines.start : lines.end], lines.indent, indent)


def spans_lines(module: Module, start: int, end: int) -> bool:
    """Whether a string that spans lines reaches into [start, end)."""
    return any(first < end and start < last for first, last in _long_strings(module))


@lru_cache(maxsize=64)
def _long_strings(module: Module) -> tuple[tuple[int, int], ...]:
    """Return the string literals that may span lines; those only put side by side may not."""
    return tuple(
        module.table.offsets(node)
        for node in sites_of(module).every(ast.Constant, *STRINGS)
        if node.lineno != node.end_lineno
        and (not isinstance(node, ast.Constant) or MANY_LINES.search(module.text(node)))
    )


def indent_step(module: Module) -> bytes:
    """Return by how much the file indents its first block."""
    return module.outside.step or own_step(module) or USUAL_STEP


@lru_cache(maxsize=64)
def own_step(module: Module) -> bytes:
    """Return by how much a file or a piece indents its first block; empty where it has none."""
    for block in blocks(module):
        if isinstance(block.owner, ast.stmt) and own_lines(module, block.body[0]):
            outer, inner = (indentation(module, node) for node in (block.owner, block.body[0]))
            step = inner[len(outer) :]
            if inner.startswith(outer) and step and not step.strip(b" \t"):
                return step
    return b""
