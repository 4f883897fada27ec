"""Steps per second against a cold `python -m pytest -q` per step, interleaved, uncached.

    python benchmarks/throughput.py            measure and record
    python benchmarks/throughput.py --check    measure briefly, compare with what is recorded

For each program the same edits, drawn with a seed, are run both ways, turn by turn, so that the
machine's drift hits both. A step is `LocalRunner.run` with its cache off: routing, the far side,
and every test's result. The cold side is what a person would type, on a fresh copy of the project.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.check import compare
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from tests.support.sources import fetch_pinned

if TYPE_CHECKING:
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.task import Task

RESULTS = Path(__file__).with_name("results") / "throughput.json"
BARS = {"math_logic": 3.0, "logic_v2": 3.0, "inflection": 2.0}
"""Least ratio cold / step, of medians."""
COLD_SECONDS = 20.0


@dataclass(frozen=True)
class Sample:
    """One edit, both ways, in seconds."""

    step: float
    cold: float
    route: str
    selected: int


def load(name: str) -> Task:
    """Return the task of a corpus program, or of a pinned package."""
    if name == "inflection":
        return load_package(fetch_pinned(name) / name)
    return corpus_task(name)


def write_project(folder: Path, program: Program, suite: Suite) -> None:
    """Write a fresh copy of a project."""
    for path, data in (*suite.files, *program.files):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def cold_seconds(program: Program, suite: Suite) -> float:
    """Time one `python -m pytest -q` on a fresh copy; the copying is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_project(root, program, suite)
        paths = [str(root / path) for path in suite.pythonpath]
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": folder,
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "pytest", "-q", *suite.targets]
        started = time.perf_counter()
        try:
            subprocess.run(
                command, cwd=root, env=environment, capture_output=True, timeout=COLD_SECONDS
            )
        except subprocess.TimeoutExpired:
            return COLD_SECONDS
        return time.perf_counter() - started


def sample(name: str, count: int, seed: int) -> tuple[list[Sample], float]:
    """Run edits of one program both ways; return the samples and the seconds of measuring it."""
    task = load(name)
    edits = enumerate_edits(task.program, tuple(OPERATORS), None)
    chosen = np.random.default_rng(seed).permutation(len(edits))[:count]
    samples = []
    with LocalRunner(cache=False) as runner:
        started = time.perf_counter()
        measure(runner, task.program, task.suite)
        measuring = time.perf_counter() - started
        for index in chosen:
            program = apply(task.program, edits[index])
            started = time.perf_counter()
            outcome = runner.run(program, task.suite)
            step = time.perf_counter() - started
            cold = cold_seconds(program, task.suite)
            samples.append(Sample(step, cold, outcome.route, outcome.selected))
    return samples, measuring


def summary(samples: list[Sample], measuring: float) -> dict[str, Any]:
    """Return milliseconds (median, p90, p99, mean) of both ways, their ratios, and the routes."""
    steps = np.array([entry.step for entry in samples]) * 1e3
    colds = np.array([entry.cold for entry in samples]) * 1e3
    routes = [entry.route for entry in samples]
    by_route = {
        route: round(float(np.median(steps[[r == route for r in routes]])), 2)
        for route in sorted(set(routes))
    }
    return {
        "edits": len(samples),
        "ratio_of_medians": round(float(np.median(colds) / np.median(steps)), 2),
        "ratio_of_means": round(float(colds.mean() / steps.mean()), 2),
        "step_ms": quantiles(steps),
        "cold_ms": quantiles(colds),
        "routes": {route: routes.count(route) for route in sorted(set(routes))},
        "median_step_ms_by_route": by_route,
        "measure_seconds": round(measuring, 2),
    }


def quantiles(values: np.ndarray) -> dict[str, float]:
    """Return median, p90, p99 and mean."""
    median, p90, p99 = (round(float(q), 2) for q in np.percentile(values, [50, 90, 99]))
    return {"median": median, "p90": p90, "p99": p99, "mean": round(float(values.mean()), 2)}


def setting(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the figures depend on."""
    names = ("pytest", "coverage", "numpy", "nerion-gym")
    return {
        "command": "make bench",
        "seed": arguments.seed,
        "cores": os.cpu_count(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "versions": {name: metadata.version(name) for name in names},
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the recorded ratios")
    parser.add_argument("--edits", type=int, help="edits per program (60; 12 with --check)")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)


def main() -> int:
    """Measure; record, or compare with the record. Exit code 1 below a bar."""
    arguments = parse()
    count = arguments.edits or (12 if arguments.check else 60)
    report: dict[str, Any] = {"setting": setting(arguments), "programs": {}}
    for name in BARS:
        found = summary(*sample(name, count, arguments.seed))
        report["programs"][name] = found
        print(
            f"{name:12} step {found['step_ms']['median']:8.1f} ms   "
            f"cold pytest {found['cold_ms']['median']:8.1f} ms   "
            f"x {found['ratio_of_medians']:.1f} (means x {found['ratio_of_means']:.1f})   "
            f"routes {found['routes']}"
        )
    report["setting"]["load_after"] = [round(value, 2) for value in os.getloadavg()]
    recorded = json.loads(RESULTS.read_text()) if arguments.check and RESULTS.exists() else None
    complaints = compare(report, recorded, BARS)
    if not arguments.check:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
        print(f"recorded in {RESULTS.relative_to(RESULTS.parent.parent.parent)}")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
