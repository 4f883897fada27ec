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
WITHIN = ("child", "next_token", "last_read", "last_write", "computed_from", "calls", "returns_to")
SYNTAX = [RELATION[name] for name in (*WITHIN, "guarded_by", "imports")]


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


FILES = Program.from_files(
    {
        "app.py": b"import lib\nfrom lib import area\n\n"
        b"def run(x):\n    assert x\n    return area(x) + lib.area(x) + helper(x)\n\n"
        b"def helper(x):\n    from lib import LIMIT, area as a\n    return a(x, LIMIT)\n",
        "lib.py": b"from core import *\n",
        "core.py": b"LIMIT = 2\n\n"
        b"def area(x, y=LIMIT):\n    if x:\n        return x\n    return y\n",
    }
)


def named_edges(graph, relation):
    chosen = graph.edge_links[graph.edge_types == RELATION[relation]].tolist()
    return sorted(
        tuple(f"{graph.labels[n]} {graph.span_of(n).path}" for n in ends) for ends in chosen
    )


def focus_of(*names):
    return Focus(tuple(FunctionRef(*name.split("::")) for name in names))


def test_calls_join_shown_functions_though_the_imports_between_are_not_shown():
    graph = build(FILES, focus_of("app.py::run", "core.py::area"), None, ())
    assert named_edges(graph, "calls") == [("Call app.py", "FunctionDef core.py")] * 2
    assert named_edges(graph, "returns_to") == [("Return core.py", "Call app.py")] * 4
    assert named_edges(build(FILES, focus_of("app.py::run"), None, ()), "calls") == []


def test_calls_of_a_file_join_shown_functions_though_the_module_is_not_shown():
    graph = build(FILES, focus_of("app.py::helper", "app.py::run"), None, ())
    assert named_edges(graph, "calls") == [("Call app.py", "FunctionDef app.py")]


def test_an_import_of_what_is_not_shown_leads_to_its_file():
    graph = build(FILES, focus_of("app.py::helper", "core.py::area"), None, ())
    assert named_edges(graph, "imports") == [
        ("LIMIT app.py", "core.py core.py"),
        ("alias app.py", "FunctionDef core.py"),
    ]
    assert named_edges(build(FILES, focus_of("app.py::helper"), None, ()), "imports") == []


def test_a_file_that_does_not_parse_and_is_not_shown_offers_nothing():
    broken = FILES.replaced({"core.py": b"def (\n"})
    graph = build(broken, focus_of("app.py::run"), None, ())
    assert named_edges(graph, "calls") == []


def test_an_edit_in_another_file_changes_where_a_call_leads():
    focus = focus_of("app.py::run", "core.py::area")
    edited = FILES.replaced({"lib.py": b"from core import *\ndef area(x): return x\n"})
    assert named_edges(build(edited, focus, None, ()), "calls") == []
    assert len(named_edges(build(FILES, focus, None, ()), "calls")) == 2


def test_imports_that_go_round_in_circles_end():
    files = {"a.py": b"from b import x, y\nx()\n", "b.py": b"from a import *\nfrom a import y\n"}
    graph = build(Program.from_files(files), None, None, ())
    assert named_edges(graph, "calls") == []
    assert named_edges(graph, "imports") == [("* b.py", "a.py a.py")]


def test_programs_below_a_source_folder_and_without_init_files_are_found():
    files = {
        "src/pkg/__init__.py": b"",
        "src/pkg/one.py": b"from pkg.two import f\nfrom .two import f as g\nimport json\n",
        "src/pkg/two.py": b"def f(): pass\n",
        "src/pkg/json.py": b"",
        "plain/one.py": b"from plain.two import f\nfrom plain import two\nfrom . import two as t\n",
        "plain/two.py": b"def f(): pass\n",
    }
    graph = build(Program.from_files(files), None, None, ())
    assert named_edges(graph, "imports") == [
        ("alias plain/one.py", "plain/two.py plain/two.py"),
        ("alias src/pkg/one.py", "FunctionDef src/pkg/two.py"),
        ("f plain/one.py", "FunctionDef plain/two.py"),
        ("f src/pkg/one.py", "FunctionDef src/pkg/two.py"),
        ("two plain/one.py", "plain/two.py plain/two.py"),
    ]
