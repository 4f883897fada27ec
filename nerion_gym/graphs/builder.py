"""Builds program graphs from per-file parts, coverage and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.graphs import schema
from nerion_gym.graphs.linking import links
from nerion_gym.graphs.parts import (
    KEPT_PARTS,
    FilePart,
    Placed,
    distinct,
    file_part,
    packed,
    unpacked,
)
from nerion_gym.graphs.relations import covers
from nerion_gym.graphs.words import token_id
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.graphs.linking import Edge
    from nerion_gym.types.coverage import Coverage
    from nerion_gym.types.program import Focus, Program

__all__ = ["ProgramGraph", "build", "token_id"]

COVERS = schema.RELATION["covers"]
FILE, TEST = schema.KIND_ID["file"], schema.KIND_ID["test"]
KEPT_GRAPHS = 512


class Known:
    """Coverage compared by identity: it is made once per task and is dear to compare."""

    __slots__ = ("coverage",)

    def __init__(self, coverage: Coverage | None) -> None:
        self.coverage = coverage

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and other.coverage is self.coverage

    def __hash__(self) -> int:
        return id(self.coverage)


@dataclass(frozen=True, eq=False)
class ProgramGraph:
    """A program's graph.

    Order of nodes: for each file (sorted) its syntax nodes in preorder and its tokens by
    position; then symbols by file, tests in the order given, files.

    Attributes:
        nodes: int16 [N, 4], columns KIND, TOKEN, PROFILE, FLAGS; read-only.
        edge_types: int64 [E], relation ids; read-only.
        edge_links: int32 [E, 2], (from, to); sorted by relation, then links; read-only.
        labels: text of each node: class name, token, name, test id or path.
        fields: for syntax nodes the field of their parent that they stand in, else "".
        placed: the parts of the files that are shown, with the numbers of their nodes.
        tests: the tests that are shown, in the order given, with their nodes.
    """

    nodes: np.ndarray
    edge_types: np.ndarray
    edge_links: np.ndarray
    labels: tuple[str, ...] = field(repr=False)
    fields: tuple[str, ...] = field(repr=False)
    placed: tuple[Placed, ...] = field(repr=False)
    tests: Mapping[str, int] = field(repr=False)

    def node_of(self, span: Span) -> int | None:
        """Return the node with exactly these bytes, else the smallest that contains them.

        A span in a shown file but in no shown node gives the file's node; another file None.
        """
        placed = self._by_path.get(span.path)
        if placed is None:
            return None
        number = placed.part.index.get((span.start, span.end))
        if number is None:
            number = placed.part.smallest_around(span.start, span.end)
        return placed.file if number is None else placed.first + number

    def node_at(self, span: Span) -> int | None:
        """Return the node with exactly these bytes, or None."""
        placed = self._by_path.get(span.path)
        number = placed.part.index.get((span.start, span.end)) if placed else None
        return None if placed is None or number is None else placed.first + number

    def test_node(self, test_id: str) -> int | None:
        """Return the node of a test, or None where the focus leaves it out."""
        return self.tests.get(test_id)

    def span_of(self, node: int) -> Span | None:
        """Return the bytes of a syntax node, token or file; None for symbols and tests."""
        for part, first, _, file in self.placed:
            if node == file:
                return Span(part.path, 0, part.size)
            if first <= node < first + part.syntax:
                start, end = part.extents[node - first]
                return Span(part.path, int(start), int(end))
        return None

    @cached_property
    def _by_path(self) -> dict[str, Placed]:
        return {placed.part.path: placed for placed in self.placed}


def build(
    program: Program, focus: Focus | None, coverage: Coverage | None, tests: tuple[str, ...]
) -> ProgramGraph:
    """Return the graph of a program, or of a focus on it; cached.

    Args:
        program: what is shown.
        focus: functions to show; None: every file whole. With coverage, only tests that execute
            a shown function get a node.
        coverage: for the "covered" flag and `covers` edges; None: neither.
        tests: test ids in suite order.

    Raises:
        ConfigError: a file or function of the focus does not exist, or it is empty.
        ProgramSyntaxError: a shown file is not valid Python.
    """
    return _build(program, focus, Known(coverage), tests)


@lru_cache(maxsize=KEPT_GRAPHS)
def _build(
    program: Program, focus: Focus | None, known: Known, tests: tuple[str, ...]
) -> ProgramGraph:
    parts = _parts(program, focus)
    if focus is not None and known.coverage is not None:
        reaching = {test for part in parts for _, found in _covered(part, known) for test in found}
        tests = tuple(test for test in tests if test in reaching)
    placed, first_test = _place(parts, len(tests))
    numbers = {test: first_test + place for place, test in enumerate(tests)}
    shown = {item.part.path: item for item in placed}
    between = links(program, shown, whole=focus is None)
    edge_types, edge_links = _edges(placed, [*_covers(placed, known, numbers), *between])
    names = [part.path for part in parts]
    return ProgramGraph(
        _nodes(placed, known, tests),
        edge_types,
        edge_links,
        (*_texts([part.labels for part in parts], parts), *tests, *names),
        (*_texts([part.fields for part in parts], parts), *[""] * (len(tests) + len(names))),
        placed,
        numbers,
    )


def _parts(program: Program, focus: Focus | None) -> list[FilePart]:
    if focus is None:
        return [file_part(path, source, None) for path, source in program.files]
    refs = (*focus.functions, *focus.context)
    missing = sorted({ref.path for ref in refs} - set(program.paths))
    if missing or not refs:
        msg = (
            f"the focus names {', '.join(missing) or 'nothing'}; the program has "
            f"{', '.join(program.paths[:5])}: name functions of those files"
        )
        raise ConfigError(msg)
    found = []
    for path, source in program.files:
        edited = tuple(ref for ref in focus.functions if ref.path == path)
        shown = tuple(ref for ref in focus.context if ref.path == path)
        if edited or shown:
            found.append(file_part(path, source, edited, shown))
    return found


def _place(parts: list[FilePart], tests: int) -> tuple[tuple[Placed, ...], int]:
    """Return the parts with their numbers, and the number of the first test."""
    symbol = sum(part.syntax for part in parts)
    first_test = sum(len(part.rows) for part in parts)
    first, placed = 0, []
    for place, part in enumerate(parts):
        placed.append(Placed(part, first, symbol, first_test + tests + place))
        first += part.syntax
        symbol += len(part.rows) - part.syntax
    return tuple(placed), first_test


def _texts(columns: list[tuple[str, ...]], parts: list[FilePart]) -> list[str]:
    pairs = list(zip(columns, parts, strict=True))
    syntax = [text for column, part in pairs for text in column[: part.syntax]]
    return syntax + [text for column, part in pairs for text in column[part.syntax :]]


def _nodes(placed: tuple[Placed, ...], known: Known, tests: tuple[str, ...]) -> np.ndarray:
    rows = [_flagged(part, known) for part, *_ in placed]
    syntax = [row[: part.syntax] for row, (part, *_) in zip(rows, placed, strict=True)]
    symbols = [row[part.syntax :] for row, (part, *_) in zip(rows, placed, strict=True)]
    others = np.zeros((len(tests) + len(placed), schema.NODE_WIDTH), np.int16)
    others[: len(tests), schema.KIND] = TEST
    others[: len(tests), schema.TOKEN] = [token_id(test_name(test)) for test in tests]
    others[len(tests) :, schema.KIND] = FILE
    others[len(tests) :, schema.TOKEN] = [token_id(part.path) for part, *_ in placed]
    flags = [schema.FLAG_IN_FOCUS * part.focused for part, *_ in placed]
    others[len(tests) :, schema.FLAGS] = flags
    nodes = np.concatenate([*syntax, *symbols, others])
    nodes.flags.writeable = False
    return nodes


def test_name(test_id: str) -> str:
    """Return the function's name of a test id, without class and parameters."""
    return test_id.split("[", 1)[0].rsplit("::", 1)[-1]


