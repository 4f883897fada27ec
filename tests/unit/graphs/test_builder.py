"""Program graphs: nodes, order, focus, flags, look-ups, caching."""

import copy
import pickle
from collections import Counter

import numpy as np
import pytest

from nerion_gym.errors import ConfigError, ProgramSyntaxError
from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.parts import file_part
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Focus, FunctionRef, Program, Span

pytestmark = pytest.mark.pure

SOURCE = b"""\
import math

@cached
def area(r, scale=2):
    # of a circle
    return math.pi * r[:scale]

class Box:
    def size(self):
        def inner():
            return area(self)
        return inner
"""
TESTS = ("t.py::test_area[1]", "t.py::test_size", "t.py::test_import")
COVERAGE = Coverage(
    {
        "t.py::test_area[1]": {"m.py": frozenset({6})},
        "t.py::test_size": {"m.py": frozenset({10, 12})},
        "t.py::test_import": {},
    },
    {"m.py": frozenset({1, 3, 4, 8, 9})},
)


def program(source=SOURCE, **files):
    return Program.from_files({"m.py": source, **files})


def graph_of(source=SOURCE, focus=None, coverage=None, tests=()):
    return build(program(source), focus, coverage, tests)


def focus_on(*names, context=()):
    edited = tuple(FunctionRef("m.py", name) for name in names)
    return Focus(edited, tuple(FunctionRef("m.py", name) for name in context))


def labels(graph, kind):
    number = schema.KIND_ID[kind]
    return [text for text, row in zip(graph.labels, graph.nodes, strict=True) if row[0] == number]


def edges(graph, relation):
    chosen = graph.edge_types == schema.RELATION[relation]
    return [(graph.labels[a], graph.labels[b]) for a, b in graph.edge_links[chosen].tolist()]


def node(graph, text, source=SOURCE, occurrence=0):
    start = -1
    for _ in range(occurrence + 1):
        start = source.index(text, start + 1)
    return graph.node_of(Span("m.py", start, start + len(text)))


def test_nodes_come_in_the_stated_order():
    graph = graph_of(tests=TESTS)
    kinds = graph.nodes[:, schema.KIND]
    symbol, test, file = (schema.KIND_ID[name] for name in ("symbol", "test", "file"))
    tokens = {schema.KIND_ID[f"token.{name}"] for name in ("keyword", "name", "sign")}
    groups = [
        {symbol: 2, test: 3, file: 4}.get(kind, 1 if kind in tokens else 0)
        for kind in kinds.tolist()
    ]
    assert groups == sorted(groups)
    starts = [graph.span_of(n).start for n, group in enumerate(groups) if group == 1]
    assert starts == sorted(starts)


def test_syntax_nodes_are_in_preorder():
    graph = graph_of()
    parents = dict(
        (b, a) for a, b in graph.edge_links[graph.edge_types == schema.RELATION["child"]].tolist()
    )
    syntax = [n for n in parents if graph.fields[n]]
    for number in syntax:
        assert parents[number] < number or graph.labels[parents[number]] == "m.py"


def test_every_syntax_node_and_token_has_one_parent_and_the_roots_have_the_file():
    graph = graph_of()
    children = Counter(
        graph.edge_links[graph.edge_types == schema.RELATION["child"]][:, 1].tolist()
    )
    assert set(children.values()) == {1}
    assert len(children) == len(graph.nodes) - len(labels(graph, "symbol")) - 1
    assert [child for parent, child in edges(graph, "child") if parent == "m.py"] == [
        "Import", "FunctionDef", "ClassDef",
    ]  # fmt: skip


def test_a_leaf_that_is_one_token_is_one_node():
    graph = graph_of(b"x = y\npass\n")
    assert graph.labels[:5] == ("Assign", "x", "y", "pass", "=")
    assert graph.nodes[3].tolist() == [
        schema.KIND_ID["Pass"], schema.TOKEN_ID["pass"], 0, schema.FLAG_IN_FOCUS
    ]  # fmt: skip


def test_next_token_follows_the_text_and_separators_are_left_out():
    graph = graph_of(b"def f(a, b):\n    return a[:1], b.c @ -2  # note\n")
    text = " ".join(graph.labels[n] for n in walk(graph))
    assert text == "def f a b return a : 1 b c @ - 2"


def walk(graph):
    links = dict(graph.edge_links[graph.edge_types == schema.RELATION["next_token"]].tolist())
    at = next(iter(set(links) - set(links.values())))
    while at is not None:
        yield at
        at = links.get(at)


def test_the_operator_inside_an_f_string_is_seen():
    plus, minus = (graph_of(f'x = f"{{a {sign} b}}"\n'.encode()) for sign in "+-")
    assert not np.array_equal(plus.nodes, minus.nodes)
    assert "+" in plus.labels
    assert "-" in minus.labels


