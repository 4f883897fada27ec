"""Places the nodes of a program graph on rings: the tree from the middle out, tests outermost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.graphs import schema

if TYPE_CHECKING:
    from nerion_gym.graphs.builder import ProgramGraph

CHILD, COVERS, BINDS = (schema.RELATION[name] for name in ("child", "covers", "binds"))
SYMBOL, TEST, FILE = (schema.KIND_ID[name] for name in ("symbol", "test", "file"))
TREE, TESTS, SYMBOLS = 0.86, 1.0, 0.93
"""How far out the tree reaches, in radii, and where tests and names stand."""
OPENING = 0.12
"""Radians at the top that stay free: there the text begins and ends."""
APART = 0.035
"""Radians between two tests at least, where there is room."""
LEVEL = 0.75
"""Power of a level's share of the depth: less than 1 brings the inner rings further out."""


@dataclass(frozen=True, eq=False)
class Rings:
    """Where the nodes of a graph are.

    Attributes:
        angle: float64 [N], radians clockwise from the top.
        radius: float64 [N], 0 in the middle to 1.
        parent: int64 [N], node above in the tree; -1 of a file and what is no part of the tree.
    """

    angle: np.ndarray
    radius: np.ndarray
    parent: np.ndarray


def place(graph: ProgramGraph) -> Rings:
    """Place a graph's nodes; the same graph always alike."""
    parent = _parents(graph)
    depth = _depths(parent)
    angle = _angles(graph, parent, depth)
    deepest = max(int(depth.max(initial=0)), 1)
    radius = TREE * (depth / deepest) ** LEVEL
    if int((graph.nodes[:, schema.KIND] == FILE).sum()) == 1:
        radius[graph.nodes[:, schema.KIND] == FILE] = 0.0
    rings = Rings(angle, radius, parent)
    _place_symbols(graph, rings)
    _place_tests(graph, rings)
    return rings


def links_of(graph: ProgramGraph, relation: int) -> np.ndarray:
    """Return int32 [e, 2]: the edges of one relation."""
    first, last = np.searchsorted(graph.edge_types, (relation, relation + 1))
    return graph.edge_links[first:last]


def _parents(graph: ProgramGraph) -> np.ndarray:
    """Return the node above each; above what a file holds stands the file."""
    parent = np.full(len(graph.nodes), -1, np.int64)
    for part, first, _, file in graph.placed:
        parent[first : first + part.syntax] = file
    child = links_of(graph, CHILD)
    parent[child[:, 1]] = child[:, 0]
    return parent


def _depths(parent: np.ndarray) -> np.ndarray:
    """Return int64 [N]: levels below the middle; a file is on the first."""
    depth = np.ones(len(parent), np.int64)
    above = parent.copy()
    while (above >= 0).any():
        inside = above >= 0
        depth[inside] += 1
        above[inside] = parent[above[inside]]
    return depth


def _angles(graph: ProgramGraph, parent: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Return the angle of each node: leaves in the order of the text, others amid what is below."""
    tree = np.flatnonzero((parent >= 0) | (graph.nodes[:, schema.KIND] == FILE))
    is_leaf = np.ones(len(parent), np.bool_)
    is_leaf[parent[parent >= 0]] = False
    order = _reading_order(graph)
    leaves = order[is_leaf[order]]
    low = np.full(len(parent), np.inf)
    low[leaves] = (np.arange(len(leaves)) + 0.5) / max(len(leaves), 1)
    high = np.where(np.isinf(low), -np.inf, low)
    for level in range(int(depth.max(initial=1)), 1, -1):
        nodes = tree[depth[tree] == level]
        np.minimum.at(low, parent[nodes], low[nodes])
        np.maximum.at(high, parent[nodes], high[nodes])
    low[np.isinf(low)], high[np.isinf(high)] = 0.5, 0.5
    return OPENING + (low + high) / 2 * (2 * np.pi - 2 * OPENING)


def _reading_order(graph: ProgramGraph) -> np.ndarray:
    """Return int64 [n]: syntax nodes, tokens and files as they begin in the text."""
    keys = []
    for place_, (part, first, _, file) in enumerate(graph.placed):
        numbers = np.arange(first, first + part.syntax)
        rows = np.empty((part.syntax + 1, 4), np.int64)
        rows[:, 0] = place_
        rows[:-1, 1] = part.extents[: part.syntax, 0]
        rows[:-1, 2] = -part.extents[: part.syntax, 1]
        rows[:-1, 3] = numbers
        rows[-1, 1:] = (-1, -part.size, file)
        keys.append(rows)
    every = np.concatenate(keys)
    return every[np.lexsort(every.T[::-1]), 3]


def _place_symbols(graph: ProgramGraph, rings: Rings) -> None:
    """Put each name amid the places that bind or use it."""
    links = links_of(graph, BINDS)
    nodes = np.flatnonzero(graph.nodes[:, schema.KIND] == SYMBOL)
    rings.angle[nodes] = _means(rings.angle, links[:, 1], links[:, 0], nodes)
    rings.radius[nodes] = SYMBOLS


def _place_tests(graph: ProgramGraph, rings: Rings) -> None:
    """Put each test near what it runs, none on another."""
    links = links_of(graph, COVERS)
    nodes = np.flatnonzero(graph.nodes[:, schema.KIND] == TEST)
    wanted = _means(rings.angle, links[:, 0], links[:, 1], nodes)
    order = np.argsort(wanted, kind="stable")
    rings.angle[nodes[order]] = spread(wanted[order])
    rings.radius[nodes] = TESTS


def _means(
    angle: np.ndarray, whose: np.ndarray, others: np.ndarray, nodes: np.ndarray
) -> np.ndarray:
    """Return the mean angle of what is linked with each node; half way round where nothing is."""
    count = np.bincount(whose, minlength=len(angle))[nodes]
    total = np.bincount(whose, weights=angle[others], minlength=len(angle))[nodes]
    return np.where(count > 0, total / np.maximum(count, 1), np.pi)


def spread(wanted: np.ndarray) -> np.ndarray:
    """Return rising angles moved apart, as little as may be, within the circle."""
    count = len(wanted)
    room = 2 * np.pi - 2 * OPENING
    apart = min(APART, room / max(count, 1))
    steps = apart * np.arange(count)
    # Where each would have to begin if all before it stood close: a running maximum is that no one
    # stands on the one before; the same from behind; half way between is the least of both evils.
    forward = np.maximum.accumulate(wanted - steps) + steps
    backward = np.minimum.accumulate((wanted - steps)[::-1])[::-1] + steps
    middle = (forward + backward) / 2
    low, high = OPENING + steps, 2 * np.pi - OPENING - apart * (count - 1) + steps
    return np.clip(middle, low, high)
