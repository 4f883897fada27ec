"""Two thousand edits over seven packages: is every test's verdict that of a cold pytest?

python benchmarks/right.py [--only NAME] [--table]

The edits are every kind of `nerion_gym.edits` and of `tests/support/structural.py`, drawn in a
seeded order in which two of five are not confined to a function's body. They are recorded in
benchmarks/results/right.json in pieces of 25 as each piece ends, and not run again.
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

from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402

RECORD = ROOT / "benchmarks" / "results" / "right.json"
SEED = 4
PIECE = 25
EDITS = {
    "logic_v2": 125,
    "inflection": 200,
    "tinydb": 350,
    "voluptuous": 400,
    "h11": 450,
    "toolz": 350,
    "tenacity": 150,
}


def recorded() -> dict[str, Any]:
    """Return what is on record, or an empty record."""
    if RECORD.exists():
        return json.loads(RECORD.read_text(encoding="utf-8"))
    return {"command": "python benchmarks/right.py", "seed": SEED, "pieces": []}


def run_piece(name: str, number: int) -> dict[str, Any]:
    """Compare one piece of a package's edits."""
    from tests.support.right import compare, shuffled, task_of

    started = time.perf_counter()
    task = task_of(name)
    edits = shuffled(task, SEED)[number * PIECE : (number + 1) * PIECE]
    with LocalRunner(cache=False) as runner:
        found = compare(task, edits, runner)
    return {
        "package": name,
        "piece": number,
        "edits": found.edits,
        "outside": found.outside,
        "routes": dict(found.routes),
        "differences": found.lines,
        "seconds": round(time.perf_counter() - started, 1),
    }


def totals(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over pieces."""
    routes: Counter[str] = Counter()
    for piece in pieces:
        routes.update(piece["routes"])
    return {
        "edits": sum(piece["edits"] for piece in pieces),
        "not_confined_to_a_function_body": sum(piece["outside"] for piece in pieces),
        "routes": dict(routes),
        "differing_tests": sum(len(piece["differences"]) for piece in pieces),
    }


def main() -> None:
    """Run what is missing, record each piece as it ends, print the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(EDITS))
    parser.add_argument("--table", action="store_true", help="only print the sums")
    options = parser.parse_args()
    record = recorded()
    known = {(piece["package"], piece["piece"]) for piece in record["pieces"]}
    for name, count in EDITS.items():
        for number in range(count // PIECE):
            if options.table or options.only not in (None, name) or (name, number) in known:
                continue
            piece = run_piece(name, number)
            record["pieces"].append(piece)
            record["total"] = totals(record["pieces"])
            record["packages"] = {
                package: totals([p for p in record["pieces"] if p["package"] == package])
                for package in EDITS
            }
            record["versions"] = versions()
            write_json(RECORD, record)
            print(json.dumps(piece), flush=True)
    print(json.dumps(totals(record["pieces"])))


if __name__ == "__main__":
    main()
