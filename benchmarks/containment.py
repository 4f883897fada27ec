"""What containment costs: the same steps unconfined, strict and in package containment.

    python benchmarks/containment.py                 measure every row and record
    python benchmarks/containment.py --brief --dry   fewer steps, nothing recorded

One edit after the other is run by three runners that differ in containment only, in turns, so that
the machine's drift hits all of them; outcomes are never cached. A step's cost is the median over
edits of the difference to the unconfined step of the same edit. The unconfined runner's scratch
folder lies in memory, as those of the others do: on a disk it would pay for that. The self-test
is made anew each time. Recorded in `results/containment.json`. Exit code 1 when a row is below
its bar.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import TOY, drawn, load
from benchmarks.throughput import cold_seconds, quantiles, setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.execution.confinement.machine import UNSAFE, layers, self_test
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.types.suite import PACKAGE, STRICT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

RESULTS = Path(__file__).with_name("results") / "containment.json"
NONE = "none"
KINDS = (NONE, STRICT, PACKAGE)
BARS = {
    "strict_ms": ("all strict layers, cost per step", 1.0, 0.5, "ms"),
    "package_ms": ("package containment, cost per step", 1.0, 0.3, "ms"),
    "self_test_ms": ("self-test at first use", 300.0, 100.0, "ms"),
    "ratio_to_cold": ("confined step on the toy module, against cold pytest", 60.0, 150.0, "x"),
}
WARM_UP = 3
MEMORY = "/dev/shm"  # noqa: S108 - the runner makes a folder of its own there


@contextmanager
def unconfined() -> Iterator[None]:
    """Let what starts meanwhile be unconfined, on files in memory."""
    os.environ[UNSAFE] = "1"
    tempfile.tempdir = MEMORY
    try:
        yield
    finally:
        tempfile.tempdir = None
        del os.environ[UNSAFE]


class Kind:
    """A runner of one containment, with its own processes and the suite as confined."""

    def __init__(self, kind: str, program: Program, suite: Suite) -> None:
        self.kind = kind
        self.suite = replace(suite, containment=PACKAGE if kind == PACKAGE else STRICT)
        self.runner = LocalRunner(cache=False)
        self.timed(lambda: measure(self.runner, program, self.suite))

    def timed(self, work: Any) -> tuple[float, Any]:
        """Do something as this kind; return (seconds, what it gave)."""
        if self.kind != NONE:
            started = time.perf_counter()
            return_value = work()
            return time.perf_counter() - started, return_value
        with unconfined():
            started = time.perf_counter()
            return_value = work()
            return time.perf_counter() - started, return_value

    def step(self, program: Program) -> tuple[float, str]:
        """Run one edited program; return (seconds, route)."""
        seconds, outcome = self.timed(lambda: self.runner.run(program, self.suite))
        if outcome.containment != self.kind:
            raise RuntimeError(f"{self.kind} runs were confined as {outcome.containment!r}")
        return seconds, outcome.route


def steps(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run drawn edits of a subject in every containment, and now and then a cold pytest."""
    task = load(name)
    kinds = [Kind(kind, task.program, task.suite) for kind in KINDS]
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    cold, routes = [], Counter[str]()
    try:
        programs = drawn(task, arguments.edits + WARM_UP, arguments.seed)
        for index, program in enumerate(programs):
            # Each kind comes first equally often: what came before is in the processor's caches.
            turn = index % len(kinds)
            for kind in kinds[turn:] + kinds[:turn]:
                spent, route = kind.step(program)
                if index >= WARM_UP:
                    seconds[kind.kind].append(spent)
            routes[route] += 1
            if index % arguments.cold_every == 0:
                cold.append(cold_seconds(program, task.suite))
    finally:
        for kind in kinds:
            kind.runner.close()
    return summary(seconds, cold, routes)


def summary(
    seconds: dict[str, list[float]], cold: list[float], routes: Counter[str]
) -> dict[str, Any]:
    """Return a row's figures, in milliseconds."""
    values = {kind: np.array(found) * 1e3 for kind, found in seconds.items()}
    colds = np.array(cold) * 1e3
    return {
        "steps": len(values[NONE]),
        "routes": dict(sorted(routes.items())),
        "step_ms": {kind: quantiles(found) for kind, found in values.items()},
        "cold_ms": quantiles(colds),
        "cost_ms": {
            kind: round(float(np.median(values[kind] - values[NONE])), 3)
            for kind in (STRICT, PACKAGE)
        },
        "ratio_to_cold": {
            kind: round(float(np.median(colds) / np.median(found)), 1)
            for kind, found in values.items()
        },
    }


def self_tests(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time the self-test, made anew, and remembered."""
    made = np.array([self_test(fresh=True).seconds for _ in range(arguments.self_tests)]) * 1e3
    return {"made_ms": quantiles(made), "probes": len(self_test().probes), "ok": self_test().ok}


def verdicts(rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return figure, bar and verdict of each row of the issue's table."""
    toy = rows[TOY]
    figures = {
        "strict_ms": toy["cost_ms"][STRICT],
        "package_ms": toy["cost_ms"][PACKAGE],
        "self_test_ms": rows["self_test"]["made_ms"]["median"],
        "ratio_to_cold": toy["ratio_to_cold"][STRICT],
    }
    found = {}
    for name, (what, bar, stretch, unit) in BARS.items():
        sign = 1 if unit == "x" else -1
        value = figures[name]
        reached = "missed"
        if sign * value >= sign * bar:
            reached = "stretch" if sign * value >= sign * stretch else "bar"
        found[name] = {"what": what, "bar": bar, "stretch": stretch, "unit": unit}
        found[name] |= {"figure": value, "verdict": reached}
    return found


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=300, help="steps of each subject")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--cold-every", type=int, default=20, help="a cold run every so many steps")
    parser.add_argument("--self-tests", type=int, default=15)
    parser.add_argument("--brief", action="store_true", help="40 steps, 3 self-tests")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args(argv)
    if arguments.brief:
        arguments.edits, arguments.self_tests = 40, 3
    return arguments


def main() -> int:
    """Measure, print, record."""
    arguments = parse()
    before = os.getloadavg()[0]
    rows: dict[str, Any] = {"self_test": self_tests(arguments)}
    for name in (TOY, "inflection"):
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows[name] = steps(name, arguments)
    found = verdicts(rows)
    record = {
        "command": " ".join(["python", "benchmarks/containment.py", *sys.argv[1:]]),
        "git": git_state(),
        "setting": setting(arguments),
        "seed": arguments.seed,
        "load": [round(before, 2), round(os.getloadavg()[0], 2)],
        "layers": {kind: layers(kind) for kind in (STRICT, PACKAGE)},
        "bars": found,
        "rows": rows,
    }
    print(json.dumps({"bars": found, "rows": rows}, indent=2))
    if not arguments.dry:
        write_json(RESULTS, record)
    return int(any(row["verdict"] == "missed" for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
