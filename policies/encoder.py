"""From observations to vectors: one converter, one batcher for both forms, one graph network.

Every learning agent reads programs through this module. Node numbers in edit and test rows are
local to their graph; a batch lays its graphs end to end and knows where each begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import GINEConv

from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from nerion_gym.graphs import schema
from policies.generated import remove_generated
from policies.policy import graph_arrays
from policies.semantics import TokenMeaning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.types.semantics import Semantics
    from nerion_gym.types.transition import Observation

WIDTH = 64
LAYERS = 4
KINDS = 1024
"""Room for node kinds; ids beyond share the last row."""
OPERATOR, SITE, ARGUMENT, TOKEN, INFECTION, LAST = range(schema.EDIT_WIDTH)
TEST_NODE, STATUS = range(schema.TEST_WIDTH)
RELATIONS = len(schema.RELATIONS)


def to_data(observation: Observation) -> Data:
    """Convert one observation, graph or padded, to a PyG graph.

    Returns:
        Data with x int64 [n, 4], edge_index int64 [2, e], edge_type int64 [e] (forward edges
        only), edits int64 [K+1, 6], tests int64 [T, 2], action_mask bool [K+1],
        steps_left float32 [1].
    """
    data = graph_data(*graph_arrays(observation))
    data.edits = _long(observation["edits"])
    data.tests = _long(observation["tests"])
    data.action_mask = torch.from_numpy(np.asarray(observation["action_mask"]) > 0)
    data.steps_left = torch.from_numpy(np.array(observation["steps_left"], np.float32))
    return data


def graph_data(nodes: np.ndarray, types: np.ndarray, links: np.ndarray) -> Data:
    """Return the graph part of `to_data`, from unpadded arrays of any integer type."""
    return Data(
        x=_long(nodes).reshape(-1, schema.NODE_WIDTH),
        edge_index=_long(links).reshape(-1, 2).t().contiguous(),
        edge_type=_long(types),
    )


def _long(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(array).astype(np.int64))


@dataclass(frozen=True)
class GraphBatch:
    """B graphs laid end to end.

    Attributes:
        nodes: int64 [n, 4].
        edge_index: int64 [2, e], forward edges, node numbers within the batch.
        edge_type: int64 [e].
        graph: int64 [n], the graph of each node.
        starts: int64 [B], each graph's first node.
        status: int64 [n], status id of a test's node, 0 of any other.
    """

    nodes: Tensor
    edge_index: Tensor
    edge_type: Tensor
    graph: Tensor
    starts: Tensor
    status: Tensor


def join(graphs: Sequence[Data]) -> GraphBatch:
    """Lay graphs of any sizes end to end; each with its test rows, `tests` int64 [T, 2]."""
    sizes = torch.tensor([len(data.x) for data in graphs])
    starts = torch.cumsum(sizes, 0) - sizes
    shifted = [data.edge_index + start for data, start in zip(graphs, starts, strict=True)]
    nodes = torch.cat([data.x for data in graphs])
    tests = torch.cat([data.tests for data in graphs])
    owner = torch.repeat_interleave(
        torch.arange(len(graphs)), torch.tensor([len(data.tests) for data in graphs])
    )
    return GraphBatch(
        nodes=nodes,
        edge_index=torch.cat(shifted, dim=1),
        edge_type=torch.cat([data.edge_type for data in graphs]),
        graph=torch.repeat_interleave(torch.arange(len(graphs)), sizes),
        starts=starts,
        status=status_of_nodes(len(nodes), starts[owner], tests),
    )


def status_of_nodes(count: int, starts: Tensor, tests: Tensor) -> Tensor:
    """Return int64 [count]: the status id at each test's node, 0 elsewhere.

    Args:
        count: nodes of the batch.
        starts: int64 [m], first node of each test's graph.
        tests: int64 [m, 2], test rows.
    """
    shown = tests[:, TEST_NODE] >= 0
    status = torch.zeros(count, dtype=torch.long)
    status[(starts + tests[:, TEST_NODE])[shown]] = tests[shown, STATUS]
    return status


def join_padded(observation: Mapping[str, Tensor]) -> GraphBatch:
    """Lay a stacked padded observation end to end, dropping the padding.

    Args:
        observation: nodes [B, N, 4], edge_types [B, E], edge_links [B, E, 2], tests [B, T, 2],
            of any dtype.
    """
    nodes, types = observation["nodes"].long(), observation["edge_types"].long()
    real = nodes[:, :, schema.KIND] > 0
    sizes = real.sum(dim=1)
    starts = torch.cumsum(sizes, 0) - sizes
    joined = types > 0
    edge_graph = joined.nonzero()[:, 0]
    links = observation["edge_links"].long()[joined] + starts[edge_graph].unsqueeze(1)
    tests = observation["tests"].long()
    owner = torch.arange(len(nodes)).repeat_interleave(tests.shape[1])
    return GraphBatch(
        nodes=nodes[real],
        edge_index=links.t().contiguous(),
        edge_type=types[joined],
        graph=torch.repeat_interleave(torch.arange(len(nodes)), sizes),
        starts=starts,
        status=status_of_nodes(int(sizes.sum()), starts[owner], tests.flatten(0, 1)),
    )


@dataclass(frozen=True)
class Encoded:
    """What the network makes of a batch.

    Attributes:
        states: float32 [n, width], a vector per node.
        graphs: float32 [B, width], a vector per graph.
        starts: int64 [B], each graph's first node.
    """

    states: Tensor
    graphs: Tensor
    starts: Tensor

    def at(self, graph: Tensor, node: Tensor, missing: Tensor) -> Tensor:
        """Return the states of nodes given by graph and local number; `missing` where it is -1.

        Args:
            graph: int64 [m], graph of each row.
            node: int64 [m], node within that graph, or -1.
            missing: float32 [width].
        """
        found = self.states[self.starts[graph] + node.clamp(min=0)]
        return torch.where((node >= 0).unsqueeze(1), found, missing)


class Encoder(nn.Module):
    """GINE over the program graph (Hu et al. 2020, arXiv 1905.12265), relations as edge features.

    Node vector = sum of embeddings of kind, token, value profile and flags, and of its status
    where it is a test; each layer adds `GINEConv` of the normalised states to them. Every edge
    also runs backwards, as relation id + R.

    Args:
        width: of every vector.
        layers: of message passing.
        semantics: frozen vectors of tokens, projected and added to their embeddings; or None.
    """

    def __init__(
        self, width: int = WIDTH, layers: int = LAYERS, semantics: Semantics | None = None
    ) -> None:
        super().__init__()
        self.width = width
        self.kind = nn.Embedding(KINDS, width)
        self.token = nn.Embedding(schema.TOKENS, width)
        self.profile = nn.Embedding(schema.PROFILES, width)
        self.flags = nn.Embedding(schema.FLAG_COMBINATIONS, width)
        self.status = nn.Embedding(schema.STATUSES, width)
        self.relation = nn.Embedding(2 * RELATIONS, width)
        self.convolutions = nn.ModuleList(GINEConv(two_layers(width)) for _ in range(layers))
        remove_generated()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers + 1))
        self.pool = nn.Linear(2 * width, width)
        # None registers nothing: checkpoints without a table stay what they were.
        self.meaning = None if semantics is None else TokenMeaning(semantics, width)

    def word(self, tokens: Tensor) -> Tensor:
        """Return float32 [n, width] of token ids int64 [n]: learned, and what they mean."""
        known = tokens.clamp(0, schema.TOKENS - 1)
        learned = self.token(known)
        return learned if self.meaning is None else learned + self.meaning(known)

    def embed(self, nodes: Tensor) -> Tensor:
        """Return float32 [n, width] of node rows int64 [n, 4], before any message."""
        kind, token, profile, flags = nodes.unbind(dim=1)
        return (
            self.kind(kind.clamp(max=KINDS - 1))
            + self.word(token)
            + self.profile(profile.clamp(max=schema.PROFILES - 1))
            + self.flags(flags.clamp(max=schema.FLAG_COMBINATIONS - 1))
        )

    def forward(self, batch: GraphBatch) -> Encoded:
        """Encode a batch."""
        both = torch.cat([batch.edge_index, batch.edge_index.flip(0)], dim=1)
        relations = self.relation(torch.cat([batch.edge_type, batch.edge_type + RELATIONS]))
        states = self.embed(batch.nodes) + self.status(batch.status.clamp(0, schema.STATUSES - 1))
        for norm, convolution in zip(self.norms, self.convolutions, strict=False):
            states = states + convolution(norm(states), both, relations)
        states = self.norms[-1](states)
        return Encoded(states, self._pooled(states, batch), batch.starts)

    def _pooled(self, states: Tensor, batch: GraphBatch) -> Tensor:
        index = batch.graph.unsqueeze(1).expand_as(states)
        empty = states.new_zeros(len(batch.starts), self.width)
        mean = empty.scatter_reduce(0, index, states, "mean", include_self=False)
        largest = empty.scatter_reduce(0, index, states, "amax", include_self=False)
        return torch.relu(self.pool(torch.cat([mean, largest], dim=1)))


class EditEncoder(nn.Module):
    """A vector per listed edit: site and argument states, operator, inserted token, memory.

    Args:
        encoder: whose states are read and whose token table is shared.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        width = encoder.width
        self.operator = nn.Embedding(OPERATOR_ID_LIMIT, width)
        self.infection = nn.Embedding(schema.INFECTIONS, width)
        self.last = nn.Embedding(schema.LAST_OUTCOMES, width)
        self.missing = nn.Parameter(torch.zeros(2, width))
        self.mix = nn.Sequential(nn.Linear(6 * width, width), nn.LayerNorm(width), nn.ReLU())

    def forward(self, encoder: Encoder, found: Encoded, graph: Tensor, rows: Tensor) -> Tensor:
        """Return float32 [m, width] of edit rows int64 [m, 6] of graphs int64 [m]."""
        parts = [
            found.at(graph, rows[:, SITE], self.missing[0]),
            found.at(graph, rows[:, ARGUMENT], self.missing[1]),
            self.operator(rows[:, OPERATOR].clamp(0, OPERATOR_ID_LIMIT - 1)),
            encoder.word(rows[:, TOKEN]),
            self.infection(rows[:, INFECTION].clamp(0, schema.INFECTIONS - 1)),
            self.last(rows[:, LAST].clamp(0, schema.LAST_OUTCOMES - 1)),
        ]
        return self.mix(torch.cat(parts, dim=1))


class TestEncoder(nn.Module):
    """A vector per test slot: its node's state, and its status where it has no node.

    Args:
        encoder: whose states are read.
    """

    __test__ = False

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.status = nn.Embedding(schema.STATUSES, encoder.width)
        self.missing = nn.Parameter(torch.zeros(encoder.width))

    def forward(self, found: Encoded, graph: Tensor, rows: Tensor) -> Tensor:
        """Return float32 [m, width] of test rows int64 [m, 2] of graphs int64 [m]."""
        states = found.at(graph, rows[:, TEST_NODE], self.missing)
        return states + self.status(rows[:, STATUS].clamp(0, schema.STATUSES - 1))


def two_layers(width: int) -> nn.Sequential:
    """Return the network inside a GINE layer."""
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
