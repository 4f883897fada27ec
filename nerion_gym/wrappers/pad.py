"""Fixed shapes for any environment whose observation is, or holds, a `spaces.Graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from gymnasium.spaces import GraphInstance


class Pad(gym.ObservationWrapper, gym.utils.RecordConstructorArgs):
    """Replaces the one graph of an observation by arrays of fixed shapes.

    A `Graph` space, or a `Dict` with one, becomes a `Dict` with
    `nodes` [max_nodes, ...], `edge_links` [max_edges, 2] and, where edges carry something,
    `edge_types` [max_edges] (Discrete edges) or `edge_features` [max_edges, ...] (Box edges),
    beside the other keys. Rows beyond the graph are 0. With `counts=True` two more keys,
    `node_count` and `edge_count` (int32 [1]), say where it ends, for graphs in which 0 means
    something. On a world of this package the result equals `observation="padded"`.

    Args:
        env: any Gymnasium environment.
        max_nodes: N.
        max_edges: E.
        counts: whether to add the two counts.

    Raises:
        ConfigError: no graph or several in the observation, or sizes below 1.
    """

    def __init__(
        self, env: gym.Env, max_nodes: int, max_edges: int, *, counts: bool = False
    ) -> None:
        gym.utils.RecordConstructorArgs.__init__(
            self, max_nodes=max_nodes, max_edges=max_edges, counts=counts
        )
        gym.ObservationWrapper.__init__(self, env)
        if max_nodes < 1 or max_edges < 1:
            msg = f"max_nodes={max_nodes!r}, max_edges={max_edges!r}: expected at least 1"
            raise ConfigError(msg)
        self.max_nodes, self.max_edges, self.counts = max_nodes, max_edges, counts
        self.key, graph = graph_key(env.observation_space)
        inner: Any = env.observation_space
        rest = {} if self.key is None else dict(inner.spaces)
        rest.pop(self.key, None)
        self.padded = self._spaces(graph)
        self.observation_space = spaces.Dict({**self.padded, **rest})

    def _spaces(self, graph: spaces.Graph) -> dict[str, spaces.Space]:
        nodes, edges = self.max_nodes, self.max_edges
        found: dict[str, spaces.Space] = {
            "nodes": repeated(graph.node_space, nodes),
            "edge_links": spaces.Box(0, nodes - 1, (edges, 2), link_type(nodes)),
        }
        if graph.edge_space is not None:
            found[edge_key(graph.edge_space)] = repeated(graph.edge_space, edges)
        if self.counts:
            found["node_count"] = spaces.Box(0, nodes, (1,), np.int32)
            found["edge_count"] = spaces.Box(0, edges, (1,), np.int32)
        return found

    def observation(self, observation: Any) -> dict[str, Any]:
        """Return the padded observation.

        Raises:
            ConfigError: the graph is larger than the fixed shapes.
        """
        graph = observation if self.key is None else observation[self.key]
        rest = {} if self.key is None else {k: v for k, v in observation.items() if k != self.key}
        return {**self._padded(graph), **rest}

    def _padded(self, graph: GraphInstance) -> dict[str, np.ndarray]:
        links = np.zeros((0, 2)) if graph.edge_links is None else np.asarray(graph.edge_links)
        parts = {"nodes": np.asarray(graph.nodes), "edge_links": links}
        for key in ("edge_types", "edge_features"):
            if key in self.padded:
                parts[key] = np.zeros(0) if graph.edges is None else np.asarray(graph.edges)
        found = {key: padded_rows(key, rows, self.padded[key]) for key, rows in parts.items()}
        if self.counts:
            found["node_count"] = np.array([len(parts["nodes"])], np.int32)
            found["edge_count"] = np.array([len(links)], np.int32)
        return found


def graph_key(space: spaces.Space) -> tuple[str | None, spaces.Graph]:
    """Return the key of the graph (None where the space itself is one) and its space.

    Raises:
        ConfigError: no graph, or several.
    """
    if isinstance(space, spaces.Graph):
        return None, space
    inner = space.spaces.items() if isinstance(space, spaces.Dict) else ()
    graphs = [(key, value) for key, value in inner if isinstance(value, spaces.Graph)]
    if len(graphs) != 1:
        msg = f"expected an observation that is a Graph or a Dict with one; this has {len(graphs)}"
        raise ConfigError(msg)
    return graphs[0]


def edge_key(space: spaces.Space) -> str:
    """Return the name of padded edge attributes."""
    return "edge_types" if isinstance(space, spaces.Discrete) else "edge_features"


def repeated(space: spaces.Space, count: int) -> spaces.Box:
    """Return a box of `count` rows of a node or edge space, widened to hold 0."""
    if isinstance(space, spaces.Discrete):
        high = int(space.start + space.n - 1)
        return spaces.Box(min(0, int(space.start)), high, (count,), link_type(high + 1))
    if not isinstance(space, spaces.Box):
        msg = f"graph nodes or edges of {space}: expected Box or Discrete"
        raise ConfigError(msg)
    low = np.broadcast_to(np.minimum(space.low, 0), (count, *space.shape))
    high_rows = np.broadcast_to(np.maximum(space.high, 0), (count, *space.shape))
    return spaces.Box(low, high_rows, dtype=space.dtype.type)


def link_type(nodes: int) -> type[np.signedinteger]:
    """Return the smallest integer type, int16 at least, that numbers so many nodes."""
    return np.int16 if nodes <= np.iinfo(np.int16).max + 1 else np.int32


def padded_rows(key: str, rows: np.ndarray, space: spaces.Space) -> np.ndarray:
    """Copy rows into zeros of the space's shape.

    Raises:
        ConfigError: more rows than the shape has.
    """
    shape = space.shape or ()
    if len(rows) > shape[0]:
        limit = "max_nodes" if key == "nodes" else "max_edges"
        msg = f"a graph with {len(rows)} rows of {key!r} does not fit {shape[0]}; raise {limit}"
        raise ConfigError(msg)
    full = np.zeros(shape, space.dtype)
    if len(rows):
        full[: len(rows)] = rows.reshape(len(rows), *shape[1:])
    return full
