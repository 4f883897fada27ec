"""The network: one trunk over the program graph, heads that disagree where data is thin.

Randomised prior functions (Osband et al. 2018, arXiv 1806.03335): each head is a trained
network plus a fixed random one, so that heads agree only where outcomes have taught them to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from policies.encoder import OPERATOR, EditEncoder, Encoder, TestEncoder
from policies.policy import CLASSES

if TYPE_CHECKING:
    from nerion_gym.types.semantics import Semantics
    from policies.encoder import Encoded, GraphBatch

HIDDEN = 32
COMMON = 0.5
"""Pseudo-count of each class over all operators: before any outcome every class is as likely."""
CONCENTRATION = 2.0
"""Outcomes that an operator needs before its own rates count as much as all operators'."""
OPINION = 1.0
"""Spread, in nats, of the heads' first opinions about an operator."""


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

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits float32 [H, m, 5], and the trained part of them."""
        trained = self.trained(vectors)
        # No gradient of the prior may reach the trunk: it is part of the question, not of
        # the answer.
        return trained + self.scale * self.prior(vectors.detach()), trained


class BaseRates(nn.Module):
    """What each head has counted of an operator, whatever the program: no gradient, no rate.

    The operator alone tells much (AUC .707 on programs never seen), and counting learns it from
    a few edits; the deep part is left to explain the rest. An operator's rates are drawn
    towards those of all operators together, and each head starts from an opinion of its own and
    weighs outcomes its own way (Bayesian bootstrap, Rubin 1981), so that heads disagree about
    operators that were seen little.

    Args:
        heads: H.
    """

    counts: Tensor
    opinions: Tensor

    def __init__(self, heads: int) -> None:
        super().__init__()
        shape = (heads, OPERATOR_ID_LIMIT, CLASSES)
        self.register_buffer("counts", torch.zeros(shape))
        self.register_buffer("opinions", torch.randn(shape) * OPINION)

    def add(self, operator: int, target: Tensor, shares: Tensor) -> None:
        """Count an outcome.

        Args:
            operator: its id.
            target: float32 [5], the class as one-hot, or the shares of several tests.
            shares: float32 [H], what it weighs in each head, 1 on average.
        """
        self.counts[:, operator] += shares.unsqueeze(1) * target

    def forward(self, operators: Tensor, own: Tensor | None = None) -> Tensor:
        """Return log probabilities, float32 [H, m, 5].

        Args:
            operators: int64 [m].
            own: float32 [H, m, 5], counts that are the edits' own and left out, so that the deep
                part learns from rates that do not know the answer; or None.
        """
        counted = self.counts[:, operators]
        total = self.counts.sum(dim=1, keepdim=True).expand_as(counted)
        if own is not None:
            counted, total = (counted - own).clamp(min=0), (total - own).clamp(min=0)
        common = (total + COMMON) / (total + COMMON).sum(dim=2, keepdim=True)
        opinion = torch.softmax(common.log() + self.opinions[:, operators], dim=2)
        rates = counted + CONCENTRATION * opinion
        return (rates / rates.sum(dim=2, keepdim=True)).log()


@dataclass(frozen=True)
class Asked:
    """Edits that the network is asked about.

    Attributes:
        found: the encoded programs.
        graph: int64 [m], program of each edit.
        operators: int64 [m].
        vectors: float32 [m, width].
    """

    found: Encoded
    graph: Tensor
    operators: Tensor
    vectors: Tensor


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
        semantics: frozen vectors of tokens for the encoder, or None.
    """

    def __init__(
        self,
        width: int,
        layers: int,
        heads: int,
        prior_scale: float,
        dropout: float,
        semantics: Semantics | None = None,
    ) -> None:
        super().__init__()
        self.encoder = Encoder(width, layers, semantics)
        self.edits = EditEncoder(self.encoder)
        self.tests = TestEncoder(self.encoder)
        self.suite_rates = BaseRates(heads)
        self.test_rates = BaseRates(heads)
        self.suite = PriorHeads(heads, 3 * width, prior_scale)
        self.dropout = nn.Dropout(dropout)
        self.test = PriorHeads(heads, 3 * width, prior_scale)

    def encode(self, batch: GraphBatch) -> Encoded:
        """Encode programs: once each, however many edits are asked about."""
        return self.encoder(batch)

    def ask(self, found: Encoded, graph: Tensor, rows: Tensor) -> Asked:
        """Point at edit rows int64 [m, 6] of programs int64 [m]."""
        vectors = self.edits(self.encoder, found, graph, rows)
        operators = rows[:, OPERATOR].clamp(0, OPERATOR_ID_LIMIT - 1)
        return Asked(found, graph, operators, vectors)

    def suite_logits(self, asked: Asked, own: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return float32 [H, m, 5], the worst class over the tests, and the trained part of it.

        Args:
            asked: about which edits.
            own: float32 [H, m, 5], see `BaseRates`.
        """
        kind = self.edits.operator(asked.operators)
        read = torch.cat([asked.vectors, asked.found.graphs[asked.graph], kind], dim=1)
        deep, trained = self.suite(self.dropout(read))
        return self.suite_rates(asked.operators, own) + deep, trained

    def test_logits(
        self, asked: Asked, tests: Tensor, pairs: tuple[Tensor, Tensor], own: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return float32 [H, p, 5] of (edit, test slot) pairs, and the trained part of it.

        Args:
            asked: about which edits.
            tests: int64 [B, T, 2], test rows of each program.
            pairs: edit int64 [p] and test slot int64 [p].
            own: float32 [H, m, 5], see `BaseRates`.
        """
        edit, slot = pairs
        graph = asked.graph[edit]
        seen = self.tests(asked.found, graph, tests[graph, slot])
        vectors = asked.vectors[edit]
        read = torch.cat([vectors, seen, vectors * seen], dim=1)
        deep, trained = self.test(self.dropout(read))
        return self.test_rates(asked.operators, own)[:, edit] + deep, trained
