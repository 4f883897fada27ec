"""What really became of tens of thousands of edits of real packages, test by test.

    python benchmarks/outcomes.py                        collect what is missing, then merge
    python benchmarks/outcomes.py --only idna --budget 50 --work runs/try --no-merge

Of each package, mutations inside of functions are drawn (`benchmarks/sampling.py`: functions in
turn, operators in turn) and run on the package's own suite, until `--budget` edits or `--seconds`
are spent. Only edits that some test reaches count: what no test executes cannot be killed, and is
kept (`--unreached` at most, nothing is run) only to say so. Edits that make the program import
anew cost a whole suite each: they are at most `--reimports` of a package's edits.

A package on record, in the results or as a part in the work folder, is not run again; with `--more`
it goes on from there as far as the budget allows more edits, with `--again NAME` from nothing.
Merged into `results/outcomes.parquet` (an edit a row) and `results/outcomes_tests.parquet` (the
numbers of the tests): a part of the work folder replaces what the results hold of its package, and
of all others they keep what they have.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.records import due, joined, of_packages  # noqa: E402
from benchmarks.sampling import Places, candidates, digest_of, drawn  # noqa: E402
from benchmarks.subjects import COLLECTED, Subject, prepared  # noqa: E402
from benchmarks.tables import read_rows, write_rows  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply  # noqa: E402
from nerion_gym.edits.registry import OPERATORS  # noqa: E402
from nerion_gym.errors import NerionError  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.tasks.builder import control_of  # noqa: E402
from nerion_gym.types.edit import Kind  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import LearningClass, Outcome
    from nerion_gym.types.task import Task

RESULTS = ROOT / "benchmarks" / "results"
WORK = ROOT / "runs" / "outcomes"
MUTATIONS = tuple(row for row in OPERATORS if row.kind is Kind.MUTATION)
CHUNK = 25
SHOWN = 60
"""Bytes of an edit's texts that are kept, for people: the digest tells it from all others."""
TYPES = {
    "package": "word", "version": "word", "edit": "string", "operator": "word", "path": "word",
    "function": "word", "start": "int32", "end": "int32", "before": "string", "after": "string",
    "route": "word", "reaching": "int32", "killed": "bool", "changed": "int16s",
    "classes": "int8s", "seconds": "float32",
}  # fmt: skip
TEST_TYPES = {"package": "word", "number": "int16", "test": "string"}


class Collection:
    """The run of one package: takes edits in their drawn order until a budget is spent."""

    def __init__(self, subject: Subject, task: Task, options: argparse.Namespace) -> None:
        self.subject = subject
        self.task = task
        self.options = options
        self.control = control_of(task).classes
        self.numbers = {test: number for number, test in enumerate(self.control)}
        self.rows = [] if subject.name in options.again else known_rows(subject, options.work)
        routes = Counter(row["route"] for row in self.rows)
        self.unreached = routes["unreached"]
        self.reimports = routes["reimport"]
        self.taken = routes.total() - self.unreached

    def run(self, runner: LocalRunner) -> None:
        """Run edits in chunks."""
        ends = time.monotonic() + self.options.seconds
        waiting: list[tuple[Edit, str, str, int]] = []
        for entry in self._chosen(runner):
            waiting.append(entry)
            if len(waiting) == CHUNK:
                self._run(runner, waiting)
                waiting = []
                if time.monotonic() > ends:
                    break
        self._run(runner, waiting)

    def _chosen(self, runner: LocalRunner) -> Iterator[tuple[Edit, str, str, int]]:
        """Yield edits to run with function, route and number of tests; note unreached ones."""
        task = self.task
        assert task.baseline is not None  # noqa: S101  measured above
        places = Places(task.program, task.baseline.coverage)
        found = candidates(enumerate_edits(task.program, MUTATIONS, None), places)
        order = drawn([(key, edit.operator) for edit, key in found], self.options.seed)
        known = {row["edit"] for row in self.rows}
        for edit, key in (found[number] for number in order):
            if self.taken >= self.options.budget:
                return
            if digest_of(edit) in known:
                continue
            reaching = len(places.reaching(edit))
            if not reaching:
                self._note_unreached(edit, key[1])
                continue
            plan = runner.explain(apply(task.program, edit), task.suite)
            if plan.route == "unreached":
                self._note_unreached(edit, key[1])
                continue
            if plan.route == "reimport":
                if self.reimports >= self.options.reimports * self.options.budget:
                    continue
                self.reimports += 1
            self.taken += 1
            yield edit, key[1], plan.route, reaching

    def _note_unreached(self, edit: Edit, function: str) -> None:
        if self.unreached < self.options.unreached:
            self.unreached += 1
            self.rows.append(self._row(edit, function, "unreached", 0))

    def _run(self, runner: LocalRunner, entries: list[tuple[Edit, str, str, int]]) -> None:
        programs = [apply(self.task.program, edit) for edit, *_ in entries]
        outcomes = runner.run_many(programs, self.task.suite)
        for (edit, function, route, reaching), outcome in zip(entries, outcomes, strict=True):
            row = self._row(edit, function, route, reaching)
            self.rows.append(row | self._became(outcome))

    def _row(self, edit: Edit, function: str, route: str, reaching: int) -> dict[str, Any]:
        first = edit.splices[0]
        return {
            "package": self.subject.name,
            "version": self.subject.version,
            "edit": digest_of(edit),
            "operator": edit.operator,
            "path": edit.site.path,
            "function": function,
            "start": edit.site.start,
            "end": edit.site.end,
            "before": first.before[:SHOWN].decode(errors="replace"),
            "after": first.after[:SHOWN].decode(errors="replace"),
            "route": route,
            "reaching": reaching,
            "killed": False,
            "changed": [],
            "classes": [],
            "seconds": 0.0,
        }

    def _became(self, outcome: Outcome) -> dict[str, Any]:
        """Return which tests have another class than on the unchanged program, and which."""
        changed = changes(self.control, outcome.classes)
        # The last stage is waiting for the other edits of the chunk.
        seconds = sum(spent for _, spent in outcome.stages[:-1])
        return {
            "killed": bool(changed),
            "changed": [self.numbers[test] for test in changed],
            "classes": [int(found) for found in changed.values()],
            "seconds": round(seconds, 4),
        }


