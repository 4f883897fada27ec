"""A benchmark: its plan on disk, its table, and what is said of runs that failed."""

from __future__ import annotations

import json

import pytest
import typer

from nerion_gym.commands.cells import Cell, Ended, Place
from nerion_gym.commands.comparing import (
    Plan,
    make_plan,
    make_table,
    new_place,
    read_plan,
    run_benchmark,
)
from nerion_gym.commands.console import Screen, progress_note, short_path
from nerion_gym.errors import ConfigError, StorageError
from tests.unit.commands import fakes
from tests.unit.commands.test_cells import PROGRAM

PLAN = Plan(env=fakes.WORLD, algos=("drawing", "failing"), executions=3)


def results(algo, seeds):
    """Return numbers as runs give them."""
    keys = ("survivors", "survivor_area", "mean_surprise", "executions", "steps")
    return [{"algo": algo, "seed": seed, **dict.fromkeys(keys, 1.0)} for seed in range(seeds)]


@pytest.mark.pure
def test_every_agent_gets_every_seed_and_the_same_budget():
    plan = Plan(algos=("a", "b"), seeds=3, executions=7, env_kwargs=("path:x", "tests:y"))
    cells = plan.cells()
    assert [(cell.seed, cell.algo) for cell in cells[:3]] == [(0, "a"), (0, "b"), (1, "a")]
    assert len(cells) == 6
    expected = ("--executions", "7", "-n", "0", "--env-kwargs", "path:x", "tests:y")
    assert {cell.arguments for cell in cells} == {expected}


@pytest.mark.pure
def test_presets_can_be_changed_and_mistakes_are_refused():
    assert make_plan("demo", {"seeds": 5, "env": None}).seeds == 5
    assert make_plan("demo", {"seeds": 5}).algos == ("curiosity", "ppo", "uniform")
    for preset, changes in (("demo", {"seeds": 2}), ("dmeo", {}), (None, {"sed": 3})):
        with pytest.raises(ConfigError, match=r"seeds=2|dmeo|sed"):
            make_plan(preset, changes)


def test_a_plan_is_read_back(tmp_path):
    place = new_place(tmp_path, "benchmark", PLAN)
    assert read_plan(place.folder) == PLAN
    with pytest.raises(StorageError, match="no benchmark to go on with"):
        read_plan(tmp_path)
    (place.folder / "benchmark.yaml").write_text("seed: 4\n")
    with pytest.raises(ConfigError, match="seed=4"):
        read_plan(place.folder)


@pytest.mark.pure
def test_an_agent_with_too_few_seeds_is_left_out_of_the_table():
    table = make_table(PLAN, [*results("failing", 2), *results("drawing", 3)])
    assert [row.agent for row in table.rows] == ["drawing"]
    assert make_table(PLAN, results("failing", 2)) is None


@pytest.mark.sandbox
def test_a_benchmark_shows_its_table_what_failed_and_how_to_look(tmp_path, capfd):
    place = Place(new_place(tmp_path, "benchmark", PLAN).folder, fakes.WORLD, PROGRAM)
    with pytest.raises(typer.Exit) as ended:
        run_benchmark(PLAN, place, 2, Screen(), progress=False)
    assert ended.value.exit_code == 1
    out, err = capfd.readouterr()
    assert "smoke run, not evidence" in out
    assert "drawing seed 2: " in out
    assert "drawing: runs ended 3 by executions" in out
    assert err.count("mend it first") == 3
    assert out.splitlines()[-1].startswith("look at the curves: ")
    assert f"tensorboard --logdir {place.folder}" in out.splitlines()[-1]
    record = json.loads((place.folder / "results.json").read_text())
    assert [run["algo"] for run in record["results"]] == ["drawing"] * 3
    assert len(record["failures"]) == 3
    assert "| drawing | 3 |" in (place.folder / "table.md").read_text()


@pytest.mark.pure
def test_texts_for_people(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert short_path(tmp_path / "runs" / "x") == "runs/x"
    assert short_path(tmp_path.parent) == str(tmp_path.parent)
    assert progress_note(3, None) == "3 survivors"
    assert progress_note(3, 0.456) == "3 survivors, surprise 0.46"
    assert Cell("uniform", 2).name == "uniform seed 2"
    assert Ended(Cell("uniform", 2), None, "x").reused is False
