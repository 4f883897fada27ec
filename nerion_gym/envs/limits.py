"""Whether a state fits the fixed numbers of its world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.envs.observation import graph_of

if TYPE_CHECKING:
    from nerion_gym.envs.state import State
    from nerion_gym.types.task import Limits

SPARE_EDITS, SPARE_NODES, SPARE_EDGES = 4, 16, 64
"""Room that `reset` leaves for what one edit may add."""


def overflow(state: State, limits: Limits, *, spare: bool) -> str:
    """Return "" when a state fits, else the numbers that do not.

    Args:
        state: its catalog is counted before its graph is built, which is dearer.
        limits: of the world.
        spare: whether to leave room for one edit.
    """
    room = (SPARE_EDITS, SPARE_NODES, SPARE_EDGES) if spare else (0, 0, 0)
    if len(state.catalog) + room[0] > limits.edits:
        return f"{len(state.catalog)} edits (K = {limits.edits}, {room[0]} spare)"
    graph = graph_of(state)
    if len(graph.nodes) + room[1] > limits.nodes:
        return f"{len(graph.nodes)} graph nodes (N = {limits.nodes}, {room[1]} spare)"
    if len(graph.edge_types) + room[2] > limits.edges:
        return f"{len(graph.edge_types)} graph edges (E = {limits.edges}, {room[2]} spare)"
    return ""
