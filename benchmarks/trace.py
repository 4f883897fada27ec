"""What a traced run costs and how right it is, on real packages with their own suites.

    python benchmarks/trace.py                          every package, and record
    python benchmarks/trace.py --dry --packages inflection --never 50 --sample 50

Every mutation of a package is asked about in one run. The same run without taps, which imports and
collects as well, is timed in turns with it (`--rounds`), and `python -m pytest` in a process of its
own, as people run the suite: the project's own run without taps costs next to nothing beside what
the program does, and a tap stands at every expression of that. Then edits are really run: some that
are said never to give another value (`--never`, drawn by operator), and none may fail a test; and
some of all (`--sample`), to say how many of each class are killed. All are run alone as well
(micro-execution).
Resumable: a package on record is not run again. Records `results/trace.json`. Exit code 1 where an
edit that is said never to differ fails a test, or a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from rich.progress import track  # noqa: E402

from benchmarks.throughput import cold_seconds  # noqa: E402
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply, diff  # noqa: E402
from nerion_gym.edits.registry import OPERATORS  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.tasks.builder import control_of, measured  # noqa: E402
from nerion_gym.types.edit import Edit, Kind  # noqa: E402
from nerion_gym.types.trace import Infection, MicroTrace, Trace  # noqa: E402
from tests.support.edits import by_operator  # noqa: E402
from tests.support.sources import PINNED, SUBJECTS, load  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.outcome import LearningClass, Outcome
    from nerion_gym.types.task import Task

RECORD = ROOT / "benchmarks" / "results" / "trace.json"
PACKAGES = (
    "inflection", "toolz", "h11", "voluptuous", "tinydb", "cachetools", "boltons", "sqlparse",
    "mistune", "tenacity", "humanize", "parse", "anytree", "semver", "itsdangerous", "jsonpointer",
)  # fmt: skip
MUTATIONS = tuple(row for row in OPERATORS if row.kind is Kind.MUTATION)
SHOWN = ("package", "edits", "ratio", "ratio_to_pytest", "classes", "killed")
STATEMENTS = frozenset(
    row.name for row in MUTATIONS if row.name.startswith(("remove_", "shuffle_", "swap_br"))
) | {"indent_statement", "dedent_statement", "drop_case"}
"""Mutations of statements and definitions; all others are of expressions."""


def killed(outcome: Outcome, control: dict[str, LearningClass]) -> bool:
    """Whether some test's class is another than without the edit."""
    return any(found != control.get(test) for test, found in outcome.classes.items())


