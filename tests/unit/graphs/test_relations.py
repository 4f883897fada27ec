"""Edge families, compared with edges drawn by hand in tests/golden/graphs.

A golden file is a program (several files each begin with `### path`), `---`, and every edge of
the family in its name: `from -> to`. A node is the first line of its text, its line
number, and where a line has it more than once which one: `y@11.4`. A statement that is only an
expression ends in ";", functions and classes are `def f` and `class C`, a file is its path.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

GOLDEN = Path(__file__).parents[2] / "golden" / "graphs"
CASES = sorted(GOLDEN.glob("*.txt"))
FAMILIES = ("computed_from", "guarded_by", "calls", "returns_to", "imports")


def family_of(path):
    return next(name for name in FAMILIES if path.stem.removeprefix("files_").startswith(name))


def files_of(text):
    parts = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)) or {"m.py": text}


def graph_of(files):
    return build(Program.from_files({p: s.encode() for p, s in files.items()}), None, None, ())


def text_of(graph, node, source):
    """Return a node's text, as the golden files write it, and its 1-based line."""
    span = graph.span_of(node)
    text, start = source[span.start : span.end], span.start
    kind = schema.KINDS[graph.nodes[node, schema.KIND]]
    if kind.endswith("Def"):
        text = re.search(r"(def|class) \w+", text).group()
        start = source.index(text, start)
    elif "\n" in text:
        text = text.split("\n")[0].removesuffix(":")
    return text + (";" if kind == "Expr" else ""), source.count("\n", 0, start) + 1


def names_of(graph, files):
    """Return the name of every node that has a place."""
    spans = {n: span for n in range(len(graph.nodes)) if (span := graph.span_of(n))}
    found = {}
    for node, span in sorted(spans.items(), key=lambda item: (item[1].path, item[1].start, item)):
        if graph.nodes[node, schema.KIND] == schema.KIND_ID["file"]:
            found[node] = (span.path,)
        else:
            found[node] = (span.path, *text_of(graph, node, files[span.path]))
    counts, seen = Counter(found.values()), Counter()
    for node, name in found.items():
        seen[name] += 1
        found[node] = written(name, seen[name] if counts[name] > 1 else 0, len(files) > 1)
    return found


def written(name, place, several):
    path, *rest = name
    if not rest:
        return path
    text, line = rest
    return (f"{path} " if several else "") + f"{text}@{line}" + (f".{place}" if place else "")


def edges_of(files, family):
    graph = graph_of(files)
    names = names_of(graph, files)
    chosen = graph.edge_links[graph.edge_types == schema.RELATION[family]].tolist()
    return sorted(f"{names[a]} -> {names[b]}" for a, b in chosen)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_hand_drawn_edges(path):
    program, edges = path.read_text().split("---\n")
    assert edges_of(files_of(program), family_of(path)) == sorted(edges.splitlines())


def test_each_family_has_a_drawing():
    assert {family_of(path) for path in CASES} == set(FAMILIES)


HEAVY = {
    "many targets": "a = b = c = d = f(" + ", ".join(f"x{n}" for n in range(300)) + ")\n",
    "many returns": "def f(x):\n"
    + "".join(f"    if x == {n}: return {n}\n" for n in range(200))
    + "f(1)\n" * 300,
    "many definitions": "".join(f"if x == {n}:\n  def f(): return {n}\n" for n in range(200))
    + "f()\n" * 300,
    "many guards": "def f(x):\n"
    + "".join(f"    assert x > {n}\n    if x < {n}: return\n" for n in range(200)),
    "many conditions": "[x for x in y" + " if x" * 250 + "]\n",
    "many captures": "match x, y, z:\n  case ["
    + ", ".join(f"a{n}" for n in range(200))
    + "]: pass\n",
    "many methods": "class A:\n  def m(self): return 1\n"
    + "".join(f"  def n{n}(self): return self.m() + self.n{n - 1}()\n" for n in range(200)),
}


@pytest.mark.parametrize("source", HEAVY.values(), ids=HEAVY)
def test_no_family_grows_faster_than_the_text(source):
    graph = graph_of({"m.py": source})
    assert len(graph.edge_types) < 6 * len(graph.nodes)
    for family in FAMILIES:
        assert (graph.edge_types == schema.RELATION[family]).sum() < 1.5 * len(graph.nodes)


def test_of_many_sources_the_nearest_and_of_many_targets_the_last_are_kept():
    found = edges_of({"m.py": HEAVY["many targets"]}, "computed_from")
    assert [edge for edge in found if edge.startswith("a@1")] == sorted(
        f"a@1 -> {name}@1" for name in ("f", *(f"x{n}" for n in range(7)))
    )
    returns = edges_of({"m.py": HEAVY["many returns"]}, "returns_to")
    assert {edge.split(" ->")[0] for edge in returns} == {
        f"return {n}@{n + 2}" for n in range(196, 200)
    }
    called = edges_of({"m.py": HEAVY["many definitions"]}, "calls")
    assert {edge.split("-> ")[1] for edge in called} == {
        f"def f@{2 * n + 2}" for n in range(196, 200)
    }
