"""A run's folder: never overwritten, readable after a crash, closed exactly once."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import yaml

from nerion_gym.errors import StorageError
from nerion_gym.logbook.files import jsonable, safe, write_json
from nerion_gym.logbook.reading import find_runs, read_events, read_manifest, read_result
from nerion_gym.logbook.run import Run

CONFIG = {"env": "Nerion-ToyMath-v0", "seed": 3, "env_kwargs": {"path": Path("a/b")}, "lr": 1e-3}


def create(root) -> Run:
    """Make a run with a fixed configuration."""
    return Run.create(root, "Nerion-ToyMath-v0", "uniform", 3, CONFIG)


def test_a_run_says_what_it_is(tmp_path):
    with create(tmp_path) as run:
        run.event("step", action=np.int64(3), reward=np.float32(0.5), classes=np.array([0, -1]))
        run.note(git={"commit": "abc"}, ended_by="executions")
        run.result({"survivors": 4})
    assert run.folder.parent == tmp_path / "Nerion-ToyMath-v0" / "uniform"
    assert run.folder.name.startswith("seed3-")
    assert yaml.safe_load((run.folder / "config.yaml").read_text())["env_kwargs"]["path"] == "a/b"
    manifest = read_manifest(run.folder)
    assert manifest["status"] == "finished"
    assert manifest["ended_by"] == "executions"
    assert manifest["git"] == {"commit": "abc"}
    assert manifest["versions"]["numpy"] == np.__version__
    assert manifest["seconds"] >= 0
    (event,) = read_events(run.folder)
    assert (event["kind"], event["action"], event["classes"]) == ("step", 3, [0, -1])
    assert read_result(run.folder) == {"survivors": 4}
    assert find_runs(tmp_path) == [run.folder]


def test_runs_that_begin_together_get_folders_of_their_own(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: create(tmp_path), range(16)))
    assert len({run.folder for run in runs}) == 16
    for run in runs:
        run.close()


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), "interrupted"), (ValueError("bad"), "crashed")]
)
def test_a_broken_run_is_readable_and_the_error_goes_on(tmp_path, error, status):
    run = create(tmp_path)

    def work():
        with run:
            run.event("step", n=1)
            raise error

    with pytest.raises(type(error)):
        work()
    manifest = read_manifest(run.folder)
    assert manifest["status"] == status
    assert manifest["ended_by"] is None
    assert manifest["error"] == (f"ValueError: {error}" if status == "crashed" else None)
    assert [event["n"] for event in read_events(run.folder)] == [1]
    with pytest.raises(StorageError, match=r"result\.json"):
        read_result(run.folder)


@pytest.mark.sandbox
def test_a_killed_run_keeps_its_lines_and_stays_running(tmp_path):
    code = (
        "import os; from pathlib import Path; from nerion_gym.logbook.run import Run\n"
        f"run = Run.create(Path({str(tmp_path)!r}), 'X-v0', 'uniform', 0, {{}})\n"
        "[run.event('step', n=n) for n in range(5)]\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    (folder,) = find_runs(tmp_path)
    assert read_manifest(folder)["status"] == "running"
    assert [event["n"] for event in read_events(folder)] == list(range(5))


def test_a_line_cut_short_is_left_out(tmp_path):
    (tmp_path / "events.jsonl").write_text('{"kind": "a"}\n{"kind": "b', encoding="utf-8")
    assert [event["kind"] for event in read_events(tmp_path)] == ["a"]


def test_events_after_the_end_and_without_json_form_are_refused(tmp_path):
    with create(tmp_path) as run, pytest.raises(StorageError, match="object has no JSON form"):
        run.event("step", value=object())
    with pytest.raises(StorageError, match="cannot be written"):
        run.event("step")
    run.close()


def test_a_root_that_is_a_file_is_a_clear_error(tmp_path):
    blocked = tmp_path / "runs"
    blocked.write_text("")
    with pytest.raises(StorageError, match="choose another"):
        create(blocked)


@pytest.mark.pure
def test_names_become_one_path_segment():
    assert safe("nerion_gym:Nerion-ToyMath-v0") == "nerion_gym_Nerion-ToyMath-v0"
    assert safe("../a/b") == "_a_b"
    assert safe("..") == "_"


@pytest.mark.pure
def test_json_holds_what_numbers_can():
    value = {"a": float("nan"), 1: (np.float64(2.5), np.bool_(True)), "p": Path("x")}
    assert jsonable(value) == {"a": None, "1": [2.5, True], "p": "x"}


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "manifest.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