@pytest.mark.parametrize(
    ("one", "other"),
    [(b"x[:1]\n", b"x[1:]\n"), (b"f(*a)\n", b"f(**a)\n"), (b"a - b\n", b"b - a\n"),
     (b"x.y\n", b"x.z\n"), (b"f(a=1)\n", b"f(b=1)\n"), (b"1\n", b"1.0\n"), (b"'1'\n", b"1\n"),
     (b"a < b\n", b"a <= b\n"), (b"from . import a\n", b"from .. import a\n"),
     (b"not a\n", b"-a\n"), (b"a and b\n", b"a or b\n"), (b"f'{a!r}'\n", b"f'{a!s}'\n"),
     (b"import a as b\n", b"import b as a\n"), (b"{a}\n", b"[a]\n"), (b"x = a\n", b"x: a\n")],
)  # fmt: skip
def test_programs_that_differ_have_graphs_that_differ(one, other):
    left, right = graph_of(one), graph_of(other)
    same = (
        np.array_equal(left.nodes, right.nodes)
        and np.array_equal(left.edge_types, right.edge_types)
        and np.array_equal(left.edge_links, right.edge_links)
    )
    assert not same


def test_what_does_not_matter_does_not_show():
    left = graph_of(b"def f(a):\n    return (a + 1)\n")
    right = graph_of(b"# new\ndef f( a ) :\r\n\treturn ((a) + # one\r\n   1)\r\n")
    assert np.array_equal(left.nodes, right.nodes)
    assert np.array_equal(left.edge_links, right.edge_links)
    assert left.labels == right.labels


def test_binds_joins_every_mention_with_its_symbol():
    source = b"def f(x):\n    global y\n    y = x\n    return [x for x in y]\n"
    graph = graph_of(source)
    assert Counter(edges(graph, "binds")) == {("f", "f"): 1, ("x", "x"): 4, ("y", "y"): 3}
    assert labels(graph, "symbol").count("x") == 2


def test_covers_joins_tests_with_the_functions_that_they_run():
    graph = graph_of(coverage=COVERAGE, tests=TESTS)
    chosen = graph.edge_links[graph.edge_types == schema.RELATION["covers"]].tolist()
    found = {(graph.labels[test], graph.span_of(function).start) for test, function in chosen}
    assert found == {
        ("t.py::test_area[1]", SOURCE.index(b"def area")),
        ("t.py::test_size", SOURCE.index(b"def size")),
    }


def test_covered_means_that_its_line_runs():
    graph = graph_of(coverage=COVERAGE, tests=TESTS)
    covered = graph.nodes[:, schema.FLAGS] & schema.FLAG_COVERED > 0
    assert covered[node(graph, b"math.pi * r[:scale]")]
    assert covered[node(graph, b"import math")]
    assert covered[node(graph, b"2")]  # a default runs with the definition
    assert covered[node(graph, b"r", occurrence=SOURCE[: SOURCE.index(b"(r,") + 1].count(b"r"))]
    assert not covered[node(graph, b"area(self)")]  # inner is defined, never called
    assert covered[node(graph, b"inner", occurrence=1)]
    assert not (graph_of().nodes[:, schema.FLAGS] & schema.FLAG_COVERED).any()


def test_a_focus_shows_its_functions_with_decorators_and_the_tests_that_cover_them():
    graph = graph_of(focus=focus_on("area"), coverage=COVERAGE, tests=TESTS)
    assert graph.test_node(TESTS[0]) is not None
    assert graph.test_node(TESTS[1]) is None
    assert labels(graph, "test") == [TESTS[0]]
    assert "cached" in graph.labels
    assert "Box" not in graph.labels
    assert graph.node_of(Span("m.py", 0, 6)) == len(graph.nodes) - 1  # the file
    assert graph.node_of(Span("other.py", 0, 6)) is None


def test_without_coverage_every_test_is_shown():
    assert labels(graph_of(focus=focus_on("area"), tests=TESTS), "test") == list(TESTS)


def test_context_is_shown_but_not_in_focus():
    graph = graph_of(focus=focus_on("Box.size.inner", context=("Box.size", "area")))
    flagged = graph.nodes[:, schema.FLAGS] & schema.FLAG_IN_FOCUS > 0
    assert flagged[node(graph, b"return area(self)")]
    assert not flagged[node(graph, b"return inner")]
    assert not flagged[node(graph, b"math.pi")]
    assert graph.labels.count("FunctionDef") == 3


def test_a_whole_file_can_be_in_focus():
    whole = graph_of(focus=Focus((FunctionRef("m.py", ""),)))
    assert np.array_equal(whole.nodes, graph_of().nodes)


def test_files_come_sorted_and_each_has_a_node():
    graph = build(program(**{"a.py": b"", "z.py": b"x = 1\n"}), None, None, ())
    assert labels(graph, "file") == ["a.py", "m.py", "z.py"]
    assert graph.node_of(Span("z.py", 0, 1)) is not None