def _edges(placed: tuple[Placed, ...], others: list[Edge]) -> tuple[np.ndarray, np.ndarray]:
    """Return relation ids and links, sorted by relation, then by links; none twice.

    Args:
        placed: parts with their own edges.
        others: edges between parts and from tests.
    """
    found = [_renumbered(item) for item in placed]
    if others:
        found.append(packed(*np.array(others, np.int64).reshape(-1, 3).T))
    # A part's edges are sorted, and its nodes keep their order.
    edges = distinct(np.concatenate(found)) if len(found) > 1 else found[0]
    types, source, target = unpacked(edges)
    joined = np.empty((len(types), 2), np.int32)
    joined[:, 0], joined[:, 1] = source, target
    types.flags.writeable = joined.flags.writeable = False
    return types, joined


def _covers(placed: tuple[Placed, ...], known: Known, tests: dict[str, int]) -> Iterator[Edge]:
    for item in placed:
        for node, covering in _covered(item.part, known):
            for test in covering:
                if test in tests:
                    yield COVERS, tests[test], item.first + node


def _renumbered(item: Placed) -> np.ndarray:
    relation, source, target = unpacked(item.part.edges)
    numbers = _numbers(item)
    return packed(relation, numbers[source], numbers[target])


def _numbers(item: Placed) -> np.ndarray:
    """Return the graph's number of each local node of a part; its file's is the last."""
    part = item.part
    syntax = np.arange(item.first, item.first + part.syntax)
    last = item.first_symbol + len(part.rows) - part.syntax
    return np.concatenate([syntax, np.arange(item.first_symbol, last), [item.file]])


@lru_cache(maxsize=KEPT_PARTS)
def _flagged(part: FilePart, known: Known) -> np.ndarray:
    """Return a part's rows with the "covered" flag: its lines run in a test or at import."""
    if known.coverage is None:
        return part.rows
    in_tests, at_all = _executed(known, part.path)
    heads = {region for _, region in part.functions}
    covered = [
        not (in_tests if region in heads else at_all).isdisjoint(lines)
        for region, lines in enumerate(part.region_lines)
    ]
    rows = part.rows.copy()
    rows[:, schema.FLAGS] |= np.array(covered, np.int16)[part.regions] * schema.FLAG_COVERED
    return rows


@lru_cache(maxsize=KEPT_PARTS)
def _executed(known: Known, path: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines of a file that run in some test, and those that run at all."""
    if known.coverage is None:
        return frozenset(), frozenset()
    lines = [files.get(path, frozenset()) for files in known.coverage.tests.values()]
    in_tests = frozenset().union(*lines)
    return in_tests, in_tests | known.coverage.at_import.get(path, frozenset())


def _covered(part: FilePart, known: Known) -> list[tuple[int, tuple[str, ...]]]:
    """Return (function's local number, ids of the tests that execute it)."""
    return [
        (node, _tests_of(known, part.path, part.region_lines[region]))
        for node, region in part.functions
    ]


@lru_cache(maxsize=8192)
def _tests_of(known: Known, path: str, lines: frozenset[int]) -> tuple[str, ...]:
    return () if known.coverage is None else tuple(covers(path, lines, known.coverage.tests))
