"""What a trace adds to a program graph: value profiles, and the families `infects` and `asserts`.

Nodes keep their numbers; assertions come after all others. What does not fit a world's limits is
left out, so that a trace decides neither which focus is drawn nor which edit ends an episode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.graphs import schema
from nerion_gym.graphs.profiles import profile_of
from nerion_gym.graphs.relations import asserts, infects
from nerion_gym.graphs.words import token_id
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.graphs.builder import ProgramGraph
    from nerion_gym.graphs.relations import Pair
    from nerion_gym.types.program import Span
    from nerion_gym.types.trace import EditTrace, Trace

ASSERTION = schema.KIND_ID["assertion"]
CALL = schema.KIND_ID["Call"]
INFECTS, ASSERTS = schema.RELATION["infects"], schema.RELATION["asserts"]
NOT_EVALUATED = schema.PROFILE_ID["not evaluated"]
CALLED_WITH = {"tuple"}
"""All that is known of a call that edits give other arguments: they are looked at as a tuple."""


@dataclass(frozen=True)
class Sight:
    """What is known of a program and of some of its edits.

    Attributes:
        trace: of the program.
        edits: (node of the site, what the trace tells), of each edit that is listed.
        checks: (test id, kind of assertion), in the order of the text.
    """

    trace: Trace
    edits: Sequence[tuple[int, EditTrace]]
    checks: Sequence[tuple[str, str]] = ()


def with_trace(graph: ProgramGraph, sight: Sight, nodes: int, edges: int) -> ProgramGraph:
    """Return a graph with what a trace shows.

    Args:
        graph: of the program, or of a focus on it.
        sight: what is known.
        nodes: that it may have in the end.
        edges: that it may have in the end.
    """
    infected = infects([(site, found.infected) for site, found in sight.edits], graph.tests)
    infected = infected[: max(edges - len(graph.edge_types), 0)]
    met = {node for _, node in infected}
    reached = {test: node for test, node in graph.tests.items() if node in met}
    checks, kinds = asserts(sight.checks, reached, len(graph.nodes))
    room = min(edges - len(graph.edge_types) - len(infected), nodes - len(graph.nodes))
    checks, kinds = checks[: max(room, 0)], kinds[: max(room, 0)]
    types, links = _joined(graph, infected, checks)
    return replace(
        graph,
        nodes=_rows(graph, sight, kinds),
        edge_types=types,
        edge_links=links,
        labels=(*graph.labels, *kinds),
        fields=(*graph.fields, *[""] * len(kinds)),
    )


def _joined(
    graph: ProgramGraph, infected: list[Pair], checks: list[Pair]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges with those of a trace, whose relations come last."""
    new = np.array(sorted(infected) + sorted(checks), np.int32).reshape(-1, 2)
    relations = np.repeat((INFECTS, ASSERTS), (len(infected), len(checks)))
    types = np.concatenate([graph.edge_types, relations.astype(graph.edge_types.dtype)])
    links = np.concatenate([graph.edge_links, new])
    types.flags.writeable = links.flags.writeable = False
    return types, links


def _rows(graph: ProgramGraph, sight: Sight, kinds: list[str]) -> np.ndarray:
    """Return the node rows with profiles, and those of assertions."""
    added = np.zeros((len(kinds), schema.NODE_WIDTH), np.int16)
    added[:, schema.KIND] = ASSERTION
    added[:, schema.TOKEN] = [token_id(kind) for kind in kinds]
    rows = np.concatenate([graph.nodes, added])
    missed = [site for site, found in sight.edits if found.infection is Infection.NOT_REACHED]
    rows[missed, schema.PROFILE] = NOT_EVALUATED
    seen = _seen(graph, sight.trace)
    rows[list(seen), schema.PROFILE] = [profile_of(merged) for merged in seen.values()]
    rows.flags.writeable = False
    return rows


def _seen(graph: ProgramGraph, trace: Trace) -> dict[int, dict[str, int]]:
    """Return node -> class of value -> how many, of all that was seen at its place."""
    found: dict[int, dict[str, int]] = {}
    for span, kinds in _places(trace):
        node = graph.node_at(span)
        if node is None:
            continue
        merged = found.setdefault(node, {})
        if graph.nodes[node, schema.KIND] == CALL and kinds.keys() == CALLED_WITH:
            continue
        for kind, count in kinds.items():
            merged[kind] = max(merged.get(kind, 0), count)
    return found


def _places(trace: Trace) -> Iterator[tuple[Span, Mapping[str, int]]]:
    """Yield each place with the values seen there; a function's are those that it returned."""
    for site in trace.sites:
        yield site.span, site.kinds
    if trace.program is None:
        return
    for function in trace.functions:
        path, name = function.function.path, function.function.qualname
        for defined in parse_module(path, trace.program.source(path)).functions:
            if defined.qualname == name:
                yield defined.span, function.returns
