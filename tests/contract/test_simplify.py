"""Nerion-Simplify-v0: the reference scores 1.0 and stays green, a no-op 0.0."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.preview import apply
from nerion_gym.envs.checking.winning import best_of
from nerion_gym.envs.worlds.simplify import OPERATORS
from nerion_gym.execution.runner import default_runner
from nerion_gym.syntax.costs import COSTS, program_cost
from nerion_gym.tasks.builder import corpus_names, corpus_task, measured
from nerion_gym.tasks.simplify import dearer_task
from nerion_gym.types.outcome import survived
from nerion_gym.types.task import SPLITS

pytestmark = pytest.mark.sandbox
PACKAGE = """\
def clamp(value, low=0, high=10):
    if value < low:
        return low
    return high if value > high else value


def total(values):
    found = [clamp(value) for value in values]
    return sum(found) + len(found)
"""
TESTS = """\
from tidy import clamp, total

def test_clamp():
    assert [clamp(value) for value in (-1, 5, 30)] == [0, 5, 10]

def test_total():
    assert total([1, 2, 30]) == 16
"""


def make(**arguments):
    return gym.make("Nerion-Simplify-v0", **arguments).unwrapped


def follow(env):
    """Make the reference edits; return the sum of rewards and the last info."""
    total, info = 0.0, {}
    for number, edit in enumerate(env.task.reference, start=1):
        before = env.current.program
        _, reward, terminated, truncated, info = env.step(env.edits.index(edit) + 1)
        assert reward > 0
        assert info["survived"] is True
        assert env.current.program != before
        assert (terminated, truncated) == (number == len(env.task.reference), False)
        total += reward
    return total, info


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("cost", sorted(COSTS))
def test_the_reference_scores_one(cost, split):
    env = make(cost=cost, split=split)
    for seed in (0, 1):
        observation, info = env.reset(seed=seed)
        assert info["failed"] == info["error"] == 0
        assert observation["action_mask"][0] == 0
        total, info = follow(env)
        assert total / best_of(env.task) == pytest.approx(1.0)
        assert (info["end"], info["is_success"]) == ("goal", True)


@pytest.mark.slow
@pytest.mark.parametrize("name", corpus_names())
def test_every_program_made_dearer_is_green_as_is_each_step_back(name):
    tidy, runner, steps = corpus_task(name, operators=OPERATORS), default_runner(), 0
    for cost in COSTS:
        for variant in range(2):
            drawn = dearer_task(tidy, cost, variant)
            if drawn is None:
                continue
            task = measured(drawn, runner)  # refuses a program with a failing test
            now = task.program
            for edit in task.reference:
                now = apply(now, edit)
                assert survived(runner.run(now, task.suite), task.baseline.control)
                steps += 1
    assert steps > len(COSTS)


def test_a_no_op_scores_nothing_and_submit_is_masked():
    env = make(split="val")
    observation, _ = env.reset(seed=3)
    assert observation["action_mask"][0] == 0
    total = 0.0
    for _ in range(env.world.limits.steps):
        observation, reward, terminated, _, info = env.step(0)
        total += reward
    assert (total, terminated, info["end"], info["is_success"]) == (0.0, True, "budget", False)
    assert env.current.program == env.task.program


def test_rewards_sum_to_the_fall_of_the_cost_whatever_is_done():
    env = make(cost="nesting", split="val")
    env.reset(seed=5)
    rng, total, ended = np.random.default_rng(0), 0.0, False
    while not ended:
        legal = int(rng.integers(1, len(env.edits) + 1))
        _, reward, ended, truncated, _ = env.step(legal)
        assert not truncated
        total += reward
    first = program_cost(env.task.program, "nesting")
    now = program_cost(env.current.program, "nesting")
    assert total == pytest.approx((first - now) / first)


def test_a_package_is_simplified_too(tmp_path):
    (tmp_path / "tidy.py").write_text(PACKAGE)
    (tmp_path / "test_tidy.py").write_text(TESTS)
    env = make(family="package", path=str(tmp_path / "tidy.py"), cost="nesting")
    env.reset(seed=0)
    total, info = follow(env)
    assert total == pytest.approx(best_of(env.task))
    assert info["end"] == "goal"
    assert (tmp_path / "tidy.py").read_text() == PACKAGE
