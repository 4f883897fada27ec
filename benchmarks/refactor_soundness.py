"""Do refactors keep tests green? Edits at sites that a test reaches, on real packages.

    python benchmarks/refactor_soundness.py                       every refactor, and record
    python benchmarks/refactor_soundness.py --dry --operators flip_comparison --packages toolz
    python benchmarks/refactor_soundness.py --dry --per 5 --packages inflection h11

Each package's own tests run on each edited program; what they say is compared with the control
run, test by test: id, status, exception and phase. Of each operator so many edits a package are
drawn (`--per`). An edit under which a test differs is run twice more: a test that then says what it
said before is one that measures time, and is recorded as `unsteady`. Resumable: a package on record
is not run again, but for kinds of which fewer were run than there are: `--more NAME`. Records
`results/refactor_soundness.json`. Exit code 1 where a test differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import apply, diff  # noqa: E402
from nerion_gym.edits.registry import OPERATORS, resolve  # noqa: E402
from nerion_gym.execution.control import measure  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.syntax.module import parse_module  # noqa: E402
from nerion_gym.types.edit import Kind  # noqa: E402
from tests.support.sources import SUBJECTS, load  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from tests.support.sources import Subject

RECORD = ROOT / "benchmarks" / "results" / "refactor_soundness.json"
REFACTORS = tuple(row for row in OPERATORS if row.kind is Kind.REFACTOR)
PACKAGES = (
    "inflection", "toolz", "h11", "xmltodict", "voluptuous", "tinydb", "pathspec", "cachetools",
    "jsonpointer", "boltons", "bottle", "simpleeval", "tabulate", "sqlparse", "humanize",
    "itsdangerous", "parse", "anytree", "semver", "zope.event",
)  # fmt: skip
"""mistune is not among them: its suite measures time, and is refused as flaky on a busy machine."""
PER_OPERATOR = 16
ENOUGH = 30
TRIES = 3
SHOWN_TESTS = 5


def drawn(
    edits: Sequence[Edit], baseline: Baseline, per: int, seed: int
) -> tuple[list[Edit], Counter[str]]:
    """Return at most so many reached edits of each operator, and how many were proposed of each."""
    rng = np.random.default_rng(seed)
    by_operator: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_operator[edit.operator].append(edit)
    chosen: list[Edit] = []
    for found in by_operator.values():
        reached = [edit for edit in found if is_reached(edit, baseline)]
        order = rng.permutation(len(reached))[:per]
        chosen += [reached[int(index)] for index in order]
    return chosen, Counter(edit.operator for edit in edits)


def is_reached(edit: Edit, baseline: Baseline) -> bool:
    """Whether some test executes the lines of an edit's site."""
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


def compared(runner: LocalRunner, baseline: Baseline, edit: Edit) -> tuple[Outcome, list[str], int]:
    """Return an edit's outcome, what differs however often it is run, and how often it was."""
    program = apply(baseline.program, edit)
    outcome, tries = runner.run(program, baseline.suite), 1
    while (found := differing(baseline.control, outcome)) and tries < TRIES:
        outcome, tries = runner.run(program, baseline.suite), tries + 1
    return outcome, found, tries


def failures(
    runner: LocalRunner, baseline: Baseline, edits: Sequence[Edit]
) -> Iterator[tuple[Edit, Outcome, dict[str, Any] | None]]:
    """Run each edit; yield its outcome and, where a test differed, what is recorded of it."""
    for edit in edits:
        outcome, found, tries = compared(runner, baseline, edit)
        record = {
            "operator": edit.operator,
            "diff": diff(baseline.program, edit),
            "tests": found[:SHOWN_TESTS],
            "runs": tries,
        }
        yield edit, outcome, record if tries > 1 else None


def run_more(result: dict[str, Any], name: str, runner: LocalRunner, options: Any) -> None:
    """Run more edits of one operator on a package that is on record; they replace those there."""
    subject = next(one for one in SUBJECTS if one.title == result["package"])
    task = load(subject)
    baseline = measure(runner, task.program, task.suite)
    proposed = enumerate_edits(task.program, REFACTORS, None)
    chosen, _ = drawn(proposed, baseline, options.per, options.seed)
    wanted = [edit for edit in chosen if edit.operator == name]
    result["run"][name] = len(wanted)
    for _, outcome, record in failures(runner, baseline, wanted):
        result["selected"] += outcome.selected
        if record is not None:
            result["failures" if record["tests"] else "unsteady"].append(record)
            print(record["diff"], *record["tests"], sep="\n", flush=True)


