"""A program of several files is the same graph in every export and in the network's input."""

import numpy as np
import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.export import from_networkx, to_graph_instance, to_networkx
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Focus, FunctionRef, Program
from policies.encoder import to_data
from policies.policy import graph_arrays
from tests.support.worlds import to_padded

FILES = {
    "app.py": b"from pkg import area as a\n\n\ndef run(x):\n    if x:\n        y = a(x)\n"
    b"        return y\n    assert y, x\n",
    "pkg/__init__.py": b"from .core import *\n",
    "pkg/core.py": b"def area(x, y=2):\n    total = y\n    for i in x:\n        total += i\n"
    b"    return total\n",
    "pkg/empty.py": b"",
}
TESTS = ("t::run", "t::area")
COVERAGE = Coverage(
    {"t::run": {"app.py": frozenset({5}), "pkg/core.py": frozenset({2})}, "t::area": {}}, {}
)
LATER = {"padding", "infects", "asserts"}
NODES = 256


def observed(graph):
    """Return an observation of the graph alone: no edits, no tests."""
    return {
        "graph": to_graph_instance(graph),
        "edits": np.zeros((1, schema.EDIT_WIDTH), np.int16),
        "tests": np.zeros((1, schema.TEST_WIDTH), np.int16),
        "action_mask": np.ones(1, np.int8),
        "steps_left": np.ones(1, np.float32),
    }


def edge_set(types, links):
    return {(int(r), int(a), int(b)) for r, (a, b) in zip(types, links, strict=True)}


@pytest.mark.parametrize(
    "focus", [None, Focus((FunctionRef("app.py", "run"),), (FunctionRef("pkg/core.py", "area"),))]
)
def test_every_export_holds_the_same_nodes_and_edges(focus):
    graph = build(Program.from_files(FILES), focus, COVERAGE, TESTS)
    edges = edge_set(graph.edge_types, graph.edge_links)
    assert len(edges) == len(graph.edge_types)
    network = to_networkx(graph)
    back = from_networkx(network)
    observation = observed(graph)
    for form in (observation, to_padded(observation, NODES)):
        data = to_data(form)
        nodes, types, links = graph_arrays(form)
        assert np.array_equal(data.x.numpy(), graph.nodes)
        assert np.array_equal(nodes, graph.nodes)
        assert edge_set(data.edge_type, data.edge_index.T) == edges
        assert edge_set(types, links) == edges
    assert np.array_equal(back.nodes, graph.nodes)
    assert edge_set(back.edges, back.edge_links) == edges
    assert {(schema.RELATION[k], a, b) for a, b, k in network.edges(keys=True)} == edges
    assert network.number_of_edges() == len(edges)


def test_the_program_has_every_family_that_is_built():
    graph = build(Program.from_files(FILES), None, COVERAGE, TESTS)
    found = {schema.RELATIONS[relation] for relation in graph.edge_types}
    assert found == set(schema.RELATIONS) - LATER