def changes(
    control: dict[str, LearningClass], found: dict[str, LearningClass]
) -> dict[str, LearningClass]:
    """Return the tests of the suite whose class is another than in the control run."""
    return {test: kind for test, kind in found.items() if test in control and kind != control[test]}


def collect(subject: Subject, options: argparse.Namespace) -> dict[str, Any]:
    """Run a package's edits and write its part; return what to print."""
    started = time.monotonic()
    with LocalRunner(cache=False) as runner:
        task = prepared(subject, runner, options.work)
        ready = time.monotonic()
        collection = Collection(subject, task, options)
        collection.run(runner)
    rows, ended = collection.rows, time.monotonic()
    tests = [
        {"package": subject.name, "number": number, "test": test}
        for test, number in collection.numbers.items()
    ]
    write_rows(options.work / f"{subject.title}.tests.parquet", tests, TEST_TYPES)
    write_rows(options.work / f"{subject.title}.parquet", rows, TYPES)
    ran = [row for row in rows if row["reaching"]]
    return {
        "package": subject.title,
        "tests": len(tests),
        "ran": len(ran),
        "survived": round(1 - sum(row["killed"] for row in ran) / max(len(ran), 1), 3),
        "unreached": collection.unreached,
        "reimports": collection.reimports,
        "functions": len({row["function"] for row in ran}),
        "measuring": round(ready - started, 1),
        "seconds": round(ended - ready, 1),
    }


def results(name: str) -> list[dict[str, Any]]:
    """Return the recorded rows of "outcomes" or "outcomes_tests"."""
    path = RESULTS / f"{name}.parquet"
    return read_rows(path) if path.exists() else []


def parts_of(work: Path) -> list[Path]:
    """Return the files of a work folder that hold the edits of a package."""
    return sorted(path for path in work.glob("*.parquet") if ".tests." not in path.name)


def known_rows(subject: Subject, work: Path) -> list[dict[str, Any]]:
    """Return the rows of a package's part, else those of its version in the results."""
    part = work / f"{subject.title}.parquet"
    if part.exists():
        return read_rows(part)
    rows = of_packages(results("outcomes"), [subject.name])
    return [row for row in rows if row["version"] == subject.version]


def versions_known(work: Path) -> dict[str, str]:
    """Return package to version of all that is on record; a part counts more than the results."""
    rows = [*results("outcomes"), *(row for path in parts_of(work) for row in read_rows(path))]
    return {row["package"]: row["version"] for row in rows}


def merge(work: Path) -> dict[str, Any]:
    """Put all parts of a work folder into the results; return their size."""
    parts = parts_of(work)
    tests = [path.with_suffix(".tests.parquet") for path in parts]
    told: dict[str, Any] = {"packages": 0, "rows": 0, "bytes": {}}
    for name, files, types in (
        ("outcomes", parts, TYPES),
        ("outcomes_tests", tests, TEST_TYPES),
    ):
        path = RESULTS / f"{name}.parquet"
        rows = joined(results(name), (row for file in files for row in read_rows(file)))
        write_rows(path, rows, types)
        told["bytes"][path.name] = path.stat().st_size
        if types is TYPES:
            told |= {"packages": len({row["package"] for row in rows}), "rows": len(rows)}
    return told


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [subject.name for subject in COLLECTED]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--work", type=Path, default=WORK, help="where the parts lie")
    parser.add_argument("--budget", type=int, default=550, help="edits of a package that are run")
    parser.add_argument("--seconds", type=float, default=120.0, help="of a package, without setup")
    parser.add_argument("--unreached", type=int, default=20, help="edits kept that none reaches")
    parser.add_argument("--reimports", type=float, default=0.05, help="share that imports anew")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--more", action="store_true", help="go on with packages on record")
    parser.add_argument(
        "--again", nargs="+", choices=names, default=[], metavar="NAME", help="from nothing"
    )
    parser.add_argument("--no-merge", dest="merge", action="store_false")
    return parser.parse_args(argv)


def main() -> int:
    """Collect what is missing, a line a package; merge."""
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    failed = 0
    known = {} if options.more else versions_known(options.work)
    for subject in due(COLLECTED, known, options.only, options.again):
        try:
            print(collect(subject, options), flush=True)
        except NerionError:
            failed += 1
            print(subject.title, traceback.format_exc(limit=1), flush=True)
    if options.merge:
        print(merge(options.work))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
