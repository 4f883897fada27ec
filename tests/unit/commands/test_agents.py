"""Every agent in a real world: equal budgets, and the same seed gives the same run."""

from __future__ import annotations

import pytest

from nerion_gym.commands.agents import make_world
from nerion_gym.commands.running import run_training
from nerion_gym.errors import ConfigError
from nerion_gym.execution.confinement import machine
from nerion_gym.logbook.reading import read_events, read_manifest
from nerion_gym.training.config import train_config
from policies.policy import NAMES

pytestmark = pytest.mark.sandbox


def train(folder, algo, seed=0, executions=8):
    """Train in the toy world; return the run's folder and its numbers without the clock's."""
    values = {"env": "Nerion-ToyMath-v0", "algo": algo, "seed": seed, "executions": executions}
    run, result = run_training(train_config(values | {"tensorboard_log": folder}))
    del result["seconds"]
    return run, result


def test_a_light_agent_repeats_its_run(tmp_path):
    first, other = train(tmp_path, "success_rate"), train(tmp_path, "success_rate", seed=1)
    assert train(tmp_path, "success_rate")[1] == first[1] != other[1]
    assert first[1]["ended_by"] == "executions"
    assert first[1]["mean_surprise"] > 0
    manifest = read_manifest(first[0])
    assert manifest["containment"] == manifest["layers"]["containment"] == machine.stamp("strict")
    assert manifest["layers"] == machine.layers("strict")
    assert manifest["needs"] == []


@pytest.mark.slow
@pytest.mark.parametrize("algo", NAMES)
def test_every_agent_spends_the_same_budget_and_repeats_its_run(tmp_path, algo):
    runs = [train(tmp_path, algo, executions=12) for _ in range(2)]
    assert runs[0][1] == runs[1][1]
    assert runs[0][1]["executions"] == 12
    steps = [[e for e in read_events(folder) if e["kind"] == "step"] for folder, _ in runs]
    for one, other in zip(*steps, strict=True):
        del one["time"], other["time"]
        assert one == other


@pytest.mark.pure
@pytest.mark.parametrize(
    ("world", "arguments"),
    [
        ("Nerion-ToyMath-v0", "split, observation, render_mode"),
        (
            "Nerion-Repo-v0",
            "path, split, tests, exclude, arguments, flaky, containment, observation, render_mode",
        ),
    ],
)
def test_an_argument_that_a_world_does_not_take_is_named(world, arguments, tmp_path):
    (tmp_path / "m.py").write_text("x = 1\n")
    (tmp_path / "test_m.py").write_text("def test():\n    pass\n")
    given = {"path": str(tmp_path / "m.py")} if "Repo" in world else {}
    with pytest.raises(ConfigError, match=r"'renderer': Nerion-\S+ has none") as caught:
        make_world(world, {**given, "renderer": 1})
    assert "init" not in str(caught.value)
    assert f"; it takes: {arguments}" in str(caught.value)
