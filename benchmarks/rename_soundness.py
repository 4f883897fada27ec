"""Does `rename_local` keep tests green? Every rename that a test reaches, on real packages.

python benchmarks/rename_soundness.py [--seed 0] [--only NAME]

Runs each package's own tests on each renamed program and compares them with the control run, test
by test: id, status, exception and phase. `inflection` and `toolz` are taken whole; `tabulate` adds
a seeded sample of other people's habits: long functions, nested ones, f-strings.
Writes benchmarks/results/rename_soundness.json with command, versions, seed and counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply, diff  # noqa: E402
from nerion_gym.edits.registry import resolve  # noqa: E402
from nerion_gym.execution.control import measure  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.syntax.module import parse_module  # noqa: E402
from nerion_gym.tasks.package import load_package  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome

RECORD = ROOT / "benchmarks" / "results" / "rename_soundness.json"
RENAME = resolve(["rename_local"])
SHOWN_TESTS = 5


@dataclass(frozen=True)
class Subject:
    """A package of the index with its suite.

    Attributes:
        name: of the source distribution.
        version: pinned.
        path: the package inside the distribution.
        tests: its suite inside the distribution.
        most: run at most this many renames, drawn; None: all.
    """

    name: str
    version: str
    path: str
    tests: str
    most: int | None = None


SUBJECTS = (
    Subject("inflection", "0.5.1", "inflection", "test_inflection.py"),
    Subject("toolz", "1.2.0", "toolz", "toolz/tests"),
    Subject("tabulate", "0.9.0", "tabulate", "test", most=60),
)


@dataclass(frozen=True)
class Soundness:
    """What came of a package's renames.

    Attributes:
        package: name and version.
        tests: tests in the suite.
        proposed: renames in the catalog.
        reached: of these, whose first binding is on a line that a test executes.
        run: of these, run.
        selected: tests that ran, summed over the renames.
        failures: a diff and the tests that differ, for each rename that changed a test.
        by_file: renames run, by file.
        seconds: wall time, control and coverage included.
    """

    package: str
    tests: int
    proposed: int
    reached: int
    run: int
    selected: int
    failures: tuple[dict[str, Any], ...]
    by_file: dict[str, int]
    seconds: float


def is_reached(edit: Edit, baseline: Baseline) -> bool:
    """Whether some test executes the line that first binds the renamed variable."""
    path = edit.site.path
    module = parse_module(path, baseline.program.source(path))
    return bool(baseline.coverage.reaching(path, module.lines(edit.site)))


def differing(control: Outcome, outcome: Outcome) -> list[str]:
    """Return what differs, test by test, in words."""
    before, after = control.by_id(), outcome.by_id()
    return [
        f"{name}: {before.get(name)} -> {after.get(name)}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def failures(
    runner: LocalRunner, baseline: Baseline, edits: list[Edit]
) -> Iterator[tuple[Outcome, dict[str, Any] | None]]:
    """Run each rename; yield its outcome and, where a test differs, what is recorded of it."""
    for edit in edits:
        outcome = runner.run(apply(baseline.program, edit), baseline.suite)
        found = differing(baseline.control, outcome)
        record = {"diff": diff(baseline.program, edit), "tests": found[:SHOWN_TESTS]}
        yield outcome, record if found else None


def check_subject(subject: Subject, runner: LocalRunner, rng: np.random.Generator) -> Soundness:
    """Measure a package, then run its renames."""
    from tests.support.sources import fetch

    start = time.perf_counter()
    root = fetch(subject.name, subject.version)
    task = load_package(root / subject.path, str(root / subject.tests))
    baseline = measure(runner, task.program, task.suite)
    proposed = enumerate_edits(task.program, RENAME, None)
    reached = [edit for edit in proposed if is_reached(edit, baseline)]
    order = rng.permutation(len(reached))[: subject.most]
    chosen = [reached[int(index)] for index in sorted(order)]
    results = list(failures(runner, baseline, chosen))
    return Soundness(
        package=f"{subject.name}-{subject.version}",
        tests=len(baseline.control.results),
        proposed=len(proposed),
        reached=len(reached),
        run=len(chosen),
        selected=sum(outcome.selected for outcome, _ in results),
        failures=tuple(record for _, record in results if record is not None),
        by_file=dict(Counter(edit.site.path for edit in chosen)),
        seconds=round(time.perf_counter() - start, 1),
    )


def main() -> None:
    """Check the packages, print a line each, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[subject.name for subject in SUBJECTS])
    options = parser.parse_args()
    results = []
    with LocalRunner() as runner:
        for subject in SUBJECTS:
            if options.only in (None, subject.name):
                rng = np.random.default_rng(options.seed)
                results.append(check_subject(subject, runner, rng))
                print({**asdict(results[-1]), "failures": len(results[-1].failures)})
                for failure in results[-1].failures:
                    print(failure["diff"], *failure["tests"], sep="\n")
    if options.only is None:
        record = {
            "command": f"python benchmarks/rename_soundness.py --seed {options.seed}",
            "seed": options.seed,
            "versions": versions(),
            "run": sum(result.run for result in results),
            "failures": sum(len(result.failures) for result in results),
            "packages": [asdict(result) for result in results],
        }
        write_json(RECORD, record)
        print(RECORD.relative_to(ROOT))


if __name__ == "__main__":
    main()
