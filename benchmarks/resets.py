"""How long a reset of a world takes: on a program never met, on a new task of it, on a known one.

python benchmarks/resets.py Nerion-Repair-v0 --env-kwargs split:val --seconds 60
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import gymnasium as gym
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.training.config import parse_pairs

MOST_SEEDS = 2000
KINDS = ("first of a program", "new task of a known program", "known task")


def timed(env: gym.Env, seed: int) -> float:
    """Return the milliseconds of one reset."""
    started = perf_counter()
    env.reset(seed=seed)
    return 1000 * (perf_counter() - started)


def measure(env: gym.Env, seconds: float) -> dict[str, list[float]]:
    """Return kind of reset -> milliseconds of each."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    programs: set[str] = set()
    tasks: set[str] = set()
    seeds: list[int] = []
    end = perf_counter() + seconds
    for seed in range(MOST_SEEDS):
        spent = timed(env, seed)
        task = env.get_wrapper_attr("task")
        program = task.name.rpartition("#")[0] or task.name
        if task.name not in tasks:
            found[KINDS[program in programs]].append(spent)
            seeds.append(seed)
        programs.add(program)
        tasks.add(task.name)
        if perf_counter() > end:
            break
    found[KINDS[2]] = [timed(env, seed) for seed in seeds]
    return found


def main() -> None:
    """Measure, print a line a kind, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("world")
    parser.add_argument("--env-kwargs", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    arguments = parse_pairs(args.env_kwargs, "--env-kwargs")
    with LocalRunner() as runner:
        env = gym.make(args.world, observation="padded", runner=runner, **arguments)
        found = measure(env, args.seconds)
    rows = {}
    for kind, spent in found.items():
        if spent:
            median, most = (round(float(np.quantile(spent, part)), 2) for part in (0.5, 0.9))
            rows[kind] = {"resets": len(spent), "median_ms": median, "ninety_percent_ms": most}
            print(f"{kind:28} {len(spent):5} resets  median {median:8.2f} ms  90 % {most:8.2f} ms")
    if args.json:
        write_json(args.json, {"world": args.world, "arguments": arguments, "rows": rows})


if __name__ == "__main__":
    main()
