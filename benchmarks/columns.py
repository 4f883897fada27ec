"""What is known of edits before they are run, as columns in named groups.

    python benchmarks/columns.py                      all packages that have outcomes
    python benchmarks/columns.py --again trace        trace anew, where the tracer has changed

Three stages a package, each kept in the work folder: one traced run of the unchanged suite
(`LocalRunner.trace`), micro-executions of the edits (`LocalRunner.micro`), and the columns, which
run nothing. Nothing reads an outcome: of `results/outcomes.parquet` only the edits are looked at.

A column's name begins with its group: operator, syntax, tests, values, checks, infection, micro.
Written to `results/columns.parquet` where it fits into `--most` bytes.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.columns_checks import checks_columns, read_checks  # noqa: E402
from benchmarks.columns_flow import Flows  # noqa: E402
from benchmarks.columns_near import Near  # noqa: E402
from benchmarks.columns_program import Whole  # noqa: E402
from benchmarks.columns_seen import Seen  # noqa: E402
from benchmarks.columns_syntax import operator_columns, syntax_columns  # noqa: E402
from benchmarks.columns_tests import Tests  # noqa: E402
from benchmarks.columns_trace import Traced, micro_columns  # noqa: E402
from benchmarks.columns_turned import turned_columns  # noqa: E402
from benchmarks.columns_words import word_columns  # noqa: E402
from benchmarks.outcomes import MUTATIONS, RESULTS, WORK  # noqa: E402
from benchmarks.sampling import Places, digest_of  # noqa: E402
from benchmarks.subjects import COLLECTED, Subject, prepared  # noqa: E402
from benchmarks.tables import read_rows, write_columns  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.errors import NerionError  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.task import Task
    from nerion_gym.types.trace import MicroTrace, Trace

STAGES = ("trace", "micro", "columns")
MOST = 5_000_000


class Stages:
    """The stages of one package; what is kept of one counts as long as the edits are the same."""

    def __init__(
        self, subject: Subject, wanted: frozenset[str], work: Path, again: Sequence[str]
    ) -> None:
        self.subject = subject
        self.wanted = wanted
        self.work = work
        self.again = again
        self.seconds: dict[str, float] = {}

    def run(self) -> list[dict[str, Any]]:
        """Return the package's rows."""
        kept = {stage: self._kept(stage) for stage in STAGES}
        if None not in kept.values():
            return list(kept["columns"])
        with LocalRunner(cache=False) as runner:
            task = prepared(self.subject, runner, self.work)
            edits = recorded(self.wanted, task)
            trace = self._stage("trace", lambda: runner.trace(task.program, task.suite, edits))
            found = self._stage("micro", lambda: runner.micro(task.program, edits, trace))
        self.again = ("columns",)
        return list(
            self._stage("columns", lambda: rows_of(self.subject, task, edits, trace, found))
        )

    def _kept(self, stage: str) -> Any:
        """Return what is kept of a stage; None where it has to be done."""
        path = self.work / f"{self.subject.title}.{stage}"
        if stage in self.again or not path.exists():
            return None
        wanted, found = pickle.loads(path.read_bytes())  # noqa: S301  written below
        return found if wanted == self.wanted else None

    def _stage(self, stage: str, work: Callable[[], Any]) -> Any:
        """Read what is kept of a stage, or do it and keep it."""
        found = self._kept(stage)
        if found is None:
            started = time.monotonic()
            found = work()
            self.seconds[stage] = round(time.monotonic() - started, 2)
            path = self.work / f"{self.subject.title}.{stage}"
            path.write_bytes(pickle.dumps((self.wanted, found)))
        return found


def reached(outcomes: Path) -> dict[tuple[str, str], frozenset[str]]:
    """Return the edits of each package and version that tests reach, by digest."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in read_rows(outcomes, ["package", "version", "edit", "reaching"]):
        if row["reaching"]:
            found[row["package"], row["version"]].add(row["edit"])
    return {package: frozenset(edits) for package, edits in found.items()}


def recorded(wanted: Collection[str], task: Task) -> tuple[Edit, ...]:
    """Return the edits of these digests in canonical order."""
    every = enumerate_edits(task.program, MUTATIONS, None)
    found = {digest: edit for edit in every if (digest := digest_of(edit)) in wanted}
    return tuple(found.values())


def rows_of(
    subject: Subject,
    task: Task,
    edits: Sequence[Edit],
    trace: Trace,
    micro: Sequence[MicroTrace],
) -> list[dict[str, Any]]:
    """Return a row for each edit."""
    assert task.baseline is not None  # noqa: S101  it was prepared
    places = Places(task.program, task.baseline.coverage)
    tests = Tests(task.baseline)
    traced = Traced(trace, tests)
    checks = read_checks(task, trace, edits)
    whole, flows = Whole(task.baseline, tests), Flows(task.baseline)
    near, together = Near(task.baseline, tests), Seen(traced, task.program, checks)
    rows = []
    for number, edit in enumerate(edits):
        function = places.function(edit)
        assert function is not None  # noqa: S101  only such are recorded
        reach, seen = places.reaching(edit), trace.edits[number]
        rows.append(
            {"package": subject.name, "edit": digest_of(edit)}
            | operator_columns(edit)
            | syntax_columns(task.program, edit, function)
            | word_columns(task.program, edit, function)
            | turned_columns(task.program, edit)
            | tests.columns(edit, function, reach)
            | near.columns(edit, function, reach)
            | flows.columns(edit, function, reach)
            | whole.columns(edit, function, reach)
            | traced.columns(number, edit, function, reach)
            | checks_columns(checks, number, seen.reached)
            | together.columns(number, edit, function, reach)
            | micro_columns(micro[number], seen, traced.called(function), reach)
        )
    return rows


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [subject.name for subject in COLLECTED]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--outcomes", type=Path, default=RESULTS / "outcomes.parquet")
    parser.add_argument("--work", type=Path, default=WORK, help="where stages are kept")
    parser.add_argument("--again", nargs="*", choices=STAGES, default=[], help="not as kept")
    parser.add_argument("--most", type=int, default=MOST, help="bytes of the file of columns")
    parser.add_argument("--no-merge", dest="merge", action="store_false")
    return parser.parse_args(argv)


def main() -> int:
    """Compute the columns of all packages that have outcomes; a line each; write them."""
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    wanted = reached(options.outcomes)
    rows: list[dict[str, Any]] = []
    failed = 0
    for subject in COLLECTED:
        edits = wanted.get((subject.name, subject.version))
        if edits is None or subject.name not in options.only:
            continue
        stages = Stages(subject, edits, options.work, options.again)
        try:
            found = stages.run()
        except NerionError as error:
            failed += 1
            print(subject.title, error, flush=True)
            continue
        rows += found
        print({"package": subject.title, "edits": len(found)} | stages.seconds, flush=True)
    if options.merge:
        path = options.work / "columns.parquet"
        write_columns(path, rows)
        size = path.stat().st_size
        if size <= options.most:
            path.replace(RESULTS / path.name)
        print({"rows": len(rows), "bytes": size, "kept": size <= options.most})
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
