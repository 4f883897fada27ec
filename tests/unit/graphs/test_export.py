"""The same graph from every export."""

import networkx as nx
import numpy as np
import pytest
from gymnasium import spaces

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.export import from_networkx, to_graph_instance, to_networkx
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

SOURCE = b"def f(a):\n    return a + a\n"
COVERAGE = Coverage({"t::a": {"m.py": frozenset({2})}}, {"m.py": frozenset({1})})


def graph_of(source=SOURCE):
    return build(Program.from_files({"m.py": source}), None, COVERAGE, ("t::a",))


def space():
    nodes = spaces.Box(0, schema.MAX_ID, (schema.NODE_WIDTH,), np.int16)
    return spaces.Graph(nodes, spaces.Discrete(len(schema.RELATIONS)))


@pytest.mark.parametrize("source", [SOURCE, b"", b"x = 1\n"])
def test_the_instance_lies_in_the_space_and_comes_back_from_networkx(source):
    graph = graph_of(source)
    instance = to_graph_instance(graph)
    assert space().contains(instance)
    again = from_networkx(to_networkx(graph))
    for one, other in zip(instance, again, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_no_edges_are_empty_arrays():
    instance = to_graph_instance(build(Program.from_files({"m.py": b""}), None, None, ()))
    assert instance.edges.shape == (0,)
    assert instance.edge_links.shape == (0, 2)


def test_the_instance_is_a_copy_and_takes_other_rows():
    graph = graph_of()
    instance = to_graph_instance(graph)
    instance.nodes[...] = 7
    instance.edge_links[...] = 7
    assert not (graph.nodes == 7).all()
    rows = graph.nodes.copy()
    rows[0, schema.FLAGS] |= schema.FLAG_EDITED
    shown = to_graph_instance(graph, rows)
    assert np.array_equal(shown.nodes, rows)
    assert not np.shares_memory(shown.nodes, rows)


def test_networkx_names_things():
    graph = graph_of()
    found = to_networkx(graph)
    assert isinstance(found, nx.MultiDiGraph)
    product = next(n for n, data in found.nodes(data=True) if data["kind"] == "BinOp")
    data = found.nodes[product]
    assert (data["path"], data["start"], data["end"]) == ("m.py", 21, 26)
    assert data["in_focus"]
    assert data["covered"]
    fields = {f for _, _, key, f in found.out_edges(product, keys=True, data="field")}
    assert fields == {"left", "right", ""}
    relations = {key for _, _, key in found.edges(keys=True)}
    assert relations == {"child", "next_token", "last_read", "last_write", "binds", "covers"}
