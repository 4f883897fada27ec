"""Collect program graphs with what happened to an edit, and train a small GNN on them with PyG.

python examples/pyg_dataloader.py [--programs 12] [--edits 24] [--epochs 6] [--seed 0]

Each step of Nerion-Explore-v0 is a sample: the graph, the edit, and whether it survived the tests.
The network is judged on programs that it never saw, against always saying what is commoner.
"""

from __future__ import annotations

import argparse

import gymnasium as gym
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GINEConv

import nerion_gym  # noqa: F401  registers the worlds
from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from nerion_gym.graphs import schema
from nerion_gym.metrics.calibration import auc
from policies.seeding import one_thread, seeded

WORLD = "Nerion-Explore-v0"
OPERATOR, SITE, ARGUMENT, TOKEN, INFECTION, LAST_OUTCOME = range(6)
"""Columns of `observation["edits"]`."""
RELATIONS = len(schema.RELATIONS)


def sample(observation: dict, action: int, survived: bool) -> Data:
    """Return one edit of one program.

    `site_index` has "index" in its name, so PyG renumbers it when it lays graphs end to end.
    """
    graph, row = observation["graph"], observation["edits"][action].astype(np.int64)
    return Data(
        x=torch.from_numpy(graph.nodes.astype(np.int64)),
        edge_index=torch.from_numpy(graph.edge_links.T.astype(np.int64)),
        edge_type=torch.from_numpy(graph.edges),
        edit=torch.from_numpy(row[None]),
        site_index=torch.tensor([row[SITE]]),
        survived=torch.tensor([float(survived)]),
    )


def collect(split: str, programs: int, edits: int, seed: int) -> list[Data]:
    """Try so many edits in so many episodes; keep those that a test reaches."""
    rng = np.random.default_rng(seed)
    env = gym.make(WORLD, split=split)
    found = []
    for episode in range(programs):
        observation, _ = env.reset(seed=seed + episode)
        legal = np.flatnonzero(observation["action_mask"])
        for action in rng.permutation(legal)[:edits]:
            following, _, terminated, truncated, info = env.step(action)
            if info["tests_run"]:  # an edit that no test reaches survives: nothing to learn
                found.append(sample(observation, int(action), info["survived"]))
            observation = following
            if terminated or truncated:
                break
    env.close()
    return found


class Survives(nn.Module):
    """Two rounds of messages over the program graph, then a look at the edit and its place."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.kind = nn.Embedding(len(schema.KINDS), width)
        self.token = nn.Embedding(schema.TOKENS, width)
        self.profile = nn.Embedding(schema.PROFILES, width)
        self.relation = nn.Embedding(2 * RELATIONS, width)  # each edge, and its reverse
        self.convolutions = nn.ModuleList(
            GINEConv(nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)))
            for _ in range(2)
        )
        self.operator = nn.Embedding(OPERATOR_ID_LIMIT, width)
        self.infection = nn.Embedding(schema.INFECTIONS, width)
        self.head = nn.Sequential(nn.Linear(4 * width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, batch: Data) -> Tensor:
        """Return the logit that each edit survives, float32 [B]."""
        kind, token, profile, _flags = batch.x.unbind(dim=1)
        states = self.kind(kind) + self.token(token) + self.profile(profile)
        edges = torch.cat([batch.edge_index, batch.edge_index.flip(0)], dim=1)
        relations = self.relation(torch.cat([batch.edge_type, batch.edge_type + RELATIONS]))
        for convolution in self.convolutions:
            states = states + functional.relu(convolution(states, edges, relations))
        parts = [
            states[batch.site_index],
            self.operator(batch.edit[:, OPERATOR]),
            self.token(batch.edit[:, TOKEN]),
            self.infection(batch.edit[:, INFECTION]),
        ]
        return self.head(torch.cat(parts, dim=1)).squeeze(1)


def train(network: Survives, samples: list[Data], epochs: int) -> None:
    """Train with PyG's `DataLoader`, and print the loss of each epoch."""
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    loader = DataLoader(samples, batch_size=16, shuffle=True)
    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in loader:
            loss = functional.binary_cross_entropy_with_logits(network(batch), batch.survived)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch.survived)
        print(f"epoch {epoch}  loss {total / len(samples):.3f}")


@torch.no_grad()
def judge(network: Survives, samples: list[Data]) -> None:
    """Print accuracy beside the base rate, and how well survivors are ranked first."""
    batches = list(DataLoader(samples, batch_size=16))
    scores = torch.cat([network(batch) for batch in batches])
    truth = torch.cat([batch.survived for batch in batches]) > 0
    rate = truth.float().mean().item()
    accuracy = ((scores > 0) == truth).float().mean().item()
    print(f"unseen programs: accuracy {accuracy:.2f}, base rate {max(rate, 1 - rate):.2f}", end="")
    print(f", AUC {auc(scores.numpy(), truth.numpy()):.2f}" if 0 < rate < 1 else "")


def main(arguments: list[str] | None = None) -> None:
    """Collect, train, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=12, help="to learn from; half as many more")
    parser.add_argument("--edits", type=int, default=24, help="of each program")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    known = collect("train", options.programs, options.edits, options.seed)
    unseen = collect("val", max(options.programs // 2, 1), options.edits, options.seed)
    alive = int(sum(data.survived.item() for data in known))
    print(f"{len(known)} edits to learn from, {alive} survived; {len(unseen)} of other programs")
    with seeded(options.seed), one_thread():
        network = Survives()
        train(network, known, options.epochs)
        judge(network, unseen)


if __name__ == "__main__":
    main()
