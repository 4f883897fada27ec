"""Counting: what is a survivor, where it was found, what goes into charts and telemetry."""

from __future__ import annotations

import pytest

from nerion_gym.training.loop import online
from nerion_gym.training.recorder import Recorder
from nerion_gym.training.tally import Tally
from nerion_gym.types.protocols import Budget
from tests.unit.training.fake import FakeEnv, Notes, Scripted

pytestmark = pytest.mark.pure


def measure(tally, edit, executions, *, survived=False, reached=True, surprise=None):
    """Add one step of one edit."""
    info = {
        "task_id": "t",
        "edit": edit,
        "tests_run": int(reached),
        "survived": survived,
        "reward_survivor": float(survived),
    }
    metrics = {} if surprise is None else {"curiosity/surprise": surprise}
    tally.add(1, float(survived), False, info, executions, metrics)


def test_a_survivor_counts_once_and_only_where_a_test_reaches_it():
    tally = Tally(Notes())
    measure(tally, "a", 1, survived=True)
    measure(tally, "a", 1, survived=True)  # again, in another episode
    measure(tally, "b", 1, survived=True, reached=False)
    measure(tally, "c", 2)
    measure(tally, "d", 3, survived=True)
    summary = tally.summary()
    assert summary["survivors"] == 2
    assert summary["survivor_found_at"] == [1, 3]
    assert summary["unreached"] == 1
    assert summary["survivors_per_execution"] == 2 / 3


def test_a_refactor_that_survives_is_no_survivor():
    tally = Tally(Notes())
    tally.add(1, 0.0, False, {"edit": "r", "survived": True, "reward_survivor": 0.0}, 1)
    assert tally.survivors == 0


def test_the_area_is_the_mean_height_of_the_curve_over_the_whole_budget():
    tally = Tally(Notes())
    for number, survived in enumerate([True, False, True, False], start=1):
        measure(tally, f"e{number}", number, survived=survived)
    # Heights after 1..4 executions: 1, 1, 2, 2; a budget of 6 goes on with 2, 2.
    assert tally.summary()["survivor_area"] == 6 / 4
    assert tally.summary(budget=6)["survivor_area"] == 10 / 6


def test_surprise_counts_new_executions_only():
    tally = Tally(Notes())
    measure(tally, "a", 1, surprise=4.0)
    measure(tally, "a", 1, surprise=0.1)
    measure(tally, "u", 1, reached=False, surprise=9.0)
    measure(tally, "b", 2, surprise=2.0)
    measure(tally, "c", 3, surprise=1.0)
    summary = tally.summary()
    assert summary["mean_surprise"] == pytest.approx(7 / 3)
    assert summary["surprise_first_half"] == 4.0
    assert summary["surprise_second_half"] == 1.5


def test_blocks_of_a_hundred_executions():
    tally = Tally(Notes())
    for number in range(1, 251):
        measure(tally, f"e{number}", number, survived=number % 50 == 0, surprise=float(number))
    summary = tally.summary()
    assert summary["survivors_per_100"] == [2, 2, 1]
    assert summary["surprise_per_100"] == [50.5, 150.5, 225.5]


def test_nothing_is_said_of_what_was_not_measured():
    summary = Tally(Notes()).summary(budget=10)
    assert summary["mean_surprise"] is None
    assert summary["mean_return"] is None
    assert summary["survivor_area"] == 0.0
    assert summary["survivors_per_100"] == []


def test_charts_and_telemetry_of_a_run():
    notes = Notes()
    policy = Scripted([1, 2, 7, 0], lambda n: {"exploration/epsilon": 1 / n})
    online(policy).fit(FakeEnv(steps=4), Budget(steps=8), notes)
    assert notes.series("charts/episodic_return") == [(4, 2.0), (8, 2.0)]
    assert notes.series("charts/episodic_length") == [(4, 4.0), (8, 4.0)]
    assert notes.series("charts/executions") == [(1, 1), (2, 2), (4, 2), (8, 2)]
    assert notes.series("charts/survivors") == [(1, 0), (2, 1), (4, 1), (8, 1)]
    assert [step for step, _ in notes.series("exploration/epsilon")] == list(range(1, 9))
    steps = [payload for kind, payload in notes.events if kind == "step"]
    assert [row["action"] for row in steps[:4]] == [1, 2, 7, 0]
    assert [row["tests_run"] for row in steps[:4]] == [3, 3, 0, 0]
    assert [row["masked_action"] for row in steps[:4]] == [False, False, False, True]
    episodes = [payload for kind, payload in notes.events if kind == "episode"]
    assert [(row["total"], row["length"], row["end"]) for row in episodes] == [
        (2.0, 4, "budget")
    ] * 2


def test_speed_is_steps_by_the_clock():
    ticks = iter([10.0, 14.0])
    notes = Notes()
    tally = Tally(notes, clock=lambda: next(ticks))
    measure(tally, "a", 1)
    assert notes.series("charts/SPS") == [(1, 0.25)]


def test_a_recorder_counts_like_the_loop():
    actions = [1, 2, 7, 0, 1, 5, 2, 3]
    notes = Notes()
    learner = online(Scripted(actions))
    learner.fit(FakeEnv(steps=4), Budget(steps=8), notes)
    other_notes = Notes()
    tally = Tally(other_notes)
    env = Recorder(FakeEnv(steps=4), tally)
    env.reset(seed=0)
    for action in actions:
        *_, terminated, truncated, _info = env.step(action)
        if terminated or truncated:
            env.reset()
    wanted, found = learner.tally.summary(8), tally.summary(8)
    assert {**found, "seconds": 0} == {**wanted, "seconds": 0}
    assert other_notes.events == notes.events
