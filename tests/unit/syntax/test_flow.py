"""Last reads and writes, compared with answers worked out by hand in tests/golden/flow."""

from collections import defaultdict
from pathlib import Path

import pytest

from nerion_gym.graphs.builder import build
from nerion_gym.graphs.schema import RELATIONS
from nerion_gym.syntax.flow import data_flow
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.reaching import MOST_SOURCES
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

GOLDEN = Path(__file__).parents[2] / "golden" / "flow"
CASES = sorted(GOLDEN.glob("*.txt"))


def edges_of(source):
    """{(access, "read" | "write"): {source, ...}}; an access is name@line or name@line.place."""
    module = parse_module("m.py", source.encode())
    flow = data_flow(module.scopes)
    lines = defaultdict(list)
    for number, access in enumerate(flow.accesses):
        if access.mode != "declare":
            lines[access.name, access.node.lineno].append(number)
    names = {}
    for (name, line), numbers in lines.items():
        for place, number in enumerate(numbers, start=1):
            names[number] = f"{name}@{line}" + (f".{place}" if len(numbers) > 1 else "")
    found = defaultdict(set)
    for link in flow.links:
        found[names[link.access], "read"] |= {names[source] for source in link.reads}
        found[names[link.access], "write"] |= {names[source] for source in link.writes}
    return {key: sources for key, sources in found.items() if sources}


def expected(answers):
    found = {}
    for line in answers.split("\n"):
        access, *rest = line.split()
        if rest != ["-"]:
            found[access, rest[0]] = set(rest[1:])
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_hand_worked_program(path):
    source, answers = path.read_text().split("---\n")
    assert edges_of(source) == expected(answers.strip())


def test_the_golden_folder_is_read():
    assert len(CASES) == 16


def edges(source):
    graph = build(Program.from_files({"m.py": source.encode()}), None, None, ())
    found = defaultdict(set)
    for relation, link in zip(graph.edge_types, graph.edge_links.tolist(), strict=True):
        found[RELATIONS[relation]].add(tuple(link))
    return graph, found


def test_code_after_a_return_is_reached_by_nothing():
    assert edges_of("def f(x):\n    return x\n    print(x)\n")["x@2", "write"] == {"x@1"}
    assert ("x@3", "write") not in edges_of("def f(x):\n    return x\n    print(x)\n")


def test_what_follows_an_endless_loop_is_reached_by_break_only():
    source = (
        "def f(g):\n    x = 0\n    while 1:\n        x = 1\n        if g(): break\n    return x\n"
    )
    assert edges_of(source)["x@6", "write"] == {"x@4"}


def test_a_class_body_runs_where_it_stands():
    source = "x = 1\nclass A:\n    y = x\n    x = 2\n    z = x\nprint(x)\n"
    found = edges_of(source)
    # In a class body a name is looked up in the class: `y = x` is the class's x to the compiler.
    assert found["x@5", "write"] == {"x@4"}
    assert found["x@6", "write"] == {"x@1"}


def test_a_lambda_sees_what_is_written_later():
    found = edges_of("k = 1\nf = lambda x: x + k\nk = 2\n")
    assert found["k@2", "write"] == {"k@1", "k@3"}


def test_a_function_may_call_itself():
    found = edges_of("def f(n):\n    return f(n - 1)\n")
    assert found["f@2", "write"] == {"f@1"}


def test_short_circuits_may_skip():
    found = edges_of("def f(a, x):\n    a and (x := 1)\n    return x\n")
    assert found["x@3", "write"] == {"x@1", "x@2"}


def test_chained_comparisons_may_skip():
    found = edges_of("def f(a, x):\n    a < 1 < (x := 2)\n    return x\n")
    assert found["x@3", "write"] == {"x@1", "x@2"}
    assert edges_of("def f(a, x):\n    a < (x := 2)\n    return x\n")["x@3", "write"] == {"x@2"}


def test_with_and_import_and_for_targets_write():
    source = "import os.path as p\nwith open(p) as f:\n    for p in f:\n        print(p)\n"
    found = edges_of(source)
    assert found["p@2", "write"] == {"p@1"}
    assert found["p@4", "write"] == {"p@3"}
    assert found["f@3", "write"] == {"f@2"}


def test_names_in_f_strings_take_part():
    assert edges_of('def f(x):\n    x = f"{x!r:>{x}}"\n    return x\n')["x@3", "write"] == {"x@2.1"}


def test_many_sources_are_cut_to_the_latest():
    branches = "\n".join(f"    elif a == {n}:\n        x = {n}" for n in range(60))
    source = f"def f(a):\n    if a:\n        x = -1\n{branches}\n    return x\n"
    graph, found = edges(source)
    last = [number for number, label in enumerate(graph.labels) if label == "x"]
    reader = max(n for n in last if graph.fields[n] == "value")
    assert sum(source == reader for source, _ in found["last_write"]) == MOST_SOURCES


@pytest.mark.parametrize("depth", [4, 12])
def test_nested_finally_stays_small(depth):
    source = "x = 0\n"
    for level in range(depth):
        pad = "    " * level
        source += f"{pad}try:\n{pad}    x = x + 1\n{pad}finally:\n"
    source += "    " * depth + "x = x + 2\n"
    module = parse_module("m.py", source.encode())
    events = len(data_flow(module.scopes).links)
    assert events < 40 * depth
