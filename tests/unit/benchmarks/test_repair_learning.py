"""The benchmark of learning to repair: seed by seed, resumable, with an interval over seeds."""

import json
import sys

import pytest

from benchmarks import repair_learning

pytestmark = pytest.mark.pure
TINY = {"width": 8, "layers": 1, "learning_starts": 8, "train_freq": 8, "batch_size": 4}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the benchmark in the fixture world, a few steps a seed; return its record."""
    monkeypatch.setattr(repair_learning, "RESULTS", tmp_path)
    monkeypatch.setattr(repair_learning, "CHUNK", 16)
    monkeypatch.setattr(repair_learning, "EPISODES", 3)
    monkeypatch.setattr(repair_learning, "REPAIR_LEARNERS", {"dqn": TINY})
    monkeypatch.setattr(repair_learning, "git_state", lambda: None)
    monkeypatch.setattr(repair_learning, "versions", dict)

    def main(*flags):
        arguments = ["repair_learning.py", "--fixture", *flags]
        monkeypatch.setattr(sys, "argv", arguments)
        repair_learning.main()
        return json.loads((tmp_path / "repair_learning_fixture.json").read_text())

    return main


def test_seeds_are_recorded_as_they_end_and_not_run_again(run, monkeypatch):
    first = run("--seeds", "2", "--steps", "32")
    assert first["command"].endswith("--algo dqn --seeds 2 --first 0 --steps 32 --fixture")
    assert sorted(first["seeds"]) == ["0", "1"]
    for row in first["seeds"].values():
        assert [point["steps"] for point in row["curve"]] == [16, 32]
        assert 0 < row["executions"] <= 32
        assert 0.0 <= row["uniform"] <= 1.0
        assert 0.0 <= row["seen"] <= 1.0
    asked = []
    learn = repair_learning.learn
    monkeypatch.setattr(
        repair_learning, "learn", lambda *given: asked.append(given[1]) or learn(*given)
    )
    again = run("--seeds", "3", "--steps", "32")
    assert asked == [2]
    assert again["seeds"]["0"] == first["seeds"]["0"]
    assert again["summary"]["seeds"] == 3
    with pytest.raises(SystemExit, match="move it away"):
        run("--seeds", "3", "--steps", "16")


def test_the_summary_is_over_seeds():
    rest = {"uniform": 0.25, "seen": 0.75}
    seeds = [
        {"curve": [{"steps": 2, "greedy": won}, {"steps": 4, "greedy": 1.0}], **rest}
        for won in (0.0, 0.5, 0.5, 1.0)
    ]
    found = repair_learning.summary(seeds)
    assert found["seeds"] == 4
    assert found["greedy"][2]["point"] == 0.5
    assert found["greedy"][2]["low"] < 0.5 < found["greedy"][2]["high"]
    assert found["greedy"][4] == {"point": 1.0, "low": 1.0, "high": 1.0}
    assert (found["uniform"]["point"], found["seen"]["point"]) == (0.25, 0.75)


@pytest.mark.parametrize(("place", "trace"), [("CORPUS", False), ("TRACED", True)])
@pytest.mark.parametrize(("split", "lines"), [("train", None), ("val", 40)])
def test_it_trains_on_all_programs_and_is_judged_on_short_ones(
    monkeypatch, place, trace, split, lines
):
    asked = {}

    def make(name, **arguments):
        asked[name] = arguments

    monkeypatch.setattr(repair_learning.gym, "make", make)
    getattr(repair_learning, place).make(split)
    wanted = {"family": "corpus", "lines": lines, "observation": "padded", "split": split}
    assert asked == {"Nerion-Repair-v0": {**wanted, "trace": trace}}
