"""The edge families: one pure function each. A new family is one function and one row.

A family of `FILE_FAMILIES` sees one file and numbers its nodes by place: syntax nodes, tokens,
then symbols, then the file itself. `covers` joins tests and functions of all files, `imports` and
the rest of `calls` and `returns_to` files with one another (see `linking`); `infects` and `asserts`
come from a trace (see `traced`). All are linear in the
size of the text: a node has a bounded number of edges of a family that could multiply.
"""

from __future__ import annotations

import ast
from array import array
from bisect import bisect_left
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.graphs import schema
from nerion_gym.graphs.assignments import ASSIGNING
from nerion_gym.graphs.guards import GUARDING, in_block
from nerion_gym.graphs.rows import PARENT
from nerion_gym.syntax.reaching import MOST_SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nerion_gym.graphs.view import FileView

Pair = tuple[int, int]
READ = schema.KIND_ID["Name"]
MOST_INFECTED = 8
MOST_CHECKS = 4


def child(view: FileView) -> np.ndarray:
    """Parent -> syntax node or token directly below it; file -> its outermost nodes."""
    parents = np.frombuffer(array("q", view.nodes.columns[PARENT]), np.int64)
    return np.stack([np.where(parents < 0, view.file, parents), np.arange(len(parents))], 1)


def next_token(view: FileView) -> list[Pair]:
    """Leaf or token -> the one after it in the text, within one root."""
    return [pair for chain in view.chains for pair in pairwise(chain)]


def last_read(view: FileView) -> list[Pair]:
    """Access -> reads of the same name that may have come last before it.

    The data flow of Allamanis et al. 2018 (arXiv 1711.00740): branches, loops and exceptions
    give several; a loop may give the access itself.
    """
    return _shown(view, ((access, reads) for access, reads, _ in view.flow.links))


def last_write(view: FileView) -> list[Pair]:
    """Access -> writes of the same name that may have come last before it (see `last_read`)."""
    return _shown(view, ((access, writes) for access, _, writes in view.flow.links))


def _shown(view: FileView, links: Iterable[tuple[int, Iterable[int]]]) -> list[Pair]:
    """Return the nodes of accesses and of their sources where both are shown."""
    places = view.places
    return [
        (places[access], places[source])
        for access, sources in links
        for source in sources
        if places[access] >= 0 and places[source] >= 0
    ]


def binds(view: FileView) -> list[Pair]:
    """Mention of a name (access or declaration) -> its symbol."""
    first = view.first_symbol
    pairs = zip(view.places, view.symbol_of, strict=True)
    return [(place, first + symbol) for place, symbol in pairs if place >= 0]


def computed_from(view: FileView) -> Iterator[Pair]:
    """What is assigned (name, attribute, subscript, capture) -> names that its value reads.

    Loops, `with`, walrus and `match` assign too. At most `MOST_SOURCES` names, the first in the
    text (Allamanis et al. 2018, arXiv 1711.00740).
    """
    number = view.nodes.number
    reads = [at for at, row in enumerate(view.nodes.syntax) if row[0] == READ]
    for cls, assignments in ASSIGNING.items():
        for node in view.of_class.get(cls, ()):
            for target, value in assignments(node):
                named = isinstance(target, ast.pattern)
                place = view.captures[target] if named else number[target]
                start = number[value]
                first = bisect_left(reads, start)
                last = bisect_left(reads, view.ends[start], first)
                for read in reads[first : min(last, first + MOST_SOURCES)]:
                    yield place, read


def guarded_by(view: FileView) -> Iterator[Pair]:
    """Statement or expression -> the condition that decides whether it runs (see `guards`)."""
    number = view.nodes.number
    for statement, condition in in_block(view.statements):
        if statement in number and condition in number:
            yield number[statement], number[condition]
    for cls, guards in GUARDING.items():
        for node in view.of_class.get(cls, ()):
            for guarded, condition in guards(node):
                yield number[guarded], number[condition]


def calls(view: FileView) -> Iterator[Pair]:
    """Call -> function of this file that it may run; a class stands for its `__init__`.

    By name, and for methods `self.m()` in the class that defines `m`, and `Class.m()`.
    """
    yield from view.calls


def returns_to(view: FileView) -> Iterator[Pair]:
    """Return statement -> the call that it may give its value to, by `calls`.

    A function without one returns at its end: the function itself. At most `MOST_RETURNS`
    statements a call, the last ones of the function.
    """
    for call, function in view.calls:
        for statement in view.returns[function]:
            yield statement, call


def covers(
    path: str, lines: frozenset[int], executed: Mapping[str, Mapping[str, frozenset[int]]]
) -> Iterator[str]:
    """Test -> function of which it executes a line: yield the ids of a function's tests.

    Args:
        path: of the function's file.
        lines: of its body, without those of functions inside it.
        executed: test id -> path -> executed lines.
    """
    for test, files in executed.items():
        if not lines.isdisjoint(files.get(path, ())):
            yield test


def infects(infected: Iterable[tuple[int, Iterable[str]]], tests: Mapping[str, int]) -> list[Pair]:
    """Site of an edit -> tests in which a traced run saw that it gives another value there.

    At most `MOST_INFECTED` tests a site, the first that run.

    Args:
        infected: (site's node, ids of the tests that an edit there infects), of each edit.
        tests: id -> node, in the order of the run.
    """
    found: dict[int, set[str]] = {}
    for site, names in infected:
        found.setdefault(site, set()).update(names)
    return [
        (site, node)
        for site, names in found.items()
        for node in islice((tests[test] for test in tests if test in names), MOST_INFECTED)
    ]


def asserts(
    checks: Iterable[tuple[str, str]], tests: Mapping[str, int], first: int
) -> tuple[list[Pair], list[str]]:
    """Test -> what it asserts: return the edges, and the kind of assertion of each new node.

    At most `MOST_CHECKS` assertions a test, the first in its text.

    Args:
        checks: (test id, kind of assertion), in the order of the text.
        tests: id -> node, of the tests whose assertions are shown.
        first: number of the first new node.
    """
    counts = dict.fromkeys(tests, 0)
    pairs: list[Pair] = []
    kinds: list[str] = []
    for test, kind in checks:
        if counts.get(test, MOST_CHECKS) < MOST_CHECKS:
            counts[test] += 1
            pairs.append((tests[test], first + len(kinds)))
            kinds.append(kind)
    return pairs, kinds


FILE_FAMILIES: dict[str, Callable[[FileView], Iterable[Pair] | np.ndarray]] = {
    "child": child,
    "next_token": next_token,
    "last_read": last_read,
    "last_write": last_write,
    "computed_from": computed_from,
    "binds": binds,
    "calls": calls,
    "returns_to": returns_to,
    "guarded_by": guarded_by,
}
"""Relation name -> its function of one file."""
