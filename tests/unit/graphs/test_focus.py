"""A focus shows part of the whole graph: the same edges, no others."""

import textwrap
from pathlib import Path

import pytest

from nerion_gym.graphs.builder import build
from nerion_gym.graphs.schema import KIND, RELATION
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Focus, FunctionRef, Program

pytestmark = pytest.mark.pure

SOURCE = Path(textwrap.__file__).read_bytes()
WHOLE = Program.from_files({"m.py": SOURCE})
SYNTAX = [RELATION[name] for name in ("child", "next_token", "last_read", "last_write")]


def edges_in(graph, span):
    """(relation, place and kind of both ends) of the edges between nodes inside a span."""
    places = [graph.span_of(number) for number in range(len(graph.nodes))]
    found = set()
    for relation, ends in zip(graph.edge_types.tolist(), graph.edge_links.tolist(), strict=True):
        if relation in SYNTAX and all(span.contains(places[end]) for end in ends):
            found.add((relation, *((places[end], int(graph.nodes[end, KIND])) for end in ends)))
    return found


@pytest.mark.parametrize(
    "function", parse_module("m.py", SOURCE).functions, ids=lambda function: function.qualname
)
def test_a_focus_is_the_whole_graph_cut_to_it(function):
    focus = Focus((FunctionRef("m.py", function.qualname),))
    part = edges_in(build(WHOLE, focus, None, ()), function.span)
    assert part == edges_in(build(WHOLE, None, None, ()), function.span)
    assert part
