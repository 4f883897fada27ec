"""A training run from configuration to folder."""

from __future__ import annotations

import pytest
import yaml

from nerion_gym import cli
from nerion_gym.commands import agents
from nerion_gym.commands.running import flat, run_training
from nerion_gym.errors import ConfigError
from nerion_gym.logbook.reading import find_runs, read_events, read_manifest, read_result
from nerion_gym.training.config import train_config
from policies import configured
from tests.unit.commands import fakes


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    fakes.register()
    monkeypatch.setattr(agents, "make_agent", fakes.make_agent)


def config(tmp_path, **changes):
    """Return a small configuration of the fake world."""
    values = {"env": fakes.WORLD, "algo": "drawing", "executions": 5, "tensorboard_log": tmp_path}
    return train_config(values | changes)


def test_a_run_leaves_everything_behind(tmp_path):
    seen, folders = [], []
    folder, result = run_training(config(tmp_path, seed=3), seen.append, folders.append)
    assert folders == [folder]
    assert folder.parent == tmp_path / fakes.WORLD / "drawing"
    assert result["executions"] == 5
    assert result["ended_by"] == "executions"
    assert seen[-1].steps == result["steps"]
    assert read_result(folder) == result
    manifest = read_manifest(folder)
    assert manifest["status"] == "finished"
    assert manifest["ended_by"] == "executions"
    assert manifest["result"]["survivors"] == result["survivors"]
    assert set(manifest["git"]) == {"commit", "dirty"}
    saved = yaml.safe_load((folder / "config.yaml").read_text())
    assert (saved["seed"], saved["executions"], saved["n_timesteps"]) == (3, 5, 0)
    steps = [event for event in read_events(folder) if event["kind"] == "step"]
    assert len(steps) == result["steps"]
    assert steps[-1]["survivors"] == result["survivors"]
    assert not list(folder.glob("checkpoint*"))


NEEDY = """\
import socket
import subprocess
import sys

from m import double

def test_needy():
    socket.create_server(("127.0.0.1", 0)).close()
    assert subprocess.run([sys.executable, "-c", ""]).returncode == double(0)
"""


