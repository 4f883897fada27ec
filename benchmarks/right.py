"""Two thousand edits over seven packages: is every test's verdict that of a cold pytest?

    python benchmarks/right.py                          all pieces, into results/right.json
    python benchmarks/right.py --record right_confined --pieces 3
                                                        the first pieces of each, into another file
    python benchmarks/right.py --record right_all --all --pieces 6
                                                        all ninety-five kinds of edits in turn

Without `--all` the edits are those of the first eight operators and of
`tests/support/structural.py`, drawn in a seeded order in which two of five are not confined to a
function's body. They are recorded in pieces of 25 as each piece ends, and not run again. Each
piece says how its runs were confined.
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

RESULTS = ROOT / "benchmarks" / "results"
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


def recorded(path: Path) -> dict[str, Any]:
    """Return what is on record, or an empty record."""
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    command = " ".join(["python benchmarks/right.py", *sys.argv[1:]])
    return {"command": command, "seed": SEED, "pieces": []}


def run_piece(name: str, number: int, *, every: bool) -> dict[str, Any]:
    """Compare one piece of a package's edits."""
    from tests.support.right import compare, in_turn, shuffled, task_of

    started = time.perf_counter()
    task = task_of(name)
    order = in_turn if every else shuffled
    edits = order(task, SEED)[number * PIECE : (number + 1) * PIECE]
    with LocalRunner(cache=False) as runner:
        found = compare(task, edits, runner)
    return {
        "package": name,
        "piece": number,
        "edits": found.edits,
        "outside": found.outside,
        "routes": dict(found.routes),
        "operators": dict(sorted(found.operators.items())),
        "containment": found.containment,
        "differences": found.lines,
        "seconds": round(time.perf_counter() - started, 1),
    }


def totals(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over pieces."""
    routes: Counter[str] = Counter()
    for piece in pieces:
        routes.update(piece["routes"])
    kinds = {name for piece in pieces for name in piece.get("operators", ())}
    return {
        "edits": sum(piece["edits"] for piece in pieces),
        "kinds": len(kinds),
        "not_confined_to_a_function_body": sum(piece["outside"] for piece in pieces),
        "routes": dict(routes),
        "differing_tests": sum(len(piece["differences"]) for piece in pieces),
    }


def main() -> None:
    """Run what is missing, record each piece as it ends, print the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(EDITS))
    parser.add_argument("--table", action="store_true", help="only print the sums")
    parser.add_argument("--record", default="right", help="name of the file in results/")
    parser.add_argument("--all", action="store_true", help="all operators in turn")
    parser.add_argument("--pieces", type=int, default=max(EDITS.values()), help="of each package")
    options = parser.parse_args()
    path = RESULTS / f"{options.record}.json"
    record = recorded(path)
    known = {(piece["package"], piece["piece"]) for piece in record["pieces"]}
    wanted = [(name, number) for name in EDITS for number in range(EDITS[name] // PIECE)]
    for name, number in sorted(wanted, key=lambda piece: piece[1]):
        skipped = options.table or options.only not in (None, name) or number >= options.pieces
        if skipped or (name, number) in known:
            continue
        piece = run_piece(name, number, every=options.all)
        record["pieces"].append(piece)
        record["total"] = totals(record["pieces"])
        record["packages"] = {
            package: totals([p for p in record["pieces"] if p["package"] == package])
            for package in EDITS
        }
        record["versions"] = versions()
        write_json(path, record)
        print(json.dumps(piece), flush=True)
    print(json.dumps(totals(record["pieces"])))


if __name__ == "__main__":
    main()
