"""One file's share of a program graph as arrays, cached by the file's text."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.graphs import schema
from nerion_gym.graphs.relations import FILE_FAMILIES
from nerion_gym.graphs.view import view_file
from nerion_gym.graphs.words import token_id

if TYPE_CHECKING:
    from nerion_gym.graphs.view import FileView
    from nerion_gym.types.program import FunctionRef

SYMBOL = schema.KIND_ID["symbol"]
KEPT_PARTS = 1024


@dataclass(frozen=True, eq=False)
class FilePart:
    """Nodes and edges of one file, numbered as in `FileView`; the file's own node is apart.

    Attributes:
        path: of the file.
        size: bytes in the file.
        rows: int16 [n, 4], node columns without the "covered" flag.
        extents: int32 [n, 2], bytes [start, end) of each node; -1 for symbols.
        regions: int32 [n], region of each node (0: none).
        links: relation id -> int32 [e, 2], local node numbers, sorted, no pair twice.
        labels, fields: text of each node; field that it stands in below its parent.
        index: (start, end) -> node.
        region_lines: lines of each region.
        functions: (node, region) of each function definition.
        syntax: syntax nodes and tokens come before this number, symbols after.
        focused: whether any node is in focus.
    """

    path: str
    size: int
    rows: np.ndarray = field(repr=False)
    extents: np.ndarray = field(repr=False)
    regions: np.ndarray = field(repr=False)
    links: dict[int, np.ndarray] = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    fields: tuple[str, ...] = field(repr=False)
    index: dict[tuple[int, int], int] = field(repr=False)
    region_lines: tuple[frozenset[int], ...] = field(repr=False)
    functions: tuple[tuple[int, int], ...] = field(repr=False)
    syntax: int
    focused: bool

    @cached_property
    def edges(self) -> int:
        """Number of edges."""
        return sum(len(pairs) for pairs in self.links.values())

    def smallest_around(self, start: int, end: int) -> int | None:
        """Return the smallest node that contains these bytes, the innermost of equals, or None."""
        starts, ends = self.extents[: self.syntax, 0], self.extents[: self.syntax, 1]
        around = np.flatnonzero((starts <= start) & (ends >= end))
        if not len(around):
            return None
        sizes = (ends - starts)[around]
        return int(around[len(around) - 1 - int(np.argmin(sizes[::-1]))])


@lru_cache(maxsize=KEPT_PARTS)
def file_part(
    path: str,
    source: bytes,
    edited: tuple[FunctionRef, ...] | None,
    shown: tuple[FunctionRef, ...] = (),
) -> FilePart:
    """Build the part of one file; see `view_file` for the arguments and errors."""
    view = view_file(path, source, edited, shown)
    syntax, tokens = view.nodes.syntax, view.nodes.tokens
    symbols = [token_id(name) for name in view.symbols]
    count = len(symbols)
    focused = np.array(syntax.focused + tokens.focused + _focused_symbols(view), dtype=np.int16)
    rows = np.zeros((len(focused), schema.NODE_WIDTH), np.int16)
    rows[:, schema.KIND] = syntax.kinds + tokens.kinds + [SYMBOL] * count
    rows[:, schema.TOKEN] = syntax.tokens + tokens.tokens + symbols
    rows[:, schema.FLAGS] = focused * schema.FLAG_IN_FOCUS
    nowhere = [-1] * count
    starts, ends = syntax.starts + tokens.starts, syntax.ends + tokens.ends
    extents = np.array([starts + nowhere, ends + nowhere], np.int32).T.reshape(-1, 2)
    return FilePart(
        path=path,
        size=len(source),
        rows=rows,
        extents=extents,
        regions=np.array(syntax.regions + tokens.regions + [0] * count, np.int32),
        links=_links(view),
        labels=(*syntax.labels, *tokens.labels, *view.symbols),
        fields=(*syntax.fields, *tokens.fields, *[""] * count),
        index=view.nodes.index,
        region_lines=view.regions,
        functions=_functions(view),
        syntax=len(syntax) + len(tokens),
        focused=bool(focused.any()),
    )


def _focused_symbols(view: FileView) -> list[bool]:
    flags = [False] * len(view.symbols)
    focused = view.nodes.syntax.focused + view.nodes.tokens.focused
    for place, symbol in zip(view.places, view.symbol_of, strict=True):
        if place >= 0 and focused[place]:
            flags[symbol] = True
    return flags


def _links(view: FileView) -> dict[int, np.ndarray]:
    found = {}
    for name, family in FILE_FAMILIES.items():
        pairs = sorted(set(family(view)))
        if pairs:
            found[schema.RELATION[name]] = np.array(pairs, np.int32)
    return found


def _functions(view: FileView) -> tuple[tuple[int, int], ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    regions = view.nodes.syntax.regions
    numbers = [n for node, n in view.nodes.number.items() if isinstance(node, kinds)]
    return tuple((number, regions[number]) for number in numbers)
