"""Per edit against mutmut, on the same mutants of the same modules, turn by turn.

    python benchmarks/peers.py                          3 rounds per module, and record
    python benchmarks/peers.py --only math_logic --rounds 1 --dry

mutmut (pinned) lives in a virtual environment of its own, made by pip the first time. It generates
the mutants and runs those that a test calls; our side runs *the same* mutated files. Both have two
workers and stop a mutant at its first failing test. Two figures each:

- run phase, ms a mutant: mutmut's own (it prints mutants per second, its start-up phases left out);
  ours is `run_many` on a runner that has measured the clean suite, whose second worker's processes
  start inside the timed phase. **This one is compared.**
- wall, ms a mutant: the whole process from its start to its end; for mutmut with generating the
  mutants, for us with imports, control runs and coverage, without generating.

mutmut cannot notice a change in code that runs at import (every such mutant "survives"), where we
import and collect again. So a module with such mutants gets two rows: all of them, and those that
are confined to bodies that do not run at import, where both sides do the same work. The bar is
held against the second; the first is on record beside it, with how many verdicts differ.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.engine_edits import TOY, load
from benchmarks.peers_mutmut import MUTMUT, SECONDS, SURVIVED, Mutant, Turn, peer_python, run_mutmut
from benchmarks.throughput import setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.types.outcome import survived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.task import Task

RESULTS = Path(__file__).with_name("results") / "peers.json"
WORKERS = 2
BAR, STRETCH = 8.0, 20.0
REIMPORT = "reimport"


# --- our side -----------------------------------------------------------------------------------


def ours_here(name: str, mutants: list[Mutant]) -> dict[str, Any]:
    """Measure the clean suite and run the mutants in this process; the caller times the whole."""
    task = load(name)
    programs = [task.program.replaced({one.path: one.text.encode()}) for one in mutants]
    with LocalRunner(workers=WORKERS, cache=False) as runner:
        control = measure(runner, task.program, task.suite).control
        started = time.perf_counter()
        outcomes = many(runner, programs, task.suite)
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        many(runner, programs, task.suite)
        again = time.perf_counter() - started
    return {
        "run": seconds,
        "run_again": again,
        "survived": [survived(outcome, control) for outcome in outcomes],
        "routes": [outcome.route for outcome in outcomes],
    }


def many(runner: LocalRunner, programs: list[Program], suite: Suite) -> list[Outcome]:
    """Run programs, each to its first failure if this version's `run_many` can."""
    stop = {"stop_at_first_failure": True} if can_stop() else {}
    return runner.run_many(programs, suite, **stop)


def can_stop() -> bool:
    """Whether `run_many` takes `stop_at_first_failure`."""
    return "stop_at_first_failure" in inspect.signature(LocalRunner.run_many).parameters


def run_ours(name: str, mutants: list[Mutant]) -> tuple[Turn, dict[str, Any]]:
    """Run the mutants in a process of their own."""
    with tempfile.TemporaryDirectory(prefix="ours-") as folder:
        given, found = Path(folder, "mutants.json"), Path(folder, "found.json")
        given.write_text(json.dumps([name, [asdict(mutant) for mutant in mutants]]))
        started = time.perf_counter()
        command = [sys.executable, str(Path(__file__)), "--ours", str(given), str(found)]
        subprocess.run(command, check=True, timeout=SECONDS)
        # The second pass, on workers that are up already, is no part of the job.
        details = json.loads(found.read_text())
        wall = time.perf_counter() - started - details["run_again"]
    return Turn(len(mutants), details["run"], wall), details


# --- both, turn by turn -------------------------------------------------------------------------


