"""The first step on a program that no process has seen: four ways to come to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.engine_edits import TOY, drawn, load, timed, with_last_line
from benchmarks.throughput import quantiles
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner

if TYPE_CHECKING:
    import argparse

    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.program import Program


def first_step(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time the first step on programs that no process has seen, four ways, turn by turn.

    Each repetition gives the toy module another last line, so that nothing is warm for it but
    the base process, where the way says so.
    """
    task = load(TOY)
    times: dict[str, list[float]] = {}
    with LocalRunner(cache=False) as runner:
        known = measure(runner, task.program, task.suite)
        for turn, program in enumerate(drawn(task, arguments.edits, arguments.seed)):
            for way, act in WAYS.items():
                baseline = renewed(known, f"{turn} {way}")
                edit = with_last_line(program, f"{turn} {way}")
                times.setdefault(way, []).append(timed(partial(act, runner, baseline, edit)))
    rows = {way: quantiles(np.array(values) * 1e3) for way, values in times.items()}
    return {
        "compared": "base_running",
        "compared_ms": rows["base_running"]["median"],
        "repetitions": len(next(iter(times.values()))),
        "ms": rows,
        "ways": {way: (act.__doc__ or "").strip() for way, act in WAYS.items()},
    }


def renewed(known: Baseline, text: str) -> Baseline:
    """Return what was measured, as the measurement of a program with another last line."""
    return replace(known, program=with_last_line(known.program, text))


def with_control(runner: LocalRunner, baseline: Baseline, edit: Program) -> None:
    """Fork the running base, collect, control run, edit (coverage known)."""
    control = runner.control(baseline.program, baseline.suite)
    runner.adopt(replace(baseline, control=control))
    runner.run(edit, baseline.suite)


def carried(runner: LocalRunner, baseline: Baseline, edit: Program) -> None:
    """Fork the running base, collect, edit (the task carries its control run and coverage)."""
    runner.adopt(baseline)
    runner.run(edit, baseline.suite)


def from_nothing(_runner: LocalRunner, baseline: Baseline, edit: Program) -> None:
    """Start a runner and its base, collect, control run, edit (coverage known), end them."""
    with LocalRunner(cache=False) as runner:
        with_control(runner, baseline, edit)


def measured_first(runner: LocalRunner, baseline: Baseline, edit: Program) -> None:
    """Fork the running base, collect, control run twice, coverage, forced fault, edit."""
    measure(runner, baseline.program, baseline.suite)
    runner.run(edit, baseline.suite)


WAYS = {
    "base_running": with_control,
    "base_running_task_carried": carried,
    "base_running_measured": measured_first,
    "runner_cold": from_nothing,
}