def check(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Trace a package, time it, and run edits of every class."""
    subject = next(one for one in SUBJECTS if one.name == name)
    with LocalRunner(cache=False) as runner:  # else a trace is made once
        task = measured(load(subject), runner)
        edits = enumerate_edits(task.program, MUTATIONS, None)
        started = time.perf_counter()
        trace = runner.trace(task.program, task.suite, edits)
        first = time.perf_counter() - started
        plain, traced, cold = timings(runner, task, edits, options.rounds)
        row = {
            "package": subject.title,
            "edits": len(edits),
            "tests": len(control_of(task).results),
            "left_out": dict(trace.left_out),
            "first_seconds": round(first, 2),
            "plain_seconds": plain,
            "traced_seconds": traced,
            "pytest_seconds": cold,
            "ratio": round(median(traced) / median(plain), 2),
            "ratio_to_pytest": round(median(traced) / median(cold), 2),
            "bytes": len(pickle.dumps(trace)),
            "classes": counted(edits, trace),
            "why": dict(Counter(found.why for found in trace.edits if found.why)),
        }
        alone, told = run_alone(runner, task, edits, trace)
        return row | told | really_run(runner, task, edits, Known(trace, alone), options)


class Known(NamedTuple):
    """What is known of each edit before it is run."""

    trace: Trace
    alone: Sequence[MicroTrace]


def run_alone(
    runner: LocalRunner, task: Task, edits: Sequence[Edit], trace: Trace
) -> tuple[list[MicroTrace], dict[str, Any]]:
    """Run the functions of all edits alone; return what that told, and what it cost."""
    started = time.perf_counter()
    alone = runner.micro(task.program, edits, trace)
    seconds = time.perf_counter() - started
    ran = sum(one.ran > 0 for one in alone)
    why = Counter(one.why for one in alone if one.why)
    told = {"edits_run": ran, "ms_per_edit": round(1000 * seconds / max(ran, 1), 2)}
    return alone, {"micro": told | {"why": dict(why.most_common())}}


def timings(
    runner: LocalRunner, task: Task, edits: Sequence[Edit], rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Return the seconds of runs without and with taps, and of cold pytest, in turns."""
    plain, traced, cold = [], [], []
    for _ in range(rounds):
        plain.append(round(runner.trace(task.program, task.suite, ()).seconds, 3))
        traced.append(round(runner.trace(task.program, task.suite, edits).seconds, 3))
        cold.append(round(cold_seconds(task.program, task.suite), 3))
    return plain, traced, cold


def counted(edits: Sequence[Edit], trace: Trace) -> dict[str, dict[str, int]]:
    """Return how many edits of expressions, and of statements, have each class."""
    found: dict[str, Counter[str]] = {"expressions": Counter(), "statements": Counter()}
    for edit, seen in zip(edits, trace.edits, strict=True):
        kind = "statements" if edit.operator in STATEMENTS else "expressions"
        found[kind][seen.infection.name] += 1
    return {kind: dict(counts) for kind, counts in found.items()}


def really_run(
    runner: LocalRunner,
    task: Task,
    edits: Sequence[Edit],
    known: Known,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Run edits that are said never to differ, and a sample; return what became of them."""
    control, trace = control_of(task).classes, known.trace
    never = [n for n, found in enumerate(trace.edits) if found.infection is Infection.NEVER]
    place = {edit: number for number, edit in enumerate(edits)}
    drawn = by_operator([edits[n] for n in never], max(options.never // 8, 1), options.seed)
    chosen = [place[edit] for edit in drawn][: options.never]
    rng = np.random.default_rng(options.seed)
    count = min(options.sample, len(edits))
    sample = sorted(rng.choice(len(edits), count, replace=False).tolist())
    table: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for number in track(sorted({*chosen, *sample}), task.name, disable=not sys.stdout.isatty()):
        outcome = runner.run(apply(task.program, edits[number]), task.suite)
        found, dead = trace.edits[number], killed(outcome, control)
        if number in sample:
            end = "killed" if dead else "survived"
            table[found.infection.name][end] += 1
            table[word_of(found.infection, known.alone[number])][end] += 1
        if dead and found.infection is Infection.NEVER:
            wrong.append(diff(task.program, edits[number]))
    tried = sum(trace.edits[n].infection is Infection.NEVER for n in {*chosen, *sample})
    return {
        "never": {"listed": len(never), "run": tried, "wrong": wrong},
        "killed": {kind: dict(counts) for kind, counts in sorted(table.items())},
    }


def word_of(infection: Infection, alone: MicroTrace) -> str:
    """Return what is known of an edit: infected or not, and whether its function did otherwise."""
    infected = infection in {Infection.SOMETIMES, Infection.ALWAYS}
    function = "not run" if not alone.ran else "differs" if alone.differs else "same"
    return f"{'infected' if infected else 'not infected, or unknown'}; function {function}"


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the issue's table."""
    reached: Counter[str] = Counter()
    for row in rows:
        reached.update(row["classes"]["expressions"])
    reached.pop("NOT_REACHED", None)
    killed_: dict[str, Counter[str]] = {}
    for row in rows:
        for kind, counts in row["killed"].items():
            killed_.setdefault(kind, Counter()).update(counts)
    return {
        "packages": len(rows),
        "edits": sum(row["edits"] for row in rows),
        "ratio_median": median(row["ratio"] for row in rows),
        "ratio_worst": max(row["ratio"] for row in rows),
        "ratio_to_pytest_median": median(row["ratio_to_pytest"] for row in rows),
        "ratio_to_pytest_worst": max(row["ratio_to_pytest"] for row in rows),
        "never_run": sum(row["never"]["run"] for row in rows),
        "never_wrong": sum(len(row["never"]["wrong"]) for row in rows),
        "known": round(1 - reached["UNKNOWN"] / max(reached.total(), 1), 3),
        "micro_ms_median": median(row["micro"]["ms_per_edit"] for row in rows),
        "micro_ms_worst": max(row["micro"]["ms_per_edit"] for row in rows),
        "most_bytes": max(row["bytes"] for row in rows),
        "killed": {
            kind: round(counts["killed"] / counts.total(), 3) for kind, counts in killed_.items()
        },
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=PACKAGES, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5, help="timed runs of each kind")
    parser.add_argument("--never", type=int, default=400, help="edits said never to differ to run")
    parser.add_argument("--sample", type=int, default=200, help="edits of any class to run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Check the packages, print a line each, write the record."""
    options = parse()
    fresh = options.dry or not RECORD.exists()
    rows: list[dict[str, Any]] = [] if fresh else json.loads(RECORD.read_text())["packages"]
    done = {row["package"] for row in rows}
    for name in options.packages:
        if f"{name}-{PINNED[name]}" in done:
            continue
        rows.append(check(name, options))
        for found in rows[-1]["never"]["wrong"]:
            print(found, flush=True)
        shown = {
            key: rows[-1][key]
            for key in ("package", "edits", "ratio", "ratio_to_pytest", "classes", "killed")
        }
        print(json.dumps(shown), flush=True)
        if not options.dry:
            write_json(RECORD, record_of(rows, options))
    found = summary(rows)
    print(json.dumps(found, indent=1))
    met = found["ratio_median"] <= 3 and found["ratio_worst"] <= 8 and found["known"] >= 0.85
    met = met and found["micro_ms_median"] <= 3
    return int(found["never_wrong"] > 0 or not met)


def record_of(rows: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    return {
        "command": f"python benchmarks/trace.py --rounds {options.rounds} --never {options.never}"
        f" --sample {options.sample}",
        "git": git_state(),
        "seed": options.seed,
        "versions": versions(),
        "summary": summary(rows),
        "packages": rows,
    }


if __name__ == "__main__":
    sys.exit(main())
