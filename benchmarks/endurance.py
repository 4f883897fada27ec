"""What ten thousand steps leave behind: memory, descriptors, processes, files.

    python benchmarks/endurance.py                 11,000 steps on the toy module, and record
    python benchmarks/endurance.py --steps 600 --dry

Outcomes are not cached, and no program comes twice: each step's edit carries a last line of its
own. Every twentieth edit is not confined to a function body, so that both routes are walked. What
is there after the first eleventh of the steps (1,000) is compared with what is there at the end.
Exit code 1 when more is left than the bars allow.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import TOY, drawn, load, with_last_line
from benchmarks.engine_processes import (
    MIB,
    descendants,
    descriptors,
    entries,
    entries_inside,
    far_side,
    memory,
)
from benchmarks.throughput import setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task

RESULTS = Path(__file__).with_name("results") / "endurance.json"
STEPS = 11_000
LOOKS = 11
"""How often is looked; the first look is the base of the comparison."""
REIMPORT_EVERY = 20
REST_SECONDS = 0.5
BARS = {
    "rss_mib": 2.0,
    "far_pss_mib": 2.0,
    "descriptors": 0,
    "far_descriptors": 0,
    "processes": 0,
    "files": 0,
}
"""Greatest growth. The 2 MiB are asked of the near process; the far side is held to them too."""


def programs(task: Task, seed: int) -> Iterator[Program]:
    """Yield edited programs for ever, each once."""
    for number, program in enumerate(cycle(drawn(task, 1000, seed))):
        unique = with_last_line(program, f"step {number}")
        if number % REIMPORT_EVERY == 0:
            path, data = unique.files[0]
            unique = unique.replaced({path: data + f"STEP = {number}\n".encode()})
        yield unique


def look(folder: Path) -> dict[str, float]:
    """Return what is held at rest: by this process, all below it, and in the temporary folder.

    A step is answered before its child is gone, so the last one gets a moment to leave.
    """
    time.sleep(REST_SECONDS)
    below = descendants(os.getpid())
    far = far_side(os.getpid())
    held = [memory(pid) for pid in below]
    return {
        "rss_mib": round(memory(os.getpid()).rss / MIB, 3),
        "far_pss_mib": round(sum(entry.pss for entry in held) / MIB, 3),
        "far_private_mib": round(sum(entry.private for entry in held) / MIB, 3),
        "descriptors": descriptors(os.getpid()),
        "far_descriptors": sum(descriptors(pid) for pid in below),
        "processes": len(below),
        "files": entries(folder) + sum(entries_inside(pid, folder) for pid in far["task"]),
    }


def run(steps: int, seed: int, folder: Path) -> dict[str, Any]:
    """Take the steps, looking at every eleventh of them."""
    task = load(TOY)
    looks: list[dict[str, float]] = []
    routes: Counter[str] = Counter()
    with LocalRunner(cache=False) as runner:
        measure(runner, task.program, task.suite)
        started = time.perf_counter()
        for number, program in zip(range(1, steps + 1), programs(task, seed), strict=False):
            routes[runner.run(program, task.suite).route] += 1
            if number % (steps // LOOKS) == 0:
                seconds = round(time.perf_counter() - started, 1)
                looks.append({"step": number, "seconds": seconds, **look(folder)})
                print("  ".join(f"{name} {value}" for name, value in looks[-1].items()), flush=True)
        by_kind = {name: len(pids) for name, pids in far_side(os.getpid()).items()}
        stats = vars(runner.stats)
    after = {name: value for name, value in look(folder).items() if name in ("processes", "files")}
    return {
        "steps": steps,
        "growth": {name: round(looks[-1][name] - looks[0][name], 3) for name in BARS},
        "bars": BARS,
        "routes": dict(sorted(routes.items())),
        "stats": stats,
        "processes_at_the_end": by_kind,
        "left_after_close": after,
        "looks": looks,
    }


def main() -> int:
    """Measure and record; exit code 1 above a bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS, help="at least 11 (11,000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    options = parser.parse_args()
    before = {
        **setting(options),
        "command": f"python benchmarks/endurance.py --steps {options.steps}",
    }
    # A temporary folder of our own: other programs' files are not ours to count.
    with tempfile.TemporaryDirectory(prefix="endurance-") as folder:
        tempfile.tempdir = folder
        try:
            found = run(options.steps, options.seed, Path(folder))
        finally:
            tempfile.tempdir = None
    after = [round(value, 2) for value in os.getloadavg()]
    if not options.dry:
        setup = {**before, "load_after": after, "git": git_state()}
        write_json(RESULTS, {"setting": setup, **found})
    left = {name: count for name, count in found["left_after_close"].items() if count}
    above = {name: value for name, value in found["growth"].items() if value > BARS[name]}
    print(
        f"growth {found['growth']}  routes {found['routes']}  left after close {left or 'nothing'}"
    )
    for name, value in above.items():
        print(f"{name}: grew by {value}, the bar is {BARS[name]}")
    return 1 if above or left else 0


if __name__ == "__main__":
    raise SystemExit(main())
