"""The edge families: one pure function each. A new family is one function and one row.

A family of `FILE_FAMILIES` sees one file and numbers its nodes by place: syntax nodes, tokens,
then symbols, then the file itself. `covers` joins tests and functions of all files.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nerion_gym.graphs.view import FileView

Pair = tuple[int, int]


def child(view: FileView) -> Iterator[Pair]:
    """Parent -> syntax node or token directly below it; file -> its outermost nodes."""
    for number, row in enumerate(view.nodes.rows):
        yield (row.parent if row.parent >= 0 else view.file, number)


def next_token(view: FileView) -> Iterator[Pair]:
    """Leaf or token -> the one after it in the text, within one root."""
    for chain in view.chains:
        yield from pairwise(chain)


def last_read(view: FileView) -> Iterator[Pair]:
    """Access -> reads of the same name that may have come last before it.

    The data flow of Allamanis et al. 2018 (arXiv 1711.00740): branches, loops and exceptions
    give several; a loop may give the access itself.
    """
    for link in view.flow.links:
        yield from _placed(view, link.access, link.reads)


def last_write(view: FileView) -> Iterator[Pair]:
    """Access -> writes of the same name that may have come last before it (see `last_read`)."""
    for link in view.flow.links:
        yield from _placed(view, link.access, link.writes)


def _placed(view: FileView, access: int, sources: tuple[int, ...]) -> Iterator[Pair]:
    place = view.places[access]
    if place >= 0:
        for source in sources:
            if view.places[source] >= 0:
                yield place, view.places[source]


def binds(view: FileView) -> Iterator[Pair]:
    """Mention of a name (access or declaration) -> its symbol."""
    for place, symbol in zip(view.places, view.symbol_of, strict=True):
        if place >= 0:
            yield place, view.first_symbol + symbol


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


FILE_FAMILIES: dict[str, Callable[[FileView], Iterator[Pair]]] = {
    "child": child,
    "next_token": next_token,
    "last_read": last_read,
    "last_write": last_write,
    "binds": binds,
}
"""Relation name -> its function of one file."""
