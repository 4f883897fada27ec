"""Real packages, confined and unconfined: does every test come out the same?

    python benchmarks/confined.py                    what is missing, into results/confined.json
    python benchmarks/confined.py --only h11 --again --dry

For each package of `tests/support/sources.py`: the clean suite and 15 seeded edits (every operator,
anywhere in the package) run unconfined (`NERION_UNSAFE=1`), in package containment and, where the
suite was seen to need neither processes nor a network, in strict containment. Verdicts are compared
test by test: status, exception, phase. What differs is run a second time both ways before it
counts. Each package is recorded as it ends, and not run again. Exit code 1 where one differs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.containment import NONE, unconfined
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.errors import NerionError
from nerion_gym.execution.confinement.machine import layers
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.logbook.versions import versions
from nerion_gym.types.outcome import Status
from nerion_gym.types.suite import PACKAGE, STRICT
from tests.support.sources import SUBJECTS, due, load, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task
    from tests.support.sources import Subject

    Returned = TypeVar("Returned")

RECORD = Path(__file__).with_name("results") / "confined.json"
SEED, EDITS, KEPT_LINES = 4, 15, 20
STRICTLY_FINE = {"temporary files"}
LIMITS = (Status.TIMEOUT, Status.MEMORY)
"""Which of two limits ends a loop that allocates depends on the machine's speed."""


class Side:
    """A task in one containment, measured, with a runner of its own."""

    def __init__(self, kind: str, task: Task) -> None:
        self.kind = kind
        self.suite = replace(task.suite, containment=STRICT if kind == STRICT else PACKAGE)
        self.runner = self._within(lambda: LocalRunner(cache=False))
        try:
            self.baseline = self._within(lambda: measure(self.runner, task.program, self.suite))
        except NerionError:
            self.runner.close()
            raise

    def run(self, program: Program) -> Outcome:
        """Run a program.

        Raises:
            RuntimeError: it was not confined as it should have been.
        """
        outcome = self._within(lambda: self.runner.run(program, self.suite))
        if outcome.containment != self.kind:
            raise RuntimeError(f"{self.kind} runs were confined as {outcome.containment!r}")
        return outcome

    def control(self) -> Outcome:
        """Run the whole suite on the unchanged program."""
        program = self.baseline.program
        return self._within(lambda: self.runner.control(program, self.suite))

    def _within(self, work: Callable[[], Returned]) -> Returned:
        with unconfined() if self.kind == NONE else nullcontext():
            return work()


def differing(one: Outcome, other: Outcome) -> list[str]:
    """Return a line for each test on which two outcomes disagree."""
    lines = []
    verdicts = {result.id: result for result in other.results}
    for result in one.results:
        found = verdicts.pop(result.id, None)
        both = [r and (r.status.name, r.exception, r.phase) for r in (result, found)]
        limited = found and result.status in LIMITS and found.status in LIMITS
        if both[0] != both[1] and not limited:
            lines.append(f"{result.id}: unconfined {both[0]}, confined {both[1]}")
    return lines + [f"{test}: only confined" for test in verdicts]


def compare(free: Side, bound: Side, program: Program | None) -> list[str]:
    """Return the tests that differ, twice: of a program, or of the clean suite."""

    def once() -> list[str]:
        if program is None:
            return differing(free.control(), bound.control())
        return differing(free.run(program), bound.run(program))

    return once() and once()


def compare_kind(task: Task, free: Side, kind: str, programs: dict[str, Program]) -> dict[str, Any]:
    """Compare a containment with none: the clean suite, then each edit."""
    try:
        bound = Side(kind, task)
    except NerionError as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    with bound.runner:
        clean = differing(free.baseline.control, bound.baseline.control)
        clean = clean and compare(free, bound, None)
        found = [
            f"{edit}: {line}"
            for edit, program in programs.items()
            for line in compare(free, bound, program)
        ]
        return {
            "clean_differences": clean[:KEPT_LINES],
            "differences": found[:KEPT_LINES],
            "differing_tests": len(clean) + len(found),
            "retried": bound.runner.stats.retried,
        }


def check_subject(subject: Subject, count: int) -> dict[str, Any]:
    """Load, measure and compare one package; a refusal is recorded as what it says."""
    started = time.perf_counter()
    shown = {"package": subject.title, "kind": subject.kind}
    try:
        task = load(subject)
        free = Side(NONE, task)
    except NerionError as error:
        return {**shown, "refused": f"{type(error).__name__}: {error}"}
    edits = enumerate_edits(task.program, tuple(OPERATORS), None)
    order = np.random.default_rng(SEED).permutation(len(edits))[:count]
    chosen = [edits[int(index)] for index in order]
    programs = {f"{edit.operator} {edit.splices}": apply(task.program, edit) for edit in chosen}
    coverage, tests = free.baseline.coverage, len(free.baseline.control.results)
    # A traced run that was cut short says nothing of what the suite needs.
    strictly = len(coverage.tests) == tests and STRICTLY_FINE.issuperset(coverage.needs)
    with free.runner:
        kinds = (PACKAGE, STRICT) if strictly else (PACKAGE,)
        confined = {kind: compare_kind(task, free, kind, programs) for kind in kinds}
    statuses = Counter(r.status.name.lower() for r in free.baseline.control.results)
    return {
        **shown,
        "tests": tests,
        "traced": len(coverage.tests),
        "statuses": dict(statuses),
        "needs": list(coverage.needs),
        "edits": len(programs),
        "confined": confined,
        "load": [round(value, 1) for value in os.getloadavg()],
        "seconds": round(time.perf_counter() - started, 1),
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over packages, containment by containment."""
    found = {}
    for kind in (PACKAGE, STRICT):
        ran = [row for row in rows if kind in row.get("confined", {})]
        fine = [row for row in ran if "refused" not in row["confined"][kind]]
        found[kind] = {
            "packages": len(fine),
            "refused": [row["package"] for row in ran if row not in fine],
            "edits": sum(row["edits"] for row in fine),
            "differing_tests": sum(row["confined"][kind]["differing_tests"] for row in fine),
        }
    return found


def recorded() -> dict[str, Any]:
    """Return what is on record, or an empty record."""
    if RECORD.exists():
        return json.loads(RECORD.read_text(encoding="utf-8"))
    return {"command": "python benchmarks/confined.py", "seed": SEED, "packages": []}


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[subject.name for subject in SUBJECTS])
    parser.add_argument("--edits", type=int, default=EDITS)
    parser.add_argument("--again", action="store_true", help="what is on record too")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args()


def main() -> int:
    """Run what is missing, record each package as it ends, print the sums."""
    options = parse()
    record = recorded()
    for subject in due(record["packages"], options.only, again=options.again):
        row = check_subject(subject, options.edits)
        put(record["packages"], row)
        record["total"] = totals(record["packages"])
        record["layers"] = {kind: layers(kind) for kind in (PACKAGE, STRICT)}
        record["versions"] = versions()
        if not options.dry:
            write_json(RECORD, record)
        print(json.dumps(row), flush=True)
    sums = totals(record["packages"])
    print(json.dumps(sums))
    return int(any(kind["differing_tests"] or kind["refused"] for kind in sums.values()))


if __name__ == "__main__":
    sys.exit(main())
