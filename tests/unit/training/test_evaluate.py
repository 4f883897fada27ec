"""Evaluation: no learning, seeds of its own, a greedy view, honest splits."""

from __future__ import annotations

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.training.evaluate import SEED_OFFSET, evaluate
from tests.unit.training.fake import Drawing, FakeEnv, Scripted

pytestmark = pytest.mark.pure


def test_episodes_are_seeded_and_counted_apart():
    env, policy = FakeEnv(), Scripted([1, 2, 3, 4, 5, 6])
    found = evaluate(env, policy, episodes=2, seed=3)
    assert policy.learned == []
    assert env.resets == [4 * SEED_OFFSET, 4 * SEED_OFFSET + 1]
    assert found.seeds == tuple(env.resets)
    assert found.returns == (2.0, 2.0)
    assert found.lengths == (6, 6)
    assert found.successes == (True, True)
    assert found.executions == 6
    assert found.summary() == {
        "eval/mean_reward": 2.0,
        "eval/mean_ep_length": 6.0,
        "eval/success_rate": 1.0,
    }


def test_the_same_seed_gives_the_same_evaluation():
    runs = [evaluate(FakeEnv(), Drawing(), episodes=3, seed=seed) for seed in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_greedy_view_is_preferred():
    class Explorer(Scripted):
        def greedy(self):
            return Scripted([2])

    assert evaluate(FakeEnv(), Explorer([1]), episodes=1, seed=0).returns == (1.0,)


def test_another_split_is_refused():
    assert evaluate(FakeEnv(split="test"), Scripted([1]), 1, 0, split="test").lengths == (6,)
    with pytest.raises(ConfigError, match=r"'test'.*'train'"):
        evaluate(FakeEnv(), Scripted([1]), 1, 0, split="test")
    with pytest.raises(ConfigError, match="at least 1"):
        evaluate(FakeEnv(), Scripted([1]), 0, 0)