def compared(task: Task, rounds: int, names: Sequence[str] = ()) -> dict[str, Any]:
    """Run both sides turn by turn on mutmut's mutants, or on those named."""
    peers: list[Turn] = []
    ours: list[Turn] = []
    for _ in range(rounds):
        turn, mutants = run_mutmut(task.program, task.suite, WORKERS, names)
        peers.append(turn)
        turn, details = run_ours(task.name, mutants)
        ours.append(turn)
    pairs = list(zip(mutants, details["survived"], strict=True))
    differing = Counter(one.function for one, alive in pairs if (one.code == SURVIVED) != alive)
    confined = [
        one.name for one, route in zip(mutants, details["routes"], strict=True) if route != REIMPORT
    ]
    return {
        "mutants": len(mutants),
        **figures(peers, ours),
        "ours_on_running_workers_ms": round(1e3 * details["run_again"] / len(mutants), 2),
        "routes": dict(sorted(Counter(details["routes"]).items())),
        "verdicts_that_differ_by_function": dict(sorted(differing.items())),
        "confined": confined,
    }


def figures(peers: list[Turn], ours: list[Turn]) -> dict[str, Any]:
    """Return each round's milliseconds a mutant, and the ratios of their medians."""
    rows = {
        phase: {"mutmut": per_mutant(peers, phase), "ours": per_mutant(ours, phase)}
        for phase in ("run", "wall")
    }
    ratios = {
        phase: round(statistics.median(row["mutmut"]) / statistics.median(row["ours"]), 2)
        for phase, row in rows.items()
    }
    return {"ratio_run": ratios["run"], "ratio_wall": ratios["wall"], "ms_per_mutant": rows}


def per_mutant(turns: list[Turn], phase: str) -> list[float]:
    """Return milliseconds a mutant, a figure per round."""
    return [round(1e3 * getattr(turn, phase) / turn.mutants, 2) for turn in turns]


def rows_of(name: str, rounds: int) -> dict[str, dict[str, Any]]:
    """Return the module's row, or two where code that runs at import is among the mutants."""
    task = load(name)
    whole = compared(task, rounds)
    confined = whole.pop("confined")
    if len(confined) == whole["mutants"]:
        return {name: {**whole, "compared": True}}
    part = compared(task, rounds, confined)
    del part["confined"]
    return {
        f"{name}, all mutants": {**whole, "compared": False},
        f"{name}, not run at import": {**part, "compared": True},
    }


# --- the record ---------------------------------------------------------------------------------


def record(options: argparse.Namespace) -> int:
    """Measure every module and record; exit code 1 below the bar."""
    peer_python()  # installed before anything is timed
    before = {**setting(options), "command": "python benchmarks/peers.py", "git": git_state()}
    before["versions"] = {**before["versions"], "mutmut": MUTMUT}
    rules = {
        "workers": WORKERS,
        "stop_at_first_failure": {"mutmut": True, "ours": can_stop()},
        "bar": BAR,
        "stretch": STRETCH,
        "compared": "ratio_run of the rows marked compared",
    }
    rows: dict[str, dict[str, Any]] = {}
    for name in options.only or (TOY, "inflection"):
        found = rows_of(name, options.rounds)
        rows |= found
        for title, row in found.items():
            print(
                f"{title}: {row['mutants']} mutants, x {row['ratio_run']} in the run phase, "
                f"x {row['ratio_wall']} in wall time, {row['ms_per_mutant']}, verdicts differ: "
                f"{row['verdicts_that_differ_by_function'] or 'none'}",
                flush=True,
            )
    before["load_after"] = [round(value, 2) for value in os.getloadavg()]
    if not options.dry:
        write_json(RESULTS, {"setting": before, **rules, "rows": rows})
    return int(any(row["compared"] and row["ratio_run"] < BAR for row in rows.values()))


def main() -> int:
    """Measure, or be the process that runs our side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", help="a module")
    parser.add_argument("--rounds", type=int, default=3, help="at least 1 (3)")
    parser.add_argument("--seed", type=int, default=0, help="recorded; nothing is drawn here")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    parser.add_argument("--ours", nargs=2, metavar=("MUTANTS", "FOUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.ours:
        return record(options)
    name, rows = json.loads(Path(options.ours[0]).read_text())
    found = ours_here(name, [Mutant(**row) for row in rows])
    Path(options.ours[1]).write_text(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
