"""Ten thousand hostile steps in one go: is nothing left, and did nothing get out?

    python benchmarks/soak.py                                   10,000 steps, and record
    python benchmarks/soak.py --steps 300 --record soak_brief   fewer, into another file

The programs are those of the hostile suite (`tests/support/hostile_*.py`), drawn at random with a
seed, half of them strictly confined and half in package containment; one of five is imported anew.
Programs that only the wall clock ends cost 8 s each: they come a hundred times more seldom than the
others. Two workers run them. After every batch the outside is looked at; every twentieth of the
steps all is brought to rest, and what is held is counted. What is held in the last quarter (median)
is compared with the first: from 4,000 steps on, because the engine's own caches fill during the
first thousand. Exit code 1 where something got out, was left, or grew above its bar.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import with_last_line
from benchmarks.engine_processes import MIB, descendants, descriptors, entries, memory
from benchmarks.throughput import setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.execution.confinement.machine import layers
from nerion_gym.logbook.files import write_json
from nerion_gym.types.suite import PACKAGE, STRICT
from tests.support.hostile import hostile, word
from tests.support.hostile_cases import CASES
from tests.support.hostile_outside import VARIABLE, Outside, visible_place
from tests.support.hostile_run import Contained, must_end, new_mark, sizes

if TYPE_CHECKING:
    from tests.support.hostile import Case

RESULTS = Path(__file__).with_name("results")
STEPS = 10_000
LOOKS = 20
BATCH = 20
WORKERS = 2
SELDOM = 0.01
"""Weight of a program that only the wall clock ends; others have 1."""
ANEW_SHARE = 0.2
JUDGED_FROM = 4000
REST_SECONDS = 1.0
LOAD_SECONDS = 300.0
LOAD_ABOVE = 0.5
BARS = {
    "rss_mib": 2.0,
    "far_anonymous_mib": 4.0,
    "descriptors": 0,
    "far_descriptors": 0,
    "processes": 0,
    "files": 0,
    "file_bytes": 4096,
    "files_inside": 0,
}
"""Greatest growth between the medians of the first and the last quarter of the looks."""


@dataclass
class Seen:
    """What has come of the steps so far.

    Attributes:
        words: how many steps of each containment ended how.
        routes: how many went which way.
        wrong: a line for each step that ended otherwise than it must, or harmed something.
        looks: what was held, look by look.
    """

    words: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    looks: list[dict[str, float]] = field(default_factory=list)


def draw(rng: np.random.Generator, count: int) -> list[Case]:
    """Return cases, drawn by their weights."""
    cases = list(CASES.values())
    weights = np.array([SELDOM if case.waits else 1.0 for case in cases])
    return [cases[int(i)] for i in rng.choice(len(cases), count, p=weights / weights.sum())]


def run_batch(here: Contained, cases: list[Case], first: int, anew: list[bool], seen: Seen) -> None:
    """Run programs, a few at once, and judge each."""
    programs = []
    for number, (case, again) in enumerate(zip(cases, anew, strict=True), first):
        program = with_last_line(hostile(here.baseline.program, case), f"step {number}")
        if again:
            path = "m.py"
            program = program.replaced({path: program.source(path) + b"ANEW = %d\n" % number})
        programs.append(program)
    outcomes = here.runner.run_many(programs, here.baseline.suite)
    for number, (case, outcome) in enumerate(zip(cases, outcomes, strict=True), first):
        before, found, after = map(word, outcome.results)
        seen.words[f"{here.kind} {found}"] += 1
        seen.routes[outcome.route] += 1
        expected, said = case.expected(here.kind, owner=here.owner), outcome.results[1].message
        # Out of time is no escape, on a machine that is busy; and the limit on processes is shared
        # with what the other worker runs.
        fine = (*expected, "timeout", *(("denied",) if said.endswith("EAGAIN") else ()))
        if before != "passed" or found not in fine or after not in (*case.after, "timeout"):
            seen.wrong.append(f"step {number}, {here.kind}, {case.name}: {found} {after} {said}")
    harm = here.outside.harm()
    if harm:
        names = sorted({case.name for case in cases})
        seen.wrong.append(f"steps {first}-{first + len(cases)}: {sorted(harm)}, one of {names}")


def look(folder: Path, mark: str) -> dict[str, float]:
    """Return what is held at rest: by this process, all below it, on the disk and in the rooms."""
    time.sleep(REST_SECONDS)
    left = must_end(mark)
    below = descendants(os.getpid())
    far = [memory(pid) for pid in below]
    return {
        "rss_mib": round(memory(os.getpid()).rss / MIB, 3),
        "far_pss_mib": round(sum(entry.pss for entry in far) / MIB, 3),
        "far_anonymous_mib": round(sum(entry.anonymous for entry in far) / MIB, 3),
        "descriptors": descriptors(os.getpid()),
        "far_descriptors": sum(descriptors(pid) for pid in below),
        "processes": len(below),
        "hostile_processes": len(left),
        "files": entries(folder),
        "file_bytes": sizes(folder),
        "files_inside": files_inside(below, folder),
        "load": round(os.getloadavg()[0], 2),
    }


def files_inside(pids: list[int], folder: Path) -> int:
    """Return how many files and folders there are in rooms' own memory; 0 where only root may look.

    Each room is looked into once: through one of the processes that live in it.
    """
    found: dict[str, int] = {}
    for pid in pids if os.geteuid() == 0 else ():
        try:
            room = str(Path(f"/proc/{pid}/ns/mnt").readlink())
            if room not in found:
                inside = Path(f"/proc/{pid}/root{folder}")
                found[room] = entries(inside) if inside.is_dir() else 0
        except OSError:
            continue  # it ended meanwhile
    return sum(found.values())


def take(steps: int, seed: int, kinds: dict[str, Contained], folder: Path) -> Seen:
    """Take the steps."""
    rng, seen = np.random.default_rng(seed), Seen()
    mark = next(iter(kinds.values())).outside.mark
    every, names = max(steps // LOOKS, BATCH), list(kinds)
    started, taken, due = time.perf_counter(), 0, every
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("hostile steps", total=steps)
        while taken < steps:
            count = min(BATCH, steps - taken)
            here = kinds[names[int(rng.integers(len(names)))]]
            anew = list(rng.random(count) < ANEW_SHARE)
            run_batch(here, draw(rng, count), taken, anew, seen)
            taken += count
            progress.update(bar, completed=taken)
            if taken >= due:
                due += every
                seconds = round(time.perf_counter() - started, 1)
                seen.looks.append({"step": taken, "seconds": seconds, **look(folder, mark)})
    return seen


def run(steps: int, seed: int, folder: Path) -> dict[str, Any]:
    """Take the steps with a runner of each containment; return what was found."""
    with ExitStack() as stack:
        outside = Outside(visible_place(), new_mark())
        stack.callback(outside.close)
        os.environ[VARIABLE] = outside.word
        kinds = {}
        for kind in (STRICT, PACKAGE):
            kinds[kind] = Contained(kind, outside, folder, WORKERS)
            stack.callback(kinds[kind].close)
        seen = take(steps, seed, kinds, folder)
        for here in kinds.values():
            here.go_on()
        stats = {kind: vars(here.runner.stats) for kind, here in kinds.items()}
        harm = sorted(outside.harm())
    left = {"processes": len(descendants(os.getpid())), "files": entries(folder)}
    return {
        "steps": steps,
        "cases": len(CASES),
        "growth": growth(seen.looks),
        "bars": BARS,
        "wrong": seen.wrong,
        "harm_at_the_end": harm,
        "lost_processes": sum(one["retried"] for one in stats.values()),
        "left_after_close": left,
        "words": dict(sorted(seen.words.items())),
        "routes": dict(sorted(seen.routes.items())),
        "stats": stats,
        "looks": seen.looks,
    }


def growth(looks: list[dict[str, float]]) -> dict[str, float]:
    """Return how much the last quarter's median is above the first's."""
    quarter = max(len(looks) // 4, 1)
    return {
        name: round(
            median(one[name] for one in looks[-quarter:])
            - median(one[name] for one in looks[:quarter]),
            3,
        )
        for name in BARS
    }


def wait_for_load(before: float) -> dict[str, Any]:
    """Wait until the machine's load is where it was; return how it came."""
    started = time.perf_counter()
    while os.getloadavg()[0] > before + LOAD_ABOVE:
        if time.perf_counter() - started > LOAD_SECONDS:
            break
        time.sleep(1)
    after = os.getloadavg()[0]
    return {
        "before": round(before, 2),
        "after": round(after, 2),
        "seconds": round(time.perf_counter() - started, 1),
        "returned": after <= before + LOAD_ABOVE,
    }


