"""The program graph in networkx: who calls whom, what tests cover most, the way from test to edit.

python examples/networkx_graph.py [--program invoicing] [--output invoicing.graphml]

`to_networkx` gives a MultiDiGraph: nodes of syntax, tokens, symbols, tests and files with their
text and place, edges keyed by family (`calls`, `covers`, `child`, ...).
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.render import describe_edit
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.export import to_networkx
from nerion_gym.tasks.builder import measured, package_names, package_task

if TYPE_CHECKING:
    from nerion_gym.graphs.builder import ProgramGraph
    from nerion_gym.types.task import Task

FUNCTIONS = ("FunctionDef", "AsyncFunctionDef")


def program_graph(task: Task) -> ProgramGraph:
    """Run the suite once, for which test executes what, and return the whole program's graph."""
    runner = LocalRunner()
    try:
        baseline = measured(task, runner).baseline
    finally:
        runner.close()
    if baseline is None:
        raise ValueError(task.name)
    tests = tuple(result.id for result in baseline.control.results)
    return build(task.program, None, baseline.coverage, tests)


def family(graph: nx.MultiDiGraph, *names: str) -> nx.DiGraph:
    """Return all nodes with the edges of some families."""
    edges = [(source, target) for source, target, key in graph.edges(keys=True) if key in names]
    found = nx.DiGraph()
    found.add_nodes_from(graph.nodes(data=True))
    found.add_edges_from(edges)
    return found


def names_of(graph: nx.MultiDiGraph) -> dict[int, str]:
    """Return the text of each function and test."""
    tree = family(graph, "child")
    found = {}
    for node, about in graph.nodes(data=True):
        if about["kind"] == "test":
            found[node] = about["label"].rpartition("::")[2]
        elif about["kind"] in FUNCTIONS:
            name = [graph.nodes[child] for child in tree.successors(node)]
            texts = [child["label"] for child in name if child["kind"] == "token.name"]
            found[node] = f"{about['path']}:{texts[0] if texts else '?'}"
    return found


def callers(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """Return function -> function, by which call may run which function."""
    tree, calls = family(graph, "child"), family(graph, "calls")
    found = nx.DiGraph()
    for call, callee in calls.edges:
        above = nx.ancestors(tree, call)
        inside = [node for node in above if graph.nodes[node]["kind"] in FUNCTIONS]
        if inside:  # of functions in functions the innermost: it begins last
            found.add_edge(max(inside, key=lambda node: graph.nodes[node]["start"]), callee)
    return found


def way_to(graph: nx.MultiDiGraph, site: int | None) -> list[int]:
    """Return the shortest way from any test to a node: through covered functions and calls."""
    ways = family(graph, "covers", "calls", "child")
    tests = [node for node, about in graph.nodes(data=True) if about["kind"] == "test"]
    return nx.multi_source_dijkstra_path(ways, tests).get(site, [])


def report(graph: nx.MultiDiGraph) -> None:
    """Print which functions are called and tested, and by how many."""
    names = names_of(graph)
    calls = callers(graph)
    print("callers")
    for function in sorted(calls.nodes, key=calls.in_degree, reverse=True)[:4]:
        who = sorted(names[caller].partition(":")[2] for caller in calls.predecessors(function))
        if who:
            print(f"  {names[function]:32} called by {', '.join(who)}")

    covers = family(graph, "covers")
    functions = [node for node in names if graph.nodes[node]["kind"] in FUNCTIONS]
    tested = Counter({node: covers.in_degree(node) for node in functions})
    print("tests that reach a function, most and fewest")
    for function, count in [*tested.most_common(3), *tested.most_common()[-3:]]:
        print(f"  {names[function]:32} {count}")


def report_way(graph: nx.MultiDiGraph, task: Task, shown: ProgramGraph) -> None:
    """Print the shortest way from a test to the first arithmetic edit that one reaches."""
    for edit in enumerate_edits(task.program, resolve(("swap_arithmetic",)), None):
        way = way_to(graph, shown.node_of(edit.site))
        if way:
            break
    else:
        print("no test reaches any arithmetic")
        return
    print(f"shortest way from a test to the edit {describe_edit(edit, task.program)}")
    for node in way:
        about = graph.nodes[node]
        text = about["label"]
        if about["path"]:
            text = task.program.source(about["path"])[about["start"] : about["end"]].decode()
        print(f"  {about['kind']:12} {text.splitlines()[0]}")


def main(arguments: list[str] | None = None) -> None:
    """Build a program's graph, ask it a few things, write it for other tools."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", default="invoicing", choices=package_names())
    parser.add_argument("--output", type=Path, default=Path("program.graphml"))
    options = parser.parse_args(arguments)

    task = package_task(options.program)
    shown = program_graph(task)
    graph = to_networkx(shown)
    families = Counter(name for *_, name in graph.edges(keys=True))
    print(f"{options.program}: {graph.number_of_nodes()} nodes, {dict(families)}")
    report(graph)
    report_way(graph, task, shown)
    nx.write_graphml(graph, options.output)
    print(f"written to {options.output}: opens in Gephi, yEd and Cytoscape")


if __name__ == "__main__":
    main()
