"""One file's share of a program graph as arrays, cached by the file's text."""

from __future__ import annotations

import ast
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nerion_gym.graphs import schema
from nerion_gym.graphs.relations import FILE_FAMILIES
from nerion_gym.graphs.rows import REGION
from nerion_gym.graphs.view import view_file
from nerion_gym.graphs.words import token_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nerion_gym.graphs.definitions import Spec
    from nerion_gym.graphs.regions import Lines
    from nerion_gym.graphs.rows import FileNodes
    from nerion_gym.graphs.view import FileView
    from nerion_gym.types.program import FunctionRef

SYMBOL = schema.KIND_ID["symbol"]
KEPT_PARTS = 1024
NODE_BITS = 24
"""Room for a node's number in a packed pair."""


@dataclass(frozen=True, eq=False)
class FilePart:
    """Nodes and edges of one file, numbered as in `FileView`; the file's own node is apart.

    Attributes:
        path: of the file.
        size: bytes in the file.
        rows: int16 [n, 4], node columns without the "covered" flag.
        extents: int32 [n, 2], bytes [start, end) of each node; -1 for symbols.
        regions: int32 [n], region of each node (0: none).
        edges: int64 [e], sorted, none twice: relation id, from and to packed in one number
            (see `packed`), local node numbers.
        labels, fields: text of each node; field that it stands in below its parent.
        nodes: what the arrays were made from.
        region_lines: lines of each region.
        functions: (node, region) of each function definition.
        imports: (node, what it names) of each name in an import statement.
        calls: (node, what it may run) of each call of a name that is imported.
        returns: function's node -> where its values come from.
        syntax: syntax nodes and tokens come before this number, symbols after.
        focused: whether any node is in focus.
    """

    path: str
    size: int
    rows: np.ndarray = field(repr=False)
    extents: np.ndarray = field(repr=False)
    regions: np.ndarray = field(repr=False)
    edges: np.ndarray = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    fields: tuple[str, ...] = field(repr=False)
    nodes: FileNodes = field(repr=False)
    region_lines: tuple[Lines, ...] = field(repr=False)
    functions: tuple[tuple[int, int], ...] = field(repr=False)
    imports: tuple[tuple[int, Spec], ...] = field(repr=False)
    calls: tuple[tuple[int, Spec], ...] = field(repr=False)
    returns: dict[int, list[int]] = field(repr=False)
    syntax: int
    focused: bool

    @property
    def index(self) -> dict[tuple[int, int], int]:
        """(start, end) -> node; made when first asked for."""
        return self.nodes.index

    def smallest_around(self, start: int, end: int) -> int | None:
        """Return the smallest node that contains these bytes, the innermost of equals, or None."""
        starts, ends = self.extents[: self.syntax, 0], self.extents[: self.syntax, 1]
        around = np.flatnonzero((starts <= start) & (ends >= end))
        if not len(around):
            return None
        sizes = (ends - starts)[around]
        return int(around[len(around) - 1 - int(np.argmin(sizes[::-1]))])


class Placed(NamedTuple):
    """A part with the numbers that its nodes have in a graph: first node, first symbol, file."""

    part: FilePart
    first: int
    first_symbol: int
    file: int


@lru_cache(maxsize=KEPT_PARTS)
def file_part(
    path: str,
    source: bytes,
    edited: tuple[FunctionRef, ...] | None,
    shown: tuple[FunctionRef, ...] = (),
) -> FilePart:
    """Build the part of one file; see `view_file` for the arguments and errors."""
    view = view_file(path, source, edited, shown)
    nodes, symbols = view.nodes, view.symbols
    kinds, tokens, labels, starts, ends, fields, _, regions, flags = nodes.columns
    none = (-1,) * len(symbols)
    rows = np.zeros((len(labels) + len(symbols), schema.NODE_WIDTH), np.int16)
    rows[:, schema.KIND] = _numbers(kinds, (SYMBOL for _ in symbols))
    rows[:, schema.TOKEN] = _numbers(tokens, map(token_id, symbols))
    rows[:, schema.FLAGS] = _numbers(flags, _focused_symbols(view, flags))
    rows[:, schema.FLAGS] *= schema.FLAG_IN_FOCUS
    extents = np.empty((len(rows), 2), np.int32)
    extents[:, 0], extents[:, 1] = _numbers(starts, none), _numbers(ends, none)
    return FilePart(
        path=path,
        size=len(source),
        rows=rows,
        extents=extents,
        regions=_numbers(regions, (0 for _ in symbols)).astype(np.int32),
        edges=_edges(view),
        labels=(*labels, *symbols),
        fields=(*fields, *("" for _ in symbols)),
        nodes=nodes,
        region_lines=view.regions,
        functions=_functions(view),
        imports=tuple(view.imports),
        calls=tuple((call, target.spec) for call, target in view.targets if target.spec),
        returns=view.returns,
        syntax=len(labels),
        focused=bool(rows[:, schema.FLAGS].any()),
    )


def _focused_symbols(view: FileView, focused: Sequence[bool]) -> list[bool]:
    flags = [False] * len(view.symbols)
    for place, symbol in zip(view.places, view.symbol_of, strict=True):
        if place >= 0 and focused[place]:
            flags[symbol] = True
    return flags


def _edges(view: FileView) -> np.ndarray:
    pairs: list[np.ndarray] = []
    flat = array("q")  # the machine's integers: half the time of lists of pairs
    relations, counts = [], []
    for name, family in FILE_FAMILIES.items():
        found = family(view)
        if isinstance(found, np.ndarray):
            pairs.append(packed(schema.RELATION[name], found[:, 0], found[:, 1]))
        else:
            before = len(flat)
            flat.extend(chain.from_iterable(found))
            relations.append(schema.RELATION[name])
            counts.append((len(flat) - before) // 2)
    if flat:
        others = np.frombuffer(flat, np.int64).reshape(-1, 2)
        pairs.append(packed(np.repeat(relations, counts), others[:, 0], others[:, 1]))
    return distinct(np.concatenate(pairs))


def _numbers(*parts: Iterable[int]) -> np.ndarray:
    """Return int64 [n] of some runs of integers."""
    return np.frombuffer(array("q", chain(*parts)), np.int64)


def distinct(keys: np.ndarray) -> np.ndarray:
    """Return numbers sorted, none twice; a tenth of `np.unique`'s time on a few hundred."""
    ordered = np.sort(keys)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def packed(relation: np.ndarray | int, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return int64 [e]: each edge as one number, so that sorting is one pass."""
    return (relation << (2 * NODE_BITS)) | (source << NODE_BITS) | target


def unpacked(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return relation, from and to, int64 [e] each."""
    mask = (1 << NODE_BITS) - 1
    return edges >> (2 * NODE_BITS), edges >> NODE_BITS & mask, edges & mask


def _functions(view: FileView) -> tuple[tuple[int, int], ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    numbers = [n for node, n in view.nodes.number.items() if isinstance(node, kinds)]
    return tuple((number, view.nodes.syntax[number][REGION]) for number in numbers)
