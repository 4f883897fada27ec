"""The engine's figures: steps against cold pytest, first steps, the tail of time-outs, memory.

    python benchmarks/engine.py                    measure every row and record
    python benchmarks/engine.py --only first_step  measure one row and record that one
    python benchmarks/engine.py --brief --dry      a few edits of each, nothing recorded

What is compared is measured turn by turn (A, B, A, B ...), so that the machine's drift hits both.
Outcomes are never cached. Every row is recorded with the load before and after it, the commit and
the versions that gave it, in `results/engine.json`. Exit code 1 when a row is below its bar.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import TOY, drawn, load, timed
from benchmarks.engine_first_step import first_step
from benchmarks.engine_processes import far_side, memory
from benchmarks.throughput import Sample, cold_seconds, quantiles, setting, summary
from nerion_gym.commands.provenance import git_state
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.worlds import logic_v2
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.types.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = Callable[[argparse.Namespace], dict[str, Any]]

RESULTS = Path(__file__).with_name("results") / "engine.json"


@dataclass(frozen=True)
class Bar:
    """What a row must reach.

    Attributes:
        field: key of the row's figure.
        bar, stretch: least value, or greatest where `least` is False.
        least: whether more is better.
    """

    field: str
    bar: float
    stretch: float
    least: bool = True

    def verdict(self, value: float) -> str:
        """Return "stretch", "bar" or "missed"."""
        sign = 1 if self.least else -1
        if sign * value >= sign * self.stretch:
            return "stretch"
        return "bar" if sign * value >= sign * self.bar else "missed"


BARS = {
    f"step_{TOY}": Bar("ratio_of_medians", 70, 180),
    "step_inflection": Bar("ratio_of_medians", 50, 120),
    "step_toolz": Bar("ratio_of_medians", 50, 120),
    "first_step": Bar("compared_ms", 80, 30, least=False),
    "all_mutations": Bar("mean_over_median", 4.0, 2.5, least=False),
    "zygote_memory": Bar("compared_mib", 60, 40, least=False),
}


# --- a step, and a cold pytest ------------------------------------------------------------------


def against_cold(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the same edits both ways, turn by turn; every test's result is reported both ways."""
    task = load(name)
    samples = []
    with LocalRunner(cache=False) as runner:
        measuring = timed(lambda: measure(runner, task.program, task.suite))
        for program in drawn(task, arguments.edits, arguments.seed):
            started = time.perf_counter()
            outcome = runner.run(program, task.suite)
            step = time.perf_counter() - started
            cold = cold_seconds(program, task.suite)
            samples.append(Sample(step, cold, outcome.route, outcome.selected))
    selected = [entry.selected for entry in samples]
    row = summary(samples, measuring)
    return {**row, "median_tests_selected": float(np.median(selected))}


# --- every mutation, endless loops too ----------------------------------------------------------


def all_mutations(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time a step for each mutation of LogicV2, in a drawn order."""
    world = logic_v2.build()
    task = corpus_task("logic_v2")
    edits = enumerate_edits(task.program, resolve(world.mutations), None)
    order = np.random.default_rng(arguments.seed).permutation(len(edits))
    steps, slow, routes = [], [], Counter[str]()
    with LocalRunner(cache=False) as runner:
        measure(runner, task.program, task.suite)
        for index in order[: arguments.mutations]:
            program = apply(task.program, edits[index])
            started = time.perf_counter()
            outcome = runner.run(program, task.suite)
            steps.append((time.perf_counter() - started) * 1e3)
            routes[outcome.route] += 1
            slow.append(any(result.status is Status.TIMEOUT for result in outcome.results))
    values, late = np.array(steps), np.array(slow)
    return {
        "mutations": len(values),
        "mean_over_median": round(float(values.mean() / np.median(values)), 2),
        "step_ms": quantiles(values),
        "routes": dict(sorted(routes.items())),
        "timed_out": int(late.sum()),
        "median_ms_of_timed_out": round(float(np.median(values[late])), 1) if late.any() else None,
        "share_of_time_in_timed_out": round(float(values[late].sum() / values.sum()), 3),
    }


# --- memory -------------------------------------------------------------------------------------


def zygote_memory(_arguments: argparse.Namespace) -> dict[str, Any]:
    """Read the memory of the toy module's processes after its first steps.

    The resident set counts pages that the processes share in each of them, so it is an upper
    bound; the bar is held against that of the warm process (collected, stopped before the run).
    """
    task = load(TOY)
    with LocalRunner(cache=False) as runner:
        measure(runner, task.program, task.suite)
        for program in drawn(task, 8, 0):
            runner.run(program, task.suite)
        found = far_side(os.getpid())
        rows = {name: [memory(pid).mib() for pid in pids] for name, pids in found.items()}
    return {
        "compared": "warm process, RSS",
        "compared_mib": rows["warm"][0]["rss"],
        "task_and_warm_pss_mib": round(rows["task"][0]["pss"] + rows["warm"][0]["pss"], 2),
        "mib": {name: entries for name, entries in rows.items() if entries},
    }


# --- the record ---------------------------------------------------------------------------------

ROWS: dict[str, Row] = {
    **{f"step_{name}": partial(against_cold, name) for name in (TOY, "inflection", "toolz")},
    "first_step": first_step,
    "all_mutations": all_mutations,
    "zygote_memory": zygote_memory,
}


def row_of(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one row; return it with its bar and what its figures depend on."""
    before = {**setting(arguments), "command": f"python benchmarks/engine.py --only {name}"}
    figures = ROWS[name](arguments)
    after = [round(value, 2) for value in os.getloadavg()]
    bar = BARS[name]
    verdict = bar.verdict(figures[bar.field])
    held = {"field": bar.field, "bar": bar.bar, "stretch": bar.stretch, "reached": verdict}
    return {**figures, **held, "setting": {**before, "load_after": after, "git": git_state()}}


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=sorted(ROWS), action="append", help="rows to measure")
    parser.add_argument("--brief", action="store_true", help="a few edits per row")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    parser.add_argument("--seed", type=int, default=0)
    found = parser.parse_args(argv)
    found.edits, found.mutations = (8, 60) if found.brief else (60, None)
    return found


def main() -> int:
    """Measure and record; exit code 1 below a bar."""
    arguments = parse()
    record = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    missed = []
    for name in arguments.only or ROWS:
        record[name] = row = row_of(name, arguments)
        value = row[row["field"]]
        print(
            f"{name:16} {row['field']} {value} (bar {row['bar']}, stretch {row['stretch']}: "
            f"{row['reached']}), load {row['setting']['load_before'][0]}",
            flush=True,
        )
        missed += [name] if row["reached"] == "missed" else []
        if not arguments.dry:
            write_json(RESULTS, record)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
