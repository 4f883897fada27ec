"""What traces in the observation cost: first reset, later resets, and steps, with and without.

    python benchmarks/observed_traces.py            and record
    python benchmarks/observed_traces.py --dry --rounds 2 --steps 32 --worlds LogicV2

Each round makes a runner and an environment of its own for each of the two, in turns, and takes the
same random legal actions in both. "Repair" is a world of the design's limits over corpus programs
with one bug, in which every edit is kept, so that each step shows another program; the others never
keep one. Medians over rounds. Records `results/observed_traces.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.envs.core import CodeEditEnv  # noqa: E402
from nerion_gym.envs.probing import probing_world  # noqa: E402
from nerion_gym.envs.worlds import logic_v2, repo, toy_math  # noqa: E402
from nerion_gym.execution.runner import LocalRunner  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from tests.support.repair import broken_task, repair_world  # noqa: E402
from tests.support.sources import SUBJECTS, load  # noqa: E402

if TYPE_CHECKING:
    from nerion_gym.envs.world import World

RECORD = ROOT / "benchmarks" / "results" / "observed_traces.json"
WORLDS = ("ToyMath", "LogicV2", "Repair", "inflection", "toolz")
"""Registered ones, the repair world, and packages as `Nerion-Repo-v0` has them."""


def world_of(name: str, runner: LocalRunner) -> World:
    """Return a world by its name."""
    if name == "Repair":
        rng = np.random.default_rng(0)
        names = ("logic_v2", "math_logic")
        return repair_world([broken_task(runner, names[n % 2], rng) for n in range(4)])
    if name in ("ToyMath", "LogicV2"):
        return (toy_math if name == "ToyMath" else logic_v2).build()
    task = load(next(subject for subject in SUBJECTS if subject.name == name))
    return probing_world("Repo", (task,), repo.LIMITS)


def once(name: str, seed: int, steps: int, *, trace: bool) -> dict[str, float]:
    """Return the seconds of one environment: its first reset, a later one's and a step's median."""
    with LocalRunner() as runner:
        env = CodeEditEnv(world_of(name, runner), runner=runner, trace=trace)
        started = perf_counter()
        observation, _ = env.reset(seed=seed)
        first = perf_counter() - started
        rng = np.random.default_rng(seed)
        resets, walked = [], []
        for _ in range(steps):
            action = int(rng.choice(np.flatnonzero(observation["action_mask"])))
            started = perf_counter()
            observation, _, terminated, truncated, _ = env.step(action)
            walked.append(perf_counter() - started)
            if terminated or truncated:
                started = perf_counter()
                observation, _ = env.reset()
                resets.append(perf_counter() - started)
        return {
            "first_reset": first,
            "later_reset": median(resets),
            "step": median(walked),
            "steps_per_second": steps / sum(walked),
            "traces": env.stats.traces,
            "untold": env.stats.untold,
        }


def measure(name: str, rounds: int, steps: int) -> dict[str, Any]:
    """Return the medians of a world, without and with traces, taken in turns."""
    found: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for number in range(rounds):
        for trace in (False, True) if number % 2 == 0 else (True, False):
            found[trace].append(once(name, number, steps, trace=trace))
    rows = {
        word: {key: round(median(row[key] for row in found[trace]), 5) for key in found[trace][0]}
        for word, trace in (("without", False), ("with", True))
    }
    slower = round(rows["without"]["steps_per_second"] / rows["with"]["steps_per_second"], 2)
    return {"world": name, **rows, "times_slower_steps": slower}


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=WORLDS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=128, help="of each environment")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Measure the worlds, print a line each, write the record."""
    options = parse()
    git, rows = git_state(), []
    for name in options.worlds:
        rows.append(measure(name, options.rounds, options.steps))
        print(json.dumps(rows[-1]), flush=True)
    if not options.dry:
        record = {
            "command": f"python benchmarks/observed_traces.py --rounds {options.rounds}"
            f" --steps {options.steps}",
            "git": git,
            "versions": versions(),
            "worlds": rows,
        }
        write_json(RECORD, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
