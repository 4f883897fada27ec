"""Real packages with their own suites: do the verdicts equal a cold pytest's, and at what cost?

python benchmarks/packages.py [--only NAME] [--edits 50] [--table] [--again]

For each package of `tests/support/sources.py`: its source distribution is loaded unchanged and
measured; the clean suite and 50 seeded edits (every operator, anywhere in the package) are
compared with a cold `python -m pytest` on a fresh copy, test by test. Each package is recorded as
it ends, in benchmarks/results/packages.json, and not run again; packages.md is the table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.engine_processes import far_side, memory  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply  # noqa: E402
from nerion_gym.edits.registry import OPERATORS  # noqa: E402
from nerion_gym.errors import NerionError  # noqa: E402
from nerion_gym.execution.control import measure  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402

if TYPE_CHECKING:
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.task import Task
    from tests.support.cold import Verdicts
    from tests.support.sources import Subject

RECORD = ROOT / "benchmarks" / "results" / "packages.json"
TABLE = RECORD.with_suffix(".md")
SEED = 4
EDITS = 50
COLD_SECONDS = 8.0
COLD_FACTOR = 4.0
KEPT_DIFFERENCES = 20
COLUMNS = (
    "package",
    "kind",
    "tests",
    "clean suite differs",
    "edits",
    "differing tests",
    "swap / reimport / unreached",
    "step ms (p90)",
    "cold ms",
    "warm process MiB (PSS / RSS)",
    "what had to be said",
)


def check_subject(subject: Subject, count: int) -> dict[str, Any]:
    """Load, measure and compare one package; a refusal is recorded as what it says."""
    from tests.support.sources import load

    started = time.perf_counter()
    shown = {"package": subject.title, "kind": subject.kind, "said": subject.said}
    try:
        task = load(subject)
        with LocalRunner(cache=False) as runner:
            result = compare_all(task, runner, count)
    except NerionError as error:
        return {**shown, "refused": f"{type(error).__name__}: {error}"}
    return {**shown, **result, "seconds": round(time.perf_counter() - started, 1)}


def compare_all(task: Task, runner: LocalRunner, count: int) -> dict[str, Any]:
    """Compare the clean suite and the edits; return what is recorded of a package."""
    from tests.support.cold import differences, run_cold

    begun = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        baseline = measure(runner, task.program, task.suite)
    measured = time.perf_counter()
    verdicts = run_cold(task.program, task.suite, seconds=600)
    cold = time.perf_counter() - measured
    clean = differences(baseline.control, verdicts)
    held = held_by_warm()
    limit = max(COLD_SECONDS, COLD_FACTOR * cold)
    edits = compare_edits(baseline, runner, (count, limit), verdicts)
    return {
        "files": len(task.program.files),
        "tests": len(baseline.control.results),
        "statuses": dict(Counter(r.status.name.lower() for r in baseline.control.results)),
        "clean_differences": clean[:KEPT_DIFFERENCES],
        "warned": [str(one.message) for one in caught],
        "warm": held,
        "measure_seconds": round(measured - begun, 2),
        "cold_seconds": round(cold, 2),
        **edits,
        "stats": asdict(runner.stats),
        "load": [round(value, 1) for value in os.getloadavg()],
    }


def held_by_warm() -> dict[str, float]:
    """Return the memory of the process that has collected the suite, in MiB."""
    warm = far_side(os.getpid())["warm"]
    return memory(warm[0]).mib() if warm else {}


def compare_edits(
    baseline: Baseline, runner: LocalRunner, bounds: tuple[int, float], usual: Verdicts
) -> dict[str, Any]:
    """Compare seeded edits.

    Args:
        baseline: the measured package.
        runner: runs the edits.
        bounds: their number, and seconds for a cold run.
        usual: a cold run of the unchanged package.
    """
    from tests.support.cold import disagreements

    edits = enumerate_edits(baseline.program, tuple(OPERATORS), None)
    order = np.random.default_rng(SEED).permutation(len(edits))[: bounds[0]]
    routes: Counter[str] = Counter()
    steps, selected, found = [], [], []
    for index in order:
        edit = edits[int(index)]
        program = apply(baseline.program, edit)
        outcome, lines = disagreements(runner, program, baseline.suite, bounds[1], usual)
        routes[outcome.route] += 1
        if outcome.route != "unreached":
            steps.append(outcome.seconds)
            selected.append(outcome.selected)
        found += [f"{edit.operator} {edit.splices}: {line}" for line in lines]
    return {
        "catalog": len(edits),
        "edits": len(order),
        "routes": dict(routes),
        "step_ms": round(1000 * median(steps), 1) if steps else None,
        "step_ms_p90": round(1000 * float(np.quantile(steps, 0.9)), 1) if steps else None,
        "selected": median(selected) if selected else None,
        "differences": found[:KEPT_DIFFERENCES],
        "differing_tests": len(found),
    }


def recorded() -> dict[str, Any]:
    """Return what is on record, or an empty record."""
    if RECORD.exists():
        return json.loads(RECORD.read_text(encoding="utf-8"))
    return {"command": "python benchmarks/packages.py", "seed": SEED, "packages": []}


def table_of(record: dict[str, Any]) -> str:
    """Return the record as Markdown."""
    from tests.support.sources import LEFT_OUT

    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    lines += [row_of(row) for row in record["packages"]]
    ran = [row for row in record["packages"] if "refused" not in row]
    total = sum(row["edits"] for row in ran)
    wrong = sum(row["differing_tests"] + len(row["clean_differences"]) for row in ran)
    named = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    tried = "\n".join(f"- {name}: {reason}." for name, reason in LEFT_OUT.items())
    return (
        "\n\n".join(
            [
                "# Real packages with their own suites",
                f"`{record['command']}`",
                f"{len(ran)} packages, {total} edits: {wrong} tests differ from a cold pytest.",
                "Step and cold times are of a shared machine with two cores; the process that has "
                "collected a suite shares most of its pages with the base (RSS counts them whole).",
                "\n".join(lines),
                f"Tried and not compared:\n\n{tried}",
                f"Versions: {named}.",
            ]
        )
        + "\n"
    )


def row_of(row: dict[str, Any]) -> str:
    """Return one line of the table."""
    if "refused" in row:
        reason = row["refused"].replace("|", "/")[:200]
        return f"| {row['package']} | {row['kind']} | refused: {reason} |" + " |" * (
            len(COLUMNS) - 3
        )
    routes = " / ".join(
        f"{100 * row['routes'].get(route, 0) / max(row['edits'], 1):.0f} %"
        for route in ("swap", "reimport", "unreached")
    )
    cells = [
        row["package"],
        row["kind"],
        str(row["tests"]),
        str(len(row["clean_differences"])),
        str(row["edits"]),
        str(row["differing_tests"]),
        routes,
        f"{row['step_ms']} ({row['step_ms_p90']})",
        f"{1000 * row['cold_seconds']:.0f}",
        f"{row['warm'].get('pss', '-')} / {row['warm'].get('rss', '-')}",
        "; ".join([row["said"] or "nothing", *(text.partition(" (")[0] for text in row["warned"])]),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run what is missing, record each package as it ends, write the table."""
    from tests.support.sources import SUBJECTS, due, put

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[s.name for s in SUBJECTS])
    parser.add_argument("--edits", type=int, default=EDITS)
    parser.add_argument("--table", action="store_true", help="only write the table again")
    parser.add_argument("--again", action="store_true", help="what is on record too")
    options = parser.parse_args()
    record = recorded()
    only = [] if options.table else options.only
    for subject in due(record["packages"], only, again=options.again):
        row = check_subject(subject, options.edits)
        put(record["packages"], row)
        record["versions"] = versions()
        write_json(RECORD, record)
        print(json.dumps(row), flush=True)
    TABLE.write_text(table_of(record), encoding="utf-8")
    print(TABLE.relative_to(ROOT))


if __name__ == "__main__":
    main()
