"""Twenty thousand edits of real packages: what every edit must keep to, asked of each.

    python benchmarks/edits.py                            every package, and record
    python benchmarks/edits.py --dry --packages toolz --per 5

Of each operator so many edits a package are drawn (`--per`). Each must parse and compile, be undone
byte for byte, stand in canonical order; refactors must leave every name resolved and give pyflakes
nothing new. Of each repairable operator some are drawn (`--repairs`) whose inverse must be listed
in the catalog of the changed program. Resumable: a package on record is not run again. Records
`results/edits.json`. Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.progress import track  # noqa: E402

from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.edits.catalog import enumerate_edits  # noqa: E402
from nerion_gym.edits.preview import diff  # noqa: E402
from nerion_gym.edits.registry import OPERATORS, operator  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.types.edit import Kind  # noqa: E402
from nerion_gym.types.program import Program  # noqa: E402
from tests.support.edits import by_operator, complaints, is_repairable, place  # noqa: E402
from tests.support.sources import PINNED, fetch  # noqa: E402

RECORD = ROOT / "benchmarks" / "results" / "edits.json"
PACKAGES = (
    "inflection", "toolz", "h11", "voluptuous", "tinydb", "cachetools", "boltons", "sqlparse",
    "mistune", "tenacity", "humanize", "parse", "anytree", "waitress", "more-itertools",
)  # fmt: skip
PER_OPERATOR, REPAIRS = 30, 2
LARGEST = 1 << 17


def sources(name: str) -> Program:
    """Return every Python file of a pinned source distribution, tests included."""
    root = fetch(name, PINNED[name])
    paths = [path for path in sorted(root.rglob("*.py")) if path.stat().st_size < LARGEST]
    return Program.from_files(
        {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    )


def check(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Ask everything of a package's edits."""
    started = time.perf_counter()
    program = sources(name)
    edits = enumerate_edits(program, OPERATORS, None)
    wrong: list[dict[str, Any]] = []
    if [place(edit) for edit in edits] != sorted(place(edit) for edit in edits):
        wrong.append({"operator": "", "diff": "", "why": ["not in canonical order"]})
    chosen = by_operator(edits, options.per, options.seed)
    for edit in track(chosen, f"{name}: edits", disable=not sys.stdout.isatty()):
        why = complaints(program, edit)
        if why:
            wrong.append({"operator": edit.operator, "diff": diff(program, edit), "why": why})
    mutations = [edit for edit in edits if is_promised(edit.operator)]
    repairs = by_operator(mutations, options.repairs, options.seed)
    for edit in track(repairs, f"{name}: repairs", disable=not sys.stdout.isatty()):
        if not is_repairable(program, edit):
            why = ["no listed edit leads back"]
            wrong.append({"operator": edit.operator, "diff": diff(program, edit), "why": why})
    return {
        "package": f"{name}-{PINNED[name]}",
        "files": len(program.files),
        "listed": dict(sorted(Counter(edit.operator for edit in edits).items())),
        "checked": dict(sorted(Counter(edit.operator for edit in chosen).items())),
        "repairs": dict(sorted(Counter(edit.operator for edit in repairs).items())),
        "wrong": wrong,
        "seconds": round(time.perf_counter() - started, 1),
    }


def is_promised(name: str) -> bool:
    """Whether an operator promises that its edits can be repaired."""
    row = operator(name)
    return row.kind is Kind.MUTATION and row.repairable


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=PACKAGES, metavar="NAME")
    parser.add_argument("--per", type=int, default=PER_OPERATOR, help="edits of an operator each")
    parser.add_argument("--repairs", type=int, default=REPAIRS, help="of a repairable one each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def summed(packages: list[dict[str, Any]], key: str) -> dict[str, int]:
    """Return the sum over packages, by operator."""
    total: Counter[str] = Counter()
    for package in packages:
        total.update(package[key])
    return dict(sorted(total.items()))


def main() -> int:
    """Check the packages, print a line each, write the record."""
    options = parse()
    fresh = options.dry or not RECORD.exists()
    results: list[dict[str, Any]] = [] if fresh else json.loads(RECORD.read_text())["packages"]
    done = {result["package"] for result in results}
    for name in options.packages:
        if f"{name}-{PINNED[name]}" in done:
            continue
        results.append(check(name, options))
        for found in results[-1]["wrong"]:
            print(found["operator"], *found["why"], found["diff"], sep="\n", flush=True)
        brief = {key: results[-1][key] for key in ("package", "seconds")}
        checked = sum(results[-1]["checked"].values())
        print(brief | {"checked": checked, "wrong": len(results[-1]["wrong"])}, flush=True)
        if not options.dry:
            write_json(RECORD, record_of(results, options))
    return 1 if any(result["wrong"] for result in results) else 0


def record_of(results: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    checked, repairs = summed(results, "checked"), summed(results, "repairs")
    return {
        "command": f"python benchmarks/edits.py --per {options.per} --repairs {options.repairs}",
        "git": git_state(),
        "seed": options.seed,
        "versions": versions(),
        "edits": sum(checked.values()),
        "repairs_checked": sum(repairs.values()),
        "wrong": sum(len(result["wrong"]) for result in results),
        "checked": checked,
        "repairs": repairs,
        "packages": results,
    }


if __name__ == "__main__":
    sys.exit(main())
