"""The converter, the batcher and the network: forms agree, batches agree, gradients arrive."""

import numpy as np
import pytest
import torch

from nerion_gym.graphs import schema
from policies.encoder import EditEncoder, Encoder, TestEncoder, join, join_padded, to_data
from policies.seeding import seeded
from tests.support.worlds import NODES, random_observation, stacked, to_padded


@pytest.fixture
def encoder():
    with seeded(0):
        return Encoder(width=16, layers=3)


@pytest.fixture
def observations():
    rng = np.random.default_rng(1)
    return [random_observation(rng) for _ in range(6)]


def test_to_data_keeps_types_and_values(observations):
    data = to_data(observations[0])
    graph = observations[0]["graph"]
    assert data.x.dtype == data.edge_index.dtype == data.edge_type.dtype == torch.int64
    assert np.array_equal(data.x.numpy(), graph.nodes)
    assert np.array_equal(data.edge_index.numpy().T, graph.edge_links)
    assert np.array_equal(data.edge_type.numpy(), graph.edges)
    assert np.array_equal(data.edits.numpy(), observations[0]["edits"])
    assert data.action_mask.dtype == torch.bool
    assert data.validate()


def test_both_forms_become_the_same_data(observations):
    for observation in observations:
        one, other = to_data(observation), to_data(to_padded(observation, NODES))
        assert sorted(one.keys()) == sorted(other.keys())
        assert all(torch.equal(one[key], other[key]) for key in one.keys())  # noqa: SIM118


def test_both_batchers_give_the_same_batch(observations):
    ragged = join([to_data(observation) for observation in observations])
    padded = join_padded(stacked(observations))
    for name in ("nodes", "edge_index", "edge_type", "graph", "starts", "status"):
        assert torch.equal(getattr(ragged, name), getattr(padded, name)), name


def test_a_batch_gives_what_its_members_give_alone(encoder, observations):
    datas = [to_data(observation) for observation in observations]
    together = encoder(join(datas))
    for number, data in enumerate(datas):
        alone = encoder(join([data]))
        start = together.starts[number]
        states = together.states[start : start + len(data.x)]
        torch.testing.assert_close(states, alone.states, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(together.graphs[number], alone.graphs[0], atol=1e-5, rtol=1e-5)


def test_a_graph_without_edges_is_a_graph(encoder, observations):
    data = to_data(observations[0])
    data.edge_index, data.edge_type = data.edge_index[:, :0], data.edge_type[:0]
    assert encoder(join([data])).states.isfinite().all()


def test_messages_run_both_ways_and_relations_matter(encoder):
    data = to_data(random_observation(np.random.default_rng(3)))
    data.x, data.tests = data.x[:3], data.tests[:0]
    data.edge_index = torch.tensor([[0, 1], [1, 2]])
    data.edge_type = torch.tensor([1, 1])
    before = encoder(join([data])).states
    data.x = data.x.clone()
    data.x[0, schema.TOKEN] += 1
    assert not torch.allclose(encoder(join([data])).states[2], before[2])
    data.x[0, schema.TOKEN] -= 1
    data.x[2, schema.TOKEN] += 1
    assert not torch.allclose(encoder(join([data])).states[0], before[0])
    data.x[2, schema.TOKEN] -= 1
    data.edge_type = torch.tensor([1, 2])
    assert not torch.allclose(encoder(join([data])).states[1], before[1])
    data.edge_type, data.edge_index = torch.tensor([1, 1]), data.edge_index.flip(0)
    assert not torch.allclose(encoder(join([data])).states[1], before[1])


def test_a_failing_test_is_seen_from_its_node(encoder, observations):
    data = to_data(observations[0])
    data.tests = torch.tensor([[-1, 2], [3, 1], [0, 0]])
    assert join([data, data]).status.nonzero().flatten().tolist() == [3, 3 + len(data.x)]
    before = encoder(join([data])).states
    data.tests = torch.tensor([[-1, 2], [3, 2], [0, 0]])
    after = encoder(join([data])).states
    changed = (before - after).abs().sum(dim=1) > 1e-6
    assert changed[3]
    assert changed.sum() > 1


@pytest.mark.parametrize("column", range(schema.EDIT_WIDTH))
def test_every_column_of_an_edit_row_counts(encoder, column):
    with seeded(1):
        edits = EditEncoder(encoder)
    found = encoder(join([to_data(random_observation(np.random.default_rng(2)))]))
    row = torch.tensor([[3, 2, 1, 300, 1, 1]])
    other = row.clone()
    other[0, column] += 1
    graph = torch.zeros(1, dtype=torch.long)
    with torch.no_grad():
        edits.missing.normal_()
        one = edits.mix[0](edits_input(edits, encoder, found, graph, row))
        two = edits.mix[0](edits_input(edits, encoder, found, graph, other))
    assert not torch.allclose(one, two)


def edits_input(edits, encoder, found, graph, rows):
    """Return what the last linear layer reads, as `forward` builds it."""
    caught = []
    handle = edits.mix.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    edits(encoder, found, graph, rows)
    handle.remove()
    return caught[0]


def test_a_node_number_belongs_to_its_graph(encoder, observations):
    with seeded(1):
        tests = TestEncoder(encoder)
    datas = [to_data(observation) for observation in observations[:2]]
    together = encoder(join(datas))
    rows = torch.tensor([[2, 1]])
    seen = tests(together, torch.tensor([1]), rows)
    alone = tests(encoder(join(datas[1:])), torch.tensor([0]), rows)
    torch.testing.assert_close(seen, alone, atol=1e-5, rtol=1e-5)
    nowhere = tests(together, torch.tensor([1]), torch.tensor([[-1, 1]]))
    assert torch.equal(nowhere[0], tests.missing + tests.status.weight[1])


def test_gradients_reach_every_table(encoder, observations):
    data = to_data(observations[0])
    encoder(join([data])).graphs.sum().backward()
    for name, weight in encoder.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name