def complaints(found: dict[str, Any]) -> list[str]:
    """Return a line for everything that is not as it must be."""
    lines = list(found["wrong"])
    lines += [f"the outside was harmed: {harm}" for harm in found["harm_at_the_end"]]
    lines += [f"left after close: {found['left_after_close']}"] * any(
        found["left_after_close"].values()
    )
    lines += [f"processes of ours were lost: {found['lost_processes']}"] * bool(
        found["lost_processes"]
    )
    lines += [
        f"{name}: grew by {value}, the bar is {BARS[name]}"
        for name, value in found["growth"].items()
        if value > BARS[name] and found["steps"] >= JUDGED_FROM
    ]
    lines += ["the machine's load did not return"] * (not found["load"]["returned"])
    return lines


def main() -> int:
    """Soak, record, say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", default="soak", help="name of the file in results/")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    # A temporary folder of our own: other programs' files are not ours to count.
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        tempfile.tempdir = folder
        try:
            found = run(options.steps, options.seed, Path(folder).resolve())
        finally:
            tempfile.tempdir = None
    found["load"] = wait_for_load(before)
    lines = complaints(found)
    record = {
        "command": " ".join(["python benchmarks/soak.py", *sys.argv[1:]]),
        "git": git_state(),
        "setting": setting(options),
        "layers": {kind: layers(kind) for kind in (STRICT, PACKAGE)},
        "complaints": lines,
        **found,
    }
    write_json(RESULTS / f"{options.record}.json", record)
    for name in ("words", "routes", "growth", "left_after_close", "load"):
        print(f"{name}: {found[name]}")
    print("\n".join(lines) or "nothing got out, nothing is left")
    return int(bool(lines))


if __name__ == "__main__":
    raise SystemExit(main())
