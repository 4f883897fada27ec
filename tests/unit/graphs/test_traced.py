"""What a trace adds to a graph: profiles, infected tests, assertions; never more than fits."""

import numpy as np
import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.profiles import profile_of
from nerion_gym.graphs.relations import MOST_CHECKS, MOST_INFECTED
from nerion_gym.graphs.traced import Sight, with_trace
from nerion_gym.graphs.words import token_id
from nerion_gym.types.program import FunctionRef, Program, Span
from nerion_gym.types.trace import EditTrace, FunctionTrace, Infection, SiteTrace, Trace

pytestmark = pytest.mark.pure

SOURCE = b"def f(a):\n    return a + 1\n\n\ndef g(b):\n    return f(b) * 2\n"
PROGRAM = Program.from_files({"m.py": SOURCE})
TESTS = tuple(f"t.py::test_{number}" for number in range(12))
INFECTS, ASSERTS = schema.RELATION["infects"], schema.RELATION["asserts"]
ROOM = 10_000


def span(text):
    start = SOURCE.index(text)
    return Span("m.py", start, start + len(text))


def plain():
    return build(PROGRAM, None, None, TESTS)


def seen(*sites, functions=()):
    return Trace((), sites, functions=functions, program=PROGRAM)


def site(text, kinds):
    return SiteTrace(span(text), {"t.py::test_0": 1}, kinds)


def edges(graph, relation):
    return [tuple(pair) for pair in graph.edge_links[graph.edge_types == relation].tolist()]


def profile(graph, text):
    return schema.PROFILE_TEXTS[graph.nodes[graph.node_at(span(text)), schema.PROFILE]]


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ({}, "evaluated"),
        ({"None": 1}, "None"),
        ({"True": 7}, "True"),
        ({"False": 1}, "False"),
        ({"False": 1, "True": 2}, "bool"),
        ({"int 0": 9}, "int 0"),
        ({"int +": 1}, "int +1"),
        ({"int -": 1}, "int -1"),
        ({"int +": 2}, "int +"),
        ({"int +": 2, "int 0": 1}, "int 0+"),
        ({"int 0": 1, "int -": 1}, "int 0-"),
        ({"int +": 2, "int -": 1}, "int +-"),
        ({"int +": 2, "int -": 1, "int 0": 1}, "int +-"),
        ({"float -": 3}, "float -"),
        ({"int +": 1, "float 0": 1}, "numbers"),
        ({"str": 1}, "str 1"),
        ({"str": 2}, "str"),
        ({"str empty": 1}, "str empty"),
        ({"bytes": 1, "bytes empty": 1}, "bytes or empty"),
        ({"list": 1}, "list"),
        ({"list": 5, "list empty": 1}, "list or empty"),
        ({"frozenset empty": 1}, "set empty"),
        ({"set": 1, "frozenset": 1}, "set"),
        ({"object": 4}, "object"),
        ({"a class of later": 1}, "object"),
        ({"raises KeyError": 1}, "raises"),
        ({"raises KeyError": 1, "int +": 1}, "value or raises"),
        ({"None": 1, "dict empty": 1}, "None or dict"),
        ({"None": 1, "str": 1, "int 0": 1}, "None or several types"),
        ({"str": 1, "list": 1}, "several types"),
        ({"True": 1, "int +": 1}, "several types"),
    ],
)
def test_profiles(kinds, text):
    assert schema.PROFILE_TEXTS[profile_of(kinds)] == text


def test_a_profile_stands_at_the_node_that_was_watched_and_nowhere_else():
    graph = with_trace(plain(), Sight(seen(site(b"a + 1", {"int +": 3})), ()), ROOM, ROOM)
    assert profile(graph, b"a + 1") == "int +"
    assert np.count_nonzero(graph.nodes[:, schema.PROFILE]) == 1
    before = plain()
    assert (graph.nodes[:, :2] == before.nodes[:, :2]).all()
    assert not before.nodes[:, schema.PROFILE].any()


def test_what_was_seen_of_one_place_by_several_taps_is_one_profile():
    trace = seen(site(b"a + 1", {"int +": 1}), site(b"a + 1", {"int -": 1}))
    assert profile(with_trace(plain(), Sight(trace, ()), ROOM, ROOM), b"a + 1") == "int +-"


