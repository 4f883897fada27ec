"""Edits that a traced run says no test can notice, really run: not one may fail a test.

    python benchmarks/never.py                                every package, and record
    python benchmarks/never.py --dry --only inflection --most 50

Of all 49 packages, each with its own suite, every mutation is asked about; those said never to give
another value are run (`--most` of a package, drawn by operator, until `--seconds` are spent).
Resumable: a package on record is not run again. Records `results/never.json`. Exit code 1 where an
edit fails a test, and does so again in three more runs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.outcomes import MUTATIONS, RESULTS, WORK  # noqa: E402
from benchmarks.subjects import COLLECTED, Subject, prepared  # noqa: E402
from benchmarks.trace import killed  # noqa: E402
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply, diff  # noqa: E402
from nerion_gym.errors import NerionError  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.tasks.builder import control_of  # noqa: E402
from nerion_gym.types.trace import Infection  # noqa: E402
from tests.support.edits import by_operator  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import LearningClass
    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task

RECORD = RESULTS / "never.json"
TOGETHER = 16
AGAIN = 3
"""Runs that have to agree that an edit fails a test."""


def check(subject: Subject, options: argparse.Namespace) -> dict[str, Any]:
    """Trace a package, and run edits that are said never to differ."""
    started = time.monotonic()
    with LocalRunner(cache=False) as runner:
        task = prepared(subject, runner, options.work)
        edits = enumerate_edits(task.program, MUTATIONS, None)
        trace = runner.trace(task.program, task.suite, edits)
        listed = [
            edit
            for edit, found in zip(edits, trace.edits, strict=True)
            if found.infection is Infection.NEVER
        ]
        chosen = drawn(listed, options.most, options.seed)
        control = control_of(task).classes
        wrong, ran = [], 0
        ends = time.monotonic() + options.seconds
        for start in range(0, len(chosen), TOGETHER):
            if time.monotonic() > ends:
                break
            part = chosen[start : start + TOGETHER]
            ran += len(part)
            programs = [apply(task.program, edit) for edit in part]
            outcomes = runner.run_many(programs, task.suite)
            failing = [
                number for number, outcome in enumerate(outcomes) if killed(outcome, control)
            ]
            wrong += [
                diff(task.program, part[number])
                for number in failing
                if is_killed_again(runner, programs[number], task, control)
            ]
    return {
        "package": subject.title,
        "edits": len(edits),
        "left_out": len(trace.left_out),
        "classes": dict(Counter(found.infection.name for found in trace.edits)),
        "never": len(listed),
        "operators": dict(Counter(edit.operator for edit in listed).most_common()),
        "run": ran,
        "wrong": wrong,
        "seconds": round(time.monotonic() - started, 1),
    }


def is_killed_again(
    runner: LocalRunner, program: Program, task: Task, control: dict[str, LearningClass]
) -> bool:
    """Whether an edit fails a test each time: a test that watches the clock fails now and then."""
    again = (runner.run(program, task.suite) for _ in range(AGAIN))
    return all(killed(outcome, control) for outcome in again)


def drawn(edits: Sequence[Edit], most: int, seed: int) -> list[Edit]:
    """Return all edits, or as many of each operator as fit."""
    if len(edits) <= most:
        return list(edits)
    operators = len({edit.operator for edit in edits})
    return by_operator(edits, max(most // operators, 1), seed)[:most]


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over packages."""
    classes: Counter[str] = Counter()
    for row in rows:
        classes.update(row["classes"])
    return {
        "packages": len(rows),
        "edits": sum(row["edits"] for row in rows),
        "classes": dict(classes),
        "never": sum(row["never"] for row in rows),
        "run": sum(row["run"] for row in rows),
        "wrong": sum(len(row["wrong"]) for row in rows),
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [subject.name for subject in COLLECTED]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--most", type=int, default=200, help="edits of a package that are run")
    parser.add_argument("--seconds", type=float, default=120.0, help="of runs of a package")
    parser.add_argument("--work", type=Path, default=WORK, help="where plain runs are kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Check the packages, print a line each, write the record."""
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    fresh = options.dry or not RECORD.exists()
    rows: list[dict[str, Any]] = [] if fresh else json.loads(RECORD.read_text())["packages"]
    done = {row["package"] for row in rows}
    failed = 0
    for subject in COLLECTED:
        if subject.name not in options.only or subject.title in done:
            continue
        try:
            rows.append(check(subject, options))
        except NerionError as error:
            failed += 1
            print(subject.title, error, flush=True)
            continue
        for found in rows[-1]["wrong"]:
            print(found, flush=True)
        print({key: rows[-1][key] for key in ("package", "never", "run", "seconds")}, flush=True)
        if not options.dry:
            write_json(RECORD, record_of(rows, options))
    print(json.dumps(summary(rows)))
    return int(failed > 0 or summary(rows)["wrong"] > 0)


def record_of(rows: Sequence[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    return {
        "command": f"python benchmarks/never.py --most {options.most} --seconds {options.seconds:g}"
        f" --seed {options.seed}",
        "git": git_state(),
        "versions": versions(),
        "summary": summary(rows),
        "packages": list(rows),
    }


if __name__ == "__main__":
    sys.exit(main())
