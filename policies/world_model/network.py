"""The network: one trunk over the program graph, heads that disagree where data is thin.

Randomised prior functions (Osband et al. 2018, arXiv 1806.03335): each head is a trained
network plus a fixed random one, so that heads agree only where outcomes have taught them to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from policies.encoder import EditEncoder, Encoder, TestEncoder
from policies.policy import CLASSES

if TYPE_CHECKING:
    from policies.encoder import Encoded, GraphBatch

HIDDEN = 32


class Heads(nn.Module):
    """H two-layer networks side by side.

    Args:
        heads: H.
        inputs: width of what they read.
        outputs: width of what they give.
    """

    def __init__(self, heads: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.randn(heads, inputs, HIDDEN) * (2.0 / inputs) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(heads, 1, HIDDEN))
        self.second = nn.Parameter(torch.randn(heads, HIDDEN, outputs) * (1.0 / HIDDEN) ** 0.5)
        self.offset = nn.Parameter(torch.zeros(heads, 1, outputs))

    def forward(self, vectors: Tensor) -> Tensor:
        """Return float32 [H, m, outputs] of vectors [m, inputs]."""
        hidden = torch.relu(torch.matmul(vectors, self.first) + self.bias)
        return torch.matmul(hidden, self.second) + self.offset


class PriorHeads(nn.Module):
    """Trained heads plus fixed random ones.

    Args:
        heads: H.
        inputs: width of what they read.
        scale: of the prior's logits.
    """

    def __init__(self, heads: int, inputs: int, scale: float) -> None:
        super().__init__()
        self.trained = Heads(heads, inputs, CLASSES)
        self.prior = Heads(heads, inputs, CLASSES).requires_grad_(False)
        self.scale = scale
        # Before any data the ensemble's opinion is the priors'.
        nn.init.zeros_(self.trained.second)

    def forward(self, vectors: Tensor) -> Tensor:
        """Return logits, float32 [H, m, 5]."""
        # No gradient of the prior may reach the trunk: it is part of the question, not of
        # the answer.
        return self.trained(vectors) + self.scale * self.prior(vectors.detach())


class OperatorTable(nn.Module):
    """What each head believes of an operator whatever the program: logits, 0 at first.

    The operator alone tells much (AUC .707 on programs never seen), and a table learns it from
    a few dozen edits, which leaves the deep part the rest to explain.

    Args:
        heads: H.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.logits = nn.Embedding(OPERATOR_ID_LIMIT, heads * CLASSES)
        nn.init.zeros_(self.logits.weight)
        self.offset = nn.Parameter(torch.zeros(heads, 1, CLASSES))

    def forward(self, operators: Tensor) -> Tensor:
        """Return logits, float32 [H, m, 5], of operator ids int64 [m]."""
        rows = self.logits(operators.clamp(0, OPERATOR_ID_LIMIT - 1))
        return rows.reshape(-1, self.heads, CLASSES).transpose(0, 1) + self.offset


class OutcomeNetwork(nn.Module):
    """Predicts the learning class of an edit, for the suite and for each test.

    A staged prediction (reached, infected, propagated) needs a trace to learn from; its heads
    stand beside `suite` and `test` once there is one.

    Args:
        width: of the encoder.
        layers: of the encoder.
        heads: of the ensemble.
        prior_scale: of the priors' logits.
        dropout: share of the deep part's inputs left out while learning.
    """

    def __init__(
        self, width: int, layers: int, heads: int, prior_scale: float, dropout: float
    ) -> None:
        super().__init__()
        self.encoder = Encoder(width, layers)
        self.edits = EditEncoder(self.encoder)
        self.tests = TestEncoder(self.encoder)
        self.table = OperatorTable(heads)
        self.suite = PriorHeads(heads, 3 * width, prior_scale)
        self.dropout = nn.Dropout(dropout)
        self.test = PriorHeads(heads, 3 * width, prior_scale)

    def encode(self, batch: GraphBatch) -> Encoded:
        """Encode programs: once each, however many edits are asked about."""
        return self.encoder(batch)

    def edit_vectors(self, found: Encoded, graph: Tensor, rows: Tensor) -> Tensor:
        """Return float32 [m, width] of edit rows int64 [m, 6] of programs int64 [m]."""
        return self.edits(self.encoder, found, graph, rows)

    def suite_logits(
        self, found: Encoded, graph: Tensor, vectors: Tensor, operators: Tensor
    ) -> Tensor:
        """Return float32 [H, m, 5]: the worst class over the tests.

        Args:
            found: of the programs.
            graph: int64 [m], program of each edit.
            vectors: float32 [m, width], of `edit_vectors`.
            operators: int64 [m].
        """
        own = self.edits.operator(operators.clamp(0, OPERATOR_ID_LIMIT - 1))
        deep = torch.cat([vectors, found.graphs[graph], own], dim=1)
        return self.table(operators) + self.suite(self.dropout(deep))

    def test_logits(self, found: Encoded, graph: Tensor, vectors: Tensor, tests: Tensor) -> Tensor:
        """Return float32 [H, m, T, 5].

        Args:
            found: of the programs.
            graph: int64 [m], program of each edit.
            vectors: float32 [m, width], of `edit_vectors`.
            tests: int64 [B, T, 2], test rows of each program.
        """
        programs, slots, _ = tests.shape
        owner = torch.arange(programs).repeat_interleave(slots)
        seen = self.tests(found, owner, tests.reshape(programs * slots, -1))
        seen = seen.reshape(programs, slots, -1)[graph]
        edits = vectors.unsqueeze(1).expand_as(seen)
        pairs = torch.cat([edits, seen, edits * seen], dim=2)
        logits = self.test(self.dropout(pairs.reshape(len(graph) * slots, -1)))
        return logits.reshape(len(logits), len(graph), slots, CLASSES)
