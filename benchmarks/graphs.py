"""What a program graph costs: from cold, and after an edit, against parsing the same text.

    python benchmarks/graphs.py                 measure every row and record
    python benchmarks/graphs.py --brief --dry   fewer rounds, nothing recorded

Cold: nothing is known of the text. `ast.parse` and our scopes of the same text are timed in turn
with it, so that the machine's drift hits both; a round's ratio is taken between neighbours.
After an edit: the graph of the unedited program is known, of the edited one nothing. What a
catalog of edits needs too (the parsed file and its scopes) is timed apart from the rest. All edits
of a subject are taken in turn, and again from the first one, with nothing known, until there are
enough. Times are of the processor, so that other work on the machine hardly counts; garbage is
collected before each pass and not within. Recorded in `results/graphs.json`. Exit code 1 when a
row is below its bar.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import sys
import sysconfig
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import drawn
from benchmarks.throughput import setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.graphs import builder, definitions, exports, modules, parts
from nerion_gym.logbook.files import write_json
from nerion_gym.syntax import outlines, pieces
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.scope_builder import build_scopes
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.types.program import Focus, FunctionRef, Program

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).with_name("results") / "graphs.json"
STDLIB = Path(sysconfig.get_paths()["stdlib"])
OPERATORS = ("swap_arithmetic", "swap_comparison", "increment_number", "decrement_number")
BARS = {
    "after_edit": ("focus of 150 nodes after an edit", 2.0, "ms"),
    "cold": ("graph from cold, against ast.parse and scopes", 3.0, "x"),
}
CACHES = (
    parse_module,
    parts.file_part,
    builder._build,
    definitions.definitions_of,
    exports.exports_of,
    exports.exports_of_whole,
    exports.piece_names,
    outlines.outline_of,
    modules.layout_of,
)


@dataclass(frozen=True)
class Subject:
    """What is shown of a program, and edits inside it.

    Attributes:
        name: of the row.
        program: unedited.
        focus: what is shown; None: all.
        edited: programs one edit away.
    """

    name: str
    program: Program
    focus: Focus | None
    edited: tuple[Program, ...]


def stdlib_subject(name: str, function: str) -> Subject:
    """Return a function of a module of the standard library, with every edit in it."""
    program = Program.from_files({name: (STDLIB / name).read_bytes()})
    focus = Focus((FunctionRef(name, function),))
    edits = enumerate_edits(program, resolve(OPERATORS), focus)
    edited = tuple(apply(program, edit) for edit in edits)
    return Subject(f"{name}::{function}", program, focus, edited)


def corpus_subject(name: str, seed: int) -> Subject:
    """Return a whole program of the corpus with drawn edits."""
    task = corpus_task(name)
    return Subject(name, task.program, None, tuple(drawn(task, 60, seed)))


def subjects(seed: int) -> Iterator[Subject]:
    """Yield what is measured after edits: about 150 nodes each, in files of 60 to 1,400 lines."""
    yield corpus_subject("math_logic", seed)
    yield stdlib_subject("textwrap.py", "TextWrapper._handle_long_word")
    yield stdlib_subject("statistics.py", "_sum")


def forget() -> None:
    """Empty every cache on the way from a text to its graph."""
    for cached in CACHES:
        cached.cache_clear()
    pieces.forget()


def milliseconds(work: Any, *arguments: Any) -> float:
    """Return the processor time of a call."""
    started = time.process_time()
    work(*arguments)
    return 1e3 * (time.process_time() - started)


@contextmanager
def collected() -> Iterator[None]:
    """Collect garbage now and not within."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def read(subject: Subject, program: Program) -> None:
    """Parse what is shown of a program: the whole files, or of a focus the pieces."""
    for path, source in program.files:
        if subject.focus is None:
            _ = parse_module(path, source).scopes
        else:
            pieces.pieces_of(path, source)


def after_edit(subject: Subject, rounds: int) -> dict[str, Any]:
    """Return what the graph of an edited program costs, and of it what a catalog needs too."""
    forget()
    graph = builder.build(subject.program, subject.focus, None, ())
    whole: list[float] = []
    own: list[float] = []
    while len(whole) < rounds:
        forget()
        builder.build(subject.program, subject.focus, None, ())
        with collected():
            for program in subject.edited:
                shared = milliseconds(read, subject, program)
                rest = milliseconds(builder.build, program, subject.focus, None, ())
                whole.append(shared + rest)
                own.append(rest)
    return {
        "nodes": len(graph.nodes),
        "edges": len(graph.edge_types),
        "edits": len(subject.edited),
        "all_ms": spread(whole),
        "beyond_parsing_ms": spread(own),
    }


def cold(path: Path, rounds: int) -> dict[str, Any]:
    """Return what a whole file's graph costs from cold, beside parsing it and its scopes."""
    source = path.read_bytes()
    program = Program.from_files({path.name: source})
    graphs, parsing = [], []
    for _ in range(rounds):
        forget()
        with collected():
            parsing.append(milliseconds(lambda: build_scopes(ast.parse(source))))
            graphs.append(milliseconds(builder.build, program, None, None, ()))
    nodes = len(builder.build(program, None, None, ()).nodes)
    ratios = [one / other for one, other in zip(graphs, parsing, strict=True)]
    return {
        "nodes": nodes,
        "ms_per_100_nodes": spread([100 * value / nodes for value in graphs]),
        "parsing_ms_per_100_nodes": spread([100 * value / nodes for value in parsing]),
        "ratio": spread(ratios),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return median and 90th percentile."""
    median, p90 = np.percentile(values, [50, 90])
    return {"median": round(float(median), 3), "p90": round(float(p90), 3)}


def verdicts(rows: dict[str, Any]) -> dict[str, Any]:
    """Return the bars with what was reached: the worst row counts."""
    reached = {
        "after_edit": max(row["all_ms"]["median"] for row in rows["after_edit"].values()),
        "cold": max(row["ratio"]["median"] for row in rows["cold"].values()),
    }
    found = {}
    for name, (what, bar, unit) in BARS.items():
        verdict = "reached" if reached[name] <= bar else "missed"
        found[name] = {
            "what": what, "bar": bar, "unit": unit, "worst": reached[name], "verdict": verdict
        }  # fmt: skip
    return found


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--brief", action="store_true", help="8 rounds")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args(argv)
    arguments.rounds = 8 if arguments.brief else arguments.rounds
    return arguments


def main() -> int:
    """Measure, print, record."""
    arguments = parse()
    before = os.getloadavg()[0]
    files = [STDLIB / "textwrap.py", STDLIB / "heapq.py", STDLIB / "difflib.py"]
    rows = {
        "after_edit": {s.name: after_edit(s, arguments.rounds) for s in subjects(arguments.seed)},
        "cold": {path.name: cold(path, arguments.rounds) for path in files},
    }
    found = verdicts(rows)
    print(json.dumps({"bars": found, "rows": rows}, indent=2))
    record = {
        "command": " ".join(["python", "benchmarks/graphs.py", *sys.argv[1:]]),
        "git": git_state(),
        "setting": setting(arguments) | {"command": "python benchmarks/graphs.py"},
        "load": [round(before, 2), round(os.getloadavg()[0], 2)],
        "bars": found,
        "rows": rows,
    }
    if not arguments.dry:
        write_json(RESULTS, record)
    return int(any(row["verdict"] == "missed" for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
