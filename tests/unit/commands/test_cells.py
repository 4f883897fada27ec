"""Cells of a benchmark: isolated, resumable, interruptible."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nerion_gym.commands.cells import Cell, Place, run_cells
from nerion_gym.logbook.reading import find_runs, read_manifest
from tests.unit.commands import fakes

pytestmark = pytest.mark.sandbox

PROGRAM = (sys.executable, str(Path(__file__).with_name("fake_cli.py")))
BUDGET = ("--executions", "4")


def place(folder) -> Place:
    """Return a benchmark's place whose cells run the fake world."""
    return Place(folder, fakes.WORLD, PROGRAM)


def cells(*algos) -> list[Cell]:
    """Return a cell per name."""
    return [Cell(algo, seed, BUDGET) for seed, algo in enumerate(algos)]


def test_a_failing_cell_is_reported_and_loses_nothing_of_the_others(tmp_path):
    seen = []
    wanted = cells("failing", "drawing", "nobody", "drawing")
    ended = {e.cell: e for e in run_cells(wanted, place(tmp_path), 2, lambda r: seen.append(r))}
    assert set(ended) == set(wanted)
    failed, first, unknown, second = (ended[cell] for cell in wanted)
    assert failed.result is None
    assert failed.error == ("error: tests/test_x.py::test_y fails before any edit; mend it first")
    assert "KeyError" in unknown.error
    assert (first.result["seed"], second.result["seed"]) == (1, 3)
    assert first.result["executions"] == 4
    assert {item.cell for item in seen} == set(wanted)


def test_finished_cells_are_not_run_again_and_unfinished_ones_are(tmp_path):
    wanted = cells("drawing", "drawing")
    before = [e.result for e in run_cells(wanted, place(tmp_path), 2, lambda _: None)]
    runs = find_runs(tmp_path)
    broken = place(tmp_path).runs(wanted[1])[0]
    (broken / "result.json").unlink()
    ended = {e.cell: e for e in run_cells(wanted, place(tmp_path), 2, lambda _: None)}
    assert [ended[cell].reused for cell in wanted] == [True, False]
    assert ended[wanted[0]].result in before
    assert len(find_runs(tmp_path)) == len(runs) + 1


def test_progress_comes_from_the_telemetry(tmp_path):
    steps = []

    def watch(running):
        steps.append(running.look().get("step", 0))

    slow = Cell("slow", 0, ("--executions", "99", "-n", "30"))
    (ended,) = run_cells([slow], place(tmp_path), 1, watch)
    assert ended.result["steps"] == 30
    assert steps == sorted(steps)
    assert len(set(steps)) > 3


def test_ctrl_c_leaves_readable_runs_and_no_process(tmp_path):
    def watch(running):
        if running.look().get("step", 0) >= 2:
            raise KeyboardInterrupt

    slow = [Cell("slow", seed, ("--executions", "99", "-n", "4000")) for seed in (0, 1)]
    with pytest.raises(KeyboardInterrupt):
        list(run_cells(slow, place(tmp_path), 2, watch))
    for folder in find_runs(tmp_path):
        manifest = read_manifest(folder)
        assert manifest["status"] == "interrupted"
        with pytest.raises(ProcessLookupError):
            os.kill(manifest["pid"], 0)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_on_one_run_says_where_it_is(tmp_path, sent):
    command = [*PROGRAM, "train", "--env", fakes.WORLD, "--algo", "slow", "-n", "4000"]
    process = subprocess.Popen(
        [*command, "--tensorboard-log", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    while not (runs := find_runs(tmp_path)) or not (runs[0] / "events.jsonl").stat().st_size:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(sent)
    _, message = process.communicate(timeout=20)
    assert process.returncode == 130
    assert message == f"interrupted; what was done so far is in {runs[0]}\n"
    assert read_manifest(runs[0])["status"] == "interrupted"
