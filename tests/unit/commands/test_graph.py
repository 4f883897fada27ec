"""`nerion graph`: pictures and data of files, and what it says when it cannot."""

import json

import networkx as nx
import pytest

from nerion_gym import cli

FILES = {
    "pkg/__init__.py": "from .core import area\n",
    "pkg/core.py": "def area(x):\n    if x:\n        return 1\n    return 2\n",
    "app.py": "from pkg import area\n\n\ndef run(x):\n    return area(x)\n",
}


@pytest.fixture
def nerion(tmp_path, monkeypatch, capfd):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["graph", *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


def test_a_picture_is_named_after_the_first_file_and_the_function(nerion, tmp_path):
    code, out, _ = nerion(*FILES)
    assert code == 0
    assert out.startswith("__init__.svg: ")
    assert "calls" in (tmp_path / "__init__.svg").read_text()
    assert nerion("pkg/core.py", "--focus", "area", "--quiet")[:2] == (0, "")
    assert (tmp_path / "core.area.svg").is_file()
    assert nerion("app.py", "--output", "shown.png", "--tokens")[0] == 0
    assert (tmp_path / "shown.png").read_bytes().startswith(b"\x89PNG")


def test_json_and_graphml_hold_every_edge(nerion, tmp_path):
    files = ("app.py", "pkg/__init__.py", "pkg/core.py")
    assert nerion(*files, "-o", "all.json")[0] == 0
    assert nerion(*files, "-o", "all.graphml")[0] == 0
    document = json.loads((tmp_path / "all.json").read_text())
    graph = nx.node_link_graph(document, edges="edges")
    other = nx.read_graphml(tmp_path / "all.graphml", node_type=int, force_multigraph=True)
    assert sorted(graph.edges(keys=True)) == sorted(
        (a, b, data["relation"]) for a, b, data in other.edges(data=True)
    )
    assert dict(other.nodes(data="label")) == dict(graph.nodes(data="label"))
    calls = [(a, b) for a, b, key in graph.edges(keys=True) if key == "calls"]
    assert [graph.nodes[b]["path"] for _, b in calls] == ["pkg/core.py"]
    assert {"child", "binds", "imports"} <= {key for *_, key in graph.edges(keys=True)}


def test_only_what_is_drawn_is_counted_and_what_leads_out_is_said(nerion):
    _, out, _ = nerion(*FILES, "--focus", "run", "--families", "calls,guarded_by")
    assert "0 edges of calls, guarded_by\n" in out
    assert "\ncalls: not drawn, for each has its other end outside of run; show that too" in out
    _, out, _ = nerion(*FILES, "--focus", "run,area", "--families", "calls")
    assert out.count("\n") == 1
    _, out, _ = nerion("pkg/core.py", "--focus", "area")
    assert "guarded_by" in out
    assert "imports" not in out


def test_files_inside_a_package_are_named_from_the_folder_around_it(nerion):
    _, out, _ = nerion("pkg/core.py", "--format", "json", "--output", "-")
    assert {node["path"] for node in json.loads(out)["nodes"]} >= {"pkg/core.py"}


def test_families_choose_edges_and_json_reports(nerion):
    code, out, _ = nerion("pkg/core.py", "--families", "guarded_by", "--json")
    report = json.loads(out)
    assert code == 0
    assert report == {
        "output": "core.svg",
        "nodes": report["nodes"],
        "edges": 2,
        "families": ["guarded_by"],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.py",), "none.py: cannot be read"),
        (("pkg",), "give Python files"),
        (("app.py", "--format", "jpg"), "expected one of svg, png"),
        (("app.py", "--families", "cals"), "did you mean calls"),
        (("app.py", "--focus", "rum"), "names no function"),
        (("app.py", "-o", "no/such/a.svg"), "cannot be written"),
        (("broken.py",), "broken.py:1"),
    ],
)
def test_mistakes_are_one_line(nerion, tmp_path, arguments, said):
    (tmp_path / "broken.py").write_text("def (\n")
    code, _, error = nerion(*arguments)
    assert code == 2
    assert said in error
    assert error.count("\n") == 1