@pytest.mark.parametrize("source", [b"", b"# only\n# comments\n", b"\n\n"])
def test_an_empty_program_is_one_file_node(source):
    graph = graph_of(source)
    assert graph.labels == ("m.py",)
    assert graph.edge_types.shape == (0,)
    assert graph.edge_links.shape == (0, 2)


def test_node_of_finds_exact_and_smallest_containing():
    graph = graph_of()
    site = node(graph, b"math.pi * r[:scale]")
    assert schema.KINDS[graph.nodes[site, 0]] == "BinOp"
    sign = node(graph, b"*")
    assert graph.labels[sign] == "*"
    inside = SOURCE.index(b"* r") + 1  # a blank: the product is the smallest around it
    assert graph.node_of(Span("m.py", inside, inside + 1)) == site
    # An expression statement and its expression have the same bytes: the expression is meant.
    call = graph_of(b"f(1)\n")
    assert call.labels[call.node_of(Span("m.py", 0, 4))] == "Call"


def test_spans_of_nodes_are_bytes_with_a_byte_order_mark_and_wide_letters():
    source = b"\xef\xbb\xbf" + "naïve = 'é' + wert\r\n".encode()
    graph = graph_of(source)
    at = node(graph, b"wert", source)
    assert graph.labels[at] == "wert"
    assert graph.span_of(at).start == source.index(b"wert")


def test_arrays_are_read_only_and_typed():
    graph = graph_of(tests=TESTS)
    assert (graph.nodes.dtype, graph.edge_types.dtype) == (np.int16, np.int64)
    assert graph.edge_links.dtype == np.int32
    for array in (graph.nodes, graph.edge_types, graph.edge_links):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_edges_are_sorted_and_unique():
    graph = graph_of(coverage=COVERAGE, tests=TESTS)
    keys = [(r, *link) for r, link in zip(graph.edge_types, graph.edge_links.tolist(), strict=True)]
    assert keys == sorted(set(keys))


def test_built_once_per_program_focus_coverage_and_tests():
    again = copy.deepcopy(COVERAGE)
    first = graph_of(coverage=COVERAGE, tests=TESTS)
    assert graph_of(coverage=COVERAGE, tests=TESTS) is first
    assert graph_of(coverage=again, tests=TESTS) is not first
    assert np.array_equal(graph_of(coverage=again, tests=TESTS).nodes, first.nodes)
    assert graph_of(tests=TESTS) is not first


def test_an_edit_in_one_file_rebuilds_only_that_file():
    files = {"a.py": b"a = 1\n", "b.py": b"b = 2\n"}
    before = Program.from_files(files)
    build(before, None, None, ())
    misses = file_part.cache_info().misses
    build(before.replaced({"b.py": b"b = 3\n"}), None, None, ())
    assert file_part.cache_info().misses == misses + 1


def test_graphs_can_be_pickled_and_copied():
    graph = graph_of(coverage=COVERAGE, tests=TESTS)
    unpickled = pickle.loads(pickle.dumps(graph))  # noqa: S301 - pickled a moment ago
    for twin in (unpickled, copy.deepcopy(graph)):
        assert np.array_equal(twin.nodes, graph.nodes)
        assert twin.node_of(Span("m.py", 0, 11)) == graph.node_of(Span("m.py", 0, 11))


def test_errors_name_what_is_missing_or_broken():
    with pytest.raises(ConfigError, match="no function 'aera'"):
        graph_of(focus=focus_on("aera"))
    with pytest.raises(ConfigError, match=r"names z\.py; the program has m\.py"):
        graph_of(focus=Focus((FunctionRef("z.py", "f"),)))
    with pytest.raises(ConfigError, match="names nothing"):
        graph_of(focus=Focus(()))
    with pytest.raises(ProgramSyntaxError, match=r"m\.py:1"):
        graph_of(b"def (\n")


@pytest.mark.parametrize("terms", [50, 290])
def test_deep_expressions_do_not_exhaust_the_stack(terms):
    graph = graph_of(("x = " + " + ".join(["a"] * terms) + "\n").encode())
    assert graph.labels.count("BinOp") == terms - 1


def test_a_long_elif_chain_does_not_exhaust_the_stack():
    source = "if a: pass\n" + "".join(f"elif a == {n}:\n    x = a\n" for n in range(280))
    graph = graph_of(source.encode())
    assert graph.labels.count("If") == 281
    assert len(graph.edge_types) < 6 * len(graph.nodes)


def test_a_file_of_three_thousand_lines_stays_within_six_edges_a_node():
    unit = "def f{0}(x, y=1):\n  for i in range(x):\n    y += g{0}\n  return y\ng{0} = f{0}(2)\n"
    graph = graph_of("".join(unit.format(n) for n in range(600)).encode())
    assert len(graph.edge_types) < 4 * len(graph.nodes)