def check_subject(
    subject: Subject, runner: LocalRunner, operators: tuple[Operator, ...], per: int, seed: int
) -> dict[str, Any]:
    """Measure a package, then run its refactors."""
    started = time.perf_counter()
    task = load(subject)
    baseline = measure(runner, task.program, task.suite)
    proposed = enumerate_edits(task.program, operators, None)
    chosen, counts = drawn(proposed, baseline, per, seed)
    run, odd, selected = Counter[str](), [], 0
    for edit, outcome, record in failures(runner, baseline, chosen):
        run[edit.operator] += 1
        selected += outcome.selected
        if record is not None:
            odd.append(record)
            print(record["diff"], *record["tests"], sep="\n", flush=True)
    return {
        "package": subject.title,
        "tests": len(baseline.control.results),
        "proposed": dict(sorted(counts.items())),
        "reached": reached_by(proposed, baseline),
        "run": dict(sorted(run.items())),
        "selected": selected,
        "failures": [record for record in odd if record["tests"]],
        "unsteady": [record for record in odd if not record["tests"]],
        "seconds": round(time.perf_counter() - started, 1),
    }


def reached_by(edits: Sequence[Edit], baseline: Baseline) -> dict[str, int]:
    """Return how many edits of each operator a test reaches."""
    found = Counter(edit.operator for edit in edits if is_reached(edit, baseline))
    return dict(sorted(found.items()))


def summed(packages: Sequence[dict[str, Any]], key: str) -> dict[str, int]:
    """Return the sum over packages, by operator."""
    total: Counter[str] = Counter()
    for package in packages:
        total.update(package[key])
    return dict(sorted(total.items()))


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [row.name for row in REFACTORS]
    parser.add_argument("--operators", nargs="+", choices=names, metavar="OPERATOR", default=names)
    parser.add_argument("--packages", nargs="+", default=list(PACKAGES), metavar="PACKAGE")
    parser.add_argument("--more", metavar="OPERATOR", help="run more of it on what is on record")
    parser.add_argument("--per", type=int, default=PER_OPERATOR, help="edits of an operator each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Check the packages, print a line each, write the record."""
    options = parse()
    operators = resolve(options.operators)
    known = (
        {"packages": []} if options.dry or not RECORD.exists() else json.loads(RECORD.read_text())
    )
    results = list(known["packages"])
    done = {result["package"] for result in results}
    with LocalRunner(cache=False) as runner:
        for result in results if options.more else ():
            left = result["reached"].get(options.more, 0) - result["run"].get(options.more, 0)
            if left > 0 and result["package"].rpartition("-")[0] in options.packages:
                run_more(result, options.more, runner, options)
                print({"package": result["package"], **result["run"]}, flush=True)
                write_json(RECORD, record_of(results, options))
        for subject in SUBJECTS if not options.more else ():
            if subject.name not in options.packages or subject.title in done:
                continue
            results.append(check_subject(subject, runner, operators, options.per, options.seed))
            last = results[-1]
            shown = {key: len(last[key]) for key in ("failures", "unsteady")}
            count = sum(last["run"].values())
            print(
                {"package": last["package"], "edits": count, **shown}, last["seconds"], flush=True
            )
            if not options.dry:
                write_json(RECORD, record_of(results, options))
    total = sum(len(result["failures"]) for result in results)
    print({"run": sum(summed(results, "run").values()), "failures": total})
    return 1 if total else 0


def few(results: list[dict[str, Any]]) -> dict[str, str]:
    """Return the operators of which not enough were run, and what there was."""
    run, reached, proposed = (summed(results, key) for key in ("run", "reached", "proposed"))
    return {
        row.name: f"{proposed.get(row.name, 0)} sites in these packages, "
        f"{reached.get(row.name, 0)} that a test reaches, {run.get(row.name, 0)} run"
        for row in REFACTORS
        if run.get(row.name, 0) < ENOUGH
    }


def record_of(results: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    return {
        "command": f"python benchmarks/refactor_soundness.py --per {PER_OPERATOR}",
        "git": git_state(),
        "seed": options.seed,
        "versions": versions(),
        "run": summed(results, "run"),
        "edits": sum(summed(results, "run").values()),
        "failures": sum(len(result["failures"]) for result in results),
        "unsteady": sum(len(result["unsteady"]) for result in results),
        "few": few(results),
        "packages": results,
    }


if __name__ == "__main__":
    sys.exit(main())
