"""Edges between the files of a program, found from the summaries of its parts.

A part says what its imports and calls name; which file or function that is depends on the other
files, so it is looked up each time a graph is put together and never kept with a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.graphs import schema
from nerion_gym.graphs.definitions import MOST_TARGETS
from nerion_gym.graphs.exports import exports_of, exports_of_whole
from nerion_gym.graphs.modules import Modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.graphs.modules import Found
    from nerion_gym.graphs.parts import Placed
    from nerion_gym.types.program import Program

Edge = tuple[int, int, int]
"""Relation id, from and to: numbers in the graph."""
CALLS, RETURNS_TO = schema.RELATION["calls"], schema.RELATION["returns_to"]
IMPORTS = schema.RELATION["imports"]


def links(program: Program, placed: Mapping[str, Placed], *, whole: bool) -> Iterator[Edge]:
    """Yield the edges that leave a file.

    Args:
        program: all its files.
        placed: path -> part of each shown file, with its place in the graph.
        whole: whether every file is shown whole, so that none is cut into pieces.
    """
    modules = Modules(program, exports_of_whole if whole else exports_of)
    for item in placed.values():
        yield from imports(item, modules, placed)
        yield from calls(item, modules, placed)


def imports(item: Placed, modules: Modules, placed: Mapping[str, Placed]) -> Iterator[Edge]:
    """Name in an import statement -> the definition that it names, or else the file."""
    for node, spec in item.part.imports:
        for found in modules.find(item.part.path, spec)[:MOST_TARGETS]:
            other = placed.get(found.path)
            if other is not None:
                yield IMPORTS, item.first + node, _named(found, other)


def _named(found: Found, other: Placed) -> int:
    if found.definition is None:
        return other.file
    number = other.part.index.get(found.definition.extent)
    return other.file if number is None else other.first + number


def calls(item: Placed, modules: Modules, placed: Mapping[str, Placed]) -> Iterator[Edge]:
    """Call -> function of another file that it may run, and that one's returns -> the call."""
    for node, spec in item.part.calls:
        call = item.first + node
        for found in modules.find(item.part.path, spec)[:MOST_TARGETS]:
            for function, returns in _called(found, placed):
                yield CALLS, call, function
                for statement in returns:
                    yield RETURNS_TO, statement, call


def _called(found: Found, placed: Mapping[str, Placed]) -> Iterator[tuple[int, list[int]]]:
    """Yield the shown functions that a call runs, each with where its values come from."""
    other = placed.get(found.path)
    if other is None:
        return
    for extent in found.called():
        function = other.part.index.get(extent)
        if function is not None and function in other.part.returns:
            returns = [other.first + place for place in other.part.returns[function]]
            yield other.first + function, returns