def own_package(tmp_path, tests):
    (tmp_path / "m.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "test_m.py").write_text(tests)
    return {"path": str(tmp_path / "m.py"), "tests": str(tmp_path / "test_m.py")}


@pytest.mark.sandbox
def test_how_a_package_is_confined_is_in_the_manifest(tmp_path, monkeypatch):
    monkeypatch.undo()
    kwargs = own_package(tmp_path, NEEDY)
    changes = {"env": "Nerion-Repo-v0", "env_kwargs": kwargs, "algo": "uniform", "executions": 1}
    folder, _ = run_training(config(tmp_path, **changes))
    manifest = read_manifest(folder)
    assert manifest["containment"] == "package"
    assert manifest["layers"]["seccomp"].startswith("package filter, ")
    assert manifest["layers"]["Landlock"].startswith("version ")
    assert manifest["needs"] == ["network", "processes"]


@pytest.mark.sandbox
def test_a_run_that_was_interrupted_says_how_it_was_confined(tmp_path):
    kwargs = own_package(tmp_path, "from m import double\n\ndef test():\n    assert double(1)\n")
    changes = {"env": "Nerion-Repo-v0", "env_kwargs": kwargs | {"containment": "strict"}}
    with pytest.raises(KeyboardInterrupt):
        run_training(config(tmp_path, algo="interrupted", **changes))
    (run,) = find_runs(tmp_path)
    manifest = read_manifest(run)
    assert manifest["status"] == "interrupted"
    assert manifest["layers"]["containment"] == manifest["containment"]
    assert manifest["containment"].startswith("strict")
    assert manifest["needs"] == []


def test_the_same_seed_gives_the_same_numbers(tmp_path):
    results = [run_training(config(tmp_path, seed=seed))[1] for seed in (1, 1, 2)]
    for result in results:
        del result["seconds"]
    assert results[0] == results[1]
    assert {**results[2], "seed": 1} != results[0]


def test_checkpoints_and_evaluation_are_made_when_asked_for(tmp_path):
    changes = {"save": True, "save_freq": 2, "eval_episodes": 2, "n_timesteps": 5}
    folder, result = run_training(config(tmp_path, executions=100, **changes))
    assert result["ended_by"] == "steps"
    names = sorted(path.name for path in folder.glob("checkpoint*"))
    assert names == ["checkpoint-00000002.txt", "checkpoint-00000004.txt", "checkpoint.txt"]
    assert (folder / "checkpoint.txt").read_text() == "5"
    assert result["eval/mean_ep_length"] == 6.0
    (event,) = [event for event in read_events(folder) if event["kind"] == "evaluation"]
    assert len(event["returns"]) == 2


def test_a_learner_of_its_own_is_counted_like_any_other(tmp_path):
    folder, result = run_training(config(tmp_path, algo="self_taught"))
    assert result["executions"] == 5
    assert result["survivors"] == 2
    assert result["mean_surprise"] is None
    assert len([e for e in read_events(folder) if e["kind"] == "step"]) == result["steps"]


def saved(folder):
    return yaml.safe_load((folder / "config.yaml").read_text())["hyperparams"]


def test_what_a_run_used_of_its_agents_file_is_in_its_configuration(tmp_path, monkeypatch):
    monkeypatch.setattr(configured, "FOLDER", tmp_path)
    text = f"default: {{rate: 0.5, depth: 2}}\n{fakes.WORLD}: {{depth: 3}}\n"
    (tmp_path / "drawing.yml").write_text(text)
    folder, _ = run_training(config(tmp_path, hyperparams={"width": 8}))
    assert saved(folder) == {"rate": 0.5, "depth": 3, "width": 8}
    folder, _ = run_training(config(tmp_path, hyperparams={"depth": 4}))
    assert saved(folder) == {"rate": 0.5, "depth": 4}
    folder, _ = run_training(config(tmp_path, algo="self_taught"))
    assert saved(folder) == {}


def test_a_file_of_ones_own_stands_for_the_agents(tmp_path):
    mine = tmp_path / "mine.yml"
    mine.write_text("default: {colour: red}\n")
    folder, _ = run_training(config(tmp_path, conf_file=mine))
    assert saved(folder) == {"colour": "red"}
    mine.write_text("Nerion-Fkae-v0: {colour: red}\n")
    with pytest.raises(ConfigError, match=r"mine.yml: 'Nerion-Fkae-v0'.*did you mean 'Nerion-Fake"):
        run_training(config(tmp_path, conf_file=mine))
    mine.unlink()
    with pytest.raises(ConfigError, match=r"mine\.yml: cannot read"):
        run_training(config(tmp_path, conf_file=mine))


def test_an_option_that_an_agent_does_not_have_names_the_file(tmp_path, monkeypatch):
    mine = tmp_path / "mine.yml"
    mine.write_text("default: {colour: red}\n")
    monkeypatch.undo()
    with pytest.raises(ConfigError, match=r"-params or .*mine.yml: uniform does not take.*colour"):
        run_training(config(tmp_path, algo="uniform", conf_file=mine))


def test_a_wrong_world_or_argument_makes_no_folder(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'Nerion-LogicV2-v0'"):
        run_training(config(tmp_path, env="Nerion-LogicV2-v00"))
    with pytest.raises(ConfigError, match=r"--env-kwargs 'paht': .* has none.*takes: surv"):
        run_training(config(tmp_path, env_kwargs={"paht": "x"}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.pure
def test_nested_settings_get_dotted_names():
    assert flat({"a": 1, "b": {"c": 2, "d": {"e": 3}}}) == {"a": 1, "b.c": 2, "b.d.e": 3}


@pytest.mark.sandbox
def test_a_world_with_nothing_left_to_try_ends_the_run_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.undo()
    kwargs = own_package(tmp_path, "from m import double\n\ndef test():\n    assert double(1)\n")
    pairs = [f"{key}:{value}" for key, value in kwargs.items()]
    arguments = ["train", "--env", "Nerion-Repo-v0", "--env-kwargs", *pairs, "--algo", "uniform"]
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--executions", "300", "-tb", str(tmp_path / "runs")])
    assert not ended.value.code
    out = capsys.readouterr().out
    (folder,) = find_runs(tmp_path / "runs")
    edits = read_manifest(folder)["edits"]
    count = edits["edits_total"]
    assert f"ended by nothing left to try: {count} executions" in out
    assert f"edits      every one known after execution {count}; all {count} within reach" in out
    assert edits["all_known_after"] == edits["edits_known"] == edits["edits_within_reach"] == count