def test_the_arguments_of_a_call_are_not_its_value():
    trace = seen(site(b"f(b)", {"tuple": 2}))
    assert profile(with_trace(plain(), Sight(trace, ()), ROOM, ROOM), b"f(b)") == "evaluated"


def test_a_function_shows_what_it_returns():
    function = FunctionTrace(FunctionRef("m.py", "f"), {}, {}, {"int 0": 1, "int +": 1})
    graph = with_trace(plain(), Sight(seen(functions=(function,)), ()), ROOM, ROOM)
    assert profile(graph, b"def f(a):\n    return a + 1") == "int 0+"


def test_sites_that_no_test_evaluates_say_so():
    graph = plain()
    number = graph.node_at(span(b"a + 1"))
    missed = Sight(seen(), ((number, EditTrace(Infection.NOT_REACHED)),))
    assert profile(with_trace(graph, missed, ROOM, ROOM), b"a + 1") == "not evaluated"


def infected(*tests):
    return EditTrace(Infection.SOMETIMES, TESTS, tests)


def test_sites_point_at_the_tests_that_their_edits_infect():
    graph = plain()
    one, two = graph.node_at(span(b"a + 1")), graph.node_at(span(b"f(b) * 2"))
    rows = (
        (one, infected(TESTS[3], "unknown::test")),
        (one, infected(TESTS[1])),
        (two, infected()),
    )
    found = with_trace(graph, Sight(seen(), rows), ROOM, ROOM)
    assert edges(found, INFECTS) == [(one, graph.test_node(TESTS[n])) for n in (1, 3)]
    assert edges(graph, INFECTS) == []
    assert (np.diff(found.edge_types) >= 0).all()
    assert found.test_node(TESTS[3]) == graph.test_node(TESTS[3])


def test_of_many_infected_tests_the_first_are_kept():
    graph = plain()
    number = graph.node_at(span(b"a + 1"))
    found = with_trace(graph, Sight(seen(), ((number, infected(*TESTS)),)), ROOM, ROOM)
    expected = [(number, graph.test_node(test)) for test in TESTS[:MOST_INFECTED]]
    assert edges(found, INFECTS) == expected


def test_infected_tests_point_at_their_assertions():
    graph = plain()
    number = graph.node_at(span(b"a + 1"))
    checks = [(TESTS[0], "equal"), (TESTS[1], "raises"), (TESTS[2], "truth")]
    checks += [(TESTS[1], "equal")] * MOST_CHECKS
    sight = Sight(seen(), ((number, infected(TESTS[1], TESTS[2])),), checks)
    found = with_trace(graph, sight, ROOM, ROOM)
    first, size = len(graph.nodes), MOST_CHECKS + 1
    assert len(found.nodes) == first + size
    one, two = graph.test_node(TESTS[1]), graph.test_node(TESTS[2])
    assert edges(found, ASSERTS) == [
        (one, first), *((one, first + 1 + n) for n in range(1, MOST_CHECKS)), (two, first + 1)
    ]  # fmt: skip
    added = found.nodes[first:]
    assert (added[:, schema.KIND] == schema.KIND_ID["assertion"]).all()
    assert added[0, schema.TOKEN] == token_id("raises")
    assert added[1, schema.TOKEN] == token_id("truth")
    assert found.labels[first:] == ("raises", "truth", *["equal"] * (MOST_CHECKS - 1))
    assert len(found.fields) == len(found.nodes)


@pytest.mark.parametrize("room", range(8))
def test_what_does_not_fit_is_left_out_assertions_first(room):
    graph = plain()
    number = graph.node_at(span(b"a + 1"))
    checks = [(test, "equal") for test in TESTS]
    sight = Sight(seen(), ((number, infected(*TESTS[:4])),), checks)
    most = len(graph.edge_types) + room
    found = with_trace(graph, sight, ROOM, most)
    assert len(found.edge_types) == most
    assert len(edges(found, INFECTS)) == min(room, 4)
    assert len(found.nodes) == len(graph.nodes) + max(room - 4, 0)
    narrow = with_trace(graph, sight, len(graph.nodes) + 1, ROOM)
    assert len(edges(narrow, ASSERTS)) == len(narrow.nodes) - len(graph.nodes) == 1
    full = with_trace(graph, sight, len(graph.nodes) - 1, len(graph.edge_types) - 1)
    assert len(full.edge_types) == len(graph.edge_types)
    assert len(full.nodes) == len(graph.nodes)
