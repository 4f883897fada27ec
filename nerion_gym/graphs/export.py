"""Program graphs for others: Gymnasium's `GraphInstance` and networkx, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import GraphInstance

from nerion_gym.graphs import schema

if TYPE_CHECKING:
    import networkx as nx

    from nerion_gym.graphs.builder import ProgramGraph


def to_graph_instance(graph: ProgramGraph, nodes: np.ndarray | None = None) -> GraphInstance:
    """Return nodes int16 [N, 4], edges int64 [E], edge_links int32 [E, 2]; all newly made.

    Args:
        graph: a program graph; one without edges gives empty arrays, never None.
        nodes: node rows to use in place of the graph's own (with this episode's flags).
    """
    rows = graph.nodes if nodes is None else nodes
    return GraphInstance(
        nodes=rows.astype(np.int16),
        edges=graph.edge_types.astype(np.int64),
        edge_links=graph.edge_links.astype(np.int32).reshape(-1, 2),
    )


def to_networkx(graph: ProgramGraph) -> nx.MultiDiGraph:
    """Return a networkx graph for people and graph tools.

    Node attributes: kind (name), label (text), token (id), profile (id), in_focus, covered,
    edited (bool), path, start, end ("", -1, -1 where a node has no place). Edges are keyed by
    relation name; child edges carry `field`, the field of the parent that they fill.
    """
    import networkx as nx

    found = nx.MultiDiGraph()
    for number in range(len(graph.nodes)):
        found.add_node(number, **_attributes(graph, number))
    for relation, (source, target) in zip(
        graph.edge_types.tolist(), graph.edge_links.tolist(), strict=True
    ):
        name = schema.RELATIONS[relation]
        extra = {"field": graph.fields[target]} if name == "child" else {}
        found.add_edge(source, target, key=name, **extra)
    return found


def _attributes(graph: ProgramGraph, number: int) -> dict[str, Any]:
    kind, token, profile, flags = graph.nodes[number].tolist()
    span = graph.span_of(number)
    return {
        "kind": schema.KINDS[kind],
        "label": graph.labels[number],
        "token": token,
        "profile": profile,
        "in_focus": bool(flags & schema.FLAG_IN_FOCUS),
        "covered": bool(flags & schema.FLAG_COVERED),
        "edited": bool(flags & schema.FLAG_EDITED),
        "path": span.path if span else "",
        "start": span.start if span else -1,
        "end": span.end if span else -1,
    }


def from_networkx(graph: nx.MultiDiGraph) -> GraphInstance:
    """Return the arrays of a graph made by `to_networkx`: what `to_graph_instance` gives."""
    rows = [_row(graph.nodes[number]) for number in sorted(graph.nodes)]
    edges = sorted(
        (schema.RELATION[name], source, target) for source, target, name in graph.edges(keys=True)
    )
    packed = np.array(edges, np.int64).reshape(-1, 3)
    return GraphInstance(
        nodes=np.array(rows, np.int16).reshape(-1, schema.NODE_WIDTH),
        edges=packed[:, 0].copy(),
        edge_links=packed[:, 1:].astype(np.int32),
    )


def _row(attributes: dict[str, Any]) -> list[int]:
    flags = (
        schema.FLAG_IN_FOCUS * attributes["in_focus"]
        + schema.FLAG_COVERED * attributes["covered"]
        + schema.FLAG_EDITED * attributes["edited"]
    )
    return [
        schema.KIND_ID[attributes["kind"]],
        attributes["token"],
        attributes["profile"],
        flags,
    ]
