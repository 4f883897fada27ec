"""Whether the curiosity agent's world model learns, over ten seeds.

python benchmarks/world_model_learning.py [--seeds N] [--first N] [--world logic_v2|inflection]

Seeds 10-19 by default: the agent's settings were chosen looking at seeds 0-9.

LogicV2: Brier score (survived or not) on 30 % of the catalog, seeded and never run, against the
share of survivors among the edits that were run; and the surprise of edits run for the first
time, first half against second. `inflection` 0.5.1 with its own tests: surprise over the first 80
executions. Each with the agent's own choices and with uniform ones, which is the same world model.
Adds to benchmarks/results/world_model_learning.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import gymnasium as gym  # noqa: E402
import numpy as np  # noqa: E402

import nerion_gym  # noqa: E402, F401 - registers the ids
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from tests.support.learning import learn  # noqa: E402
from tests.support.sources import fetch  # noqa: E402

RECORD = ROOT / "benchmarks" / "results" / "world_model_learning.json"
EXECUTIONS = {"logic_v2": 74, "inflection": 80}
HELD_SHARE = {"logic_v2": 0.3, "inflection": 0.0}


def make(world: str) -> gym.Env:
    """Return a fresh environment."""
    if world == "logic_v2":
        return gym.make("Nerion-LogicV2-v0")
    root = fetch("inflection", "0.5.1")
    paths: dict[str, Any] = {
        "path": str(root / "inflection"),
        "tests": str(root / "test_inflection.py"),
    }
    return gym.make("Nerion-Repo-v0", **paths)


def measure(world: str, choice: Any, seeds: range) -> list[dict[str, float]]:
    """Return one row of figures per seed."""
    rows = []
    for seed in seeds:
        found = learn(
            make(world), seed, EXECUTIONS[world], held_share=HELD_SHARE[world], choice=choice
        )
        first, second = found.halves
        row = {"seed": seed, "first_half": first, "second_half": second}
        if HELD_SHARE[world]:
            row |= {"brier": found.brier, "constant": found.constant}
        rows.append(row)
        print(world, choice, json.dumps(row), flush=True)
    return rows


def summary(rows: list[dict[str, float]]) -> dict[str, Any]:
    """Return means and sign counts."""
    falls = np.array([row["first_half"] - row["second_half"] for row in rows])
    found = {"surprise_falls_by": float(falls.mean()), "falls_in": int((falls > 0).sum())}
    if "brier" in rows[0]:
        gains = np.array([row["constant"] - row["brier"] for row in rows])
        found |= {"brier_better_by": float(gains.mean()), "better_in": int((gains > 0).sum())}
    return {**found, "seeds": len(rows)}


def given(options: argparse.Namespace) -> str:
    """Return the flags that decide the numbers."""
    return f"--seeds {options.seeds} --first {options.first}"


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="runs of each")
    parser.add_argument("--first", type=int, default=10, help="number of the first seed")
    parser.add_argument("--world", choices=sorted(EXECUTIONS), help="one of them only")
    options = parser.parse_args()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for world in [options.world] if options.world else sorted(EXECUTIONS):
        for choice in ("curiosity", "uniform"):
            rows = measure(world, choice, range(options.first, options.first + options.seeds))
            record[f"{world}, {choice}"] = {
                "command": f"python benchmarks/world_model_learning.py {given(options)}",
                "git": git_state(),
                "summary": summary(rows),
                "rows": rows,
            }
            write_json(RECORD, {**record, "versions": versions()})


if __name__ == "__main__":
    main()
