"""The online loop: who is told what, what ends it, and that a seed repeats it."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.memory.store import Store
from nerion_gym.training.loop import Hooks, online, run_episode
from nerion_gym.types.protocols import Budget
from nerion_gym.wrappers.bonus import EntropyBonus
from nerion_gym.wrappers.exploration import AdaptiveEpsilon
from nerion_gym.wrappers.schedules import SURPRISE, Linear, SurpriseSignal
from tests.unit.training.fake import Drawing, FakeEnv, Notes, Scripted

pytestmark = pytest.mark.pure


def test_the_budget_of_executions_ends_it():
    env, notes = FakeEnv(), Notes()
    result = online(Scripted([1, 1, 2, 3])).fit(env, Budget(executions=3), notes)
    assert (result.steps, result.executions, result.ended_by) == (4, 3, "executions")
    assert result.episodes == 0


def test_steps_end_it_when_nothing_new_can_be_executed():
    result = online(Scripted([1, 2])).fit(FakeEnv(), Budget(executions=3), Notes())
    assert (result.steps, result.executions, result.ended_by) == (60, 2, "steps")
    assert result.episodes == 10
    bounded = online(Scripted([1, 2])).fit(FakeEnv(), Budget(steps=5), Notes())
    assert (bounded.steps, bounded.ended_by) == (5, "steps")


def test_executions_of_an_earlier_fit_do_not_count():
    env = FakeEnv()
    online(Scripted([1, 2])).fit(env, Budget(executions=2), Notes())
    result = online(Scripted([1, 2, 3, 4])).fit(env, Budget(executions=2), Notes())
    assert (result.steps, result.executions) == (4, 2)


def test_a_budget_that_bounds_nothing_is_refused():
    with pytest.raises(ConfigError, match="expected executions or steps"):
        online(Scripted([1])).fit(FakeEnv(), Budget(), Notes())


@pytest.mark.parametrize("truncate", [False, True])
def test_the_policy_learns_every_transition_with_its_own_ends_and_classes(truncate):
    policy = Scripted([1, 2, 7, 0])
    online(policy, seed=5).fit(FakeEnv(steps=4, truncate=truncate), Budget(steps=8), Notes())
    steps = policy.learned
    assert [step.action for step in steps] == [1, 2, 7, 0, 1, 2, 7, 0]
    ends = [False, False, False, True] * 2
    assert [step.truncated for step in steps] == (ends if truncate else [False] * 8)
    assert [step.terminated for step in steps] == ([False] * 8 if truncate else ends)
    assert [step.classes.tolist() for step in steps[:4]] == [[1] * 3, [0] * 3, [0] * 3, [-1] * 3]
    # The next observation is the one that the step gave, also at an end; then it is reset.
    assert steps[3].next_observation["steps_left"][0] == 0.0
    assert steps[4].observation["steps_left"][0] == 1.0
    assert steps[1].observation is steps[0].next_observation


def test_the_first_reset_is_seeded_and_the_following_ones_go_on():
    env = FakeEnv(steps=2)
    online(Scripted([1]), seed=9).fit(env, Budget(steps=6), Notes())
    assert env.resets == [9, None, None]


def test_a_seed_repeats_the_run():
    actions = []
    for seed in (1, 1, 2):
        policy = Drawing()
        online(policy, seed).fit(FakeEnv(), Budget(steps=30), Notes())
        actions.append([step.action for step in policy.learned])
    assert actions[0] == actions[1] != actions[2]


def test_preview_is_given_through_wrappers_to_those_who_want_it():
    for wants in (True, False):
        env, policy = FakeEnv(), Scripted([1], wants_preview=wants)
        online(policy).fit(gym.wrappers.TimeLimit(env, 50), Budget(steps=2), Notes())
        assert policy.given_preview == [wants, wants]
        assert env.previews == (2 if wants else 0)


def test_the_loop_tells_memory_signals_and_the_others():
    store, heard, seen = Store(10), [], []
    hooks = Hooks(store, (heard.append,), seen.append)
    policy = Scripted([1, 2, 3], lambda n: {"curiosity/surprise": float(n)})
    online(policy, hooks=hooks).fit(FakeEnv(), Budget(executions=3), Notes())
    assert len(store) == 3
    assert [signal["curiosity/surprise"] for signal in heard] == [1.0, 2.0, 3.0]
    assert [progress.survivors for progress in seen] == [0, 1, 1]
    drawn = store.sample(4000, np.random.default_rng(0))
    counts = np.bincount(drawn.ids, minlength=3) / 4000
    assert counts == pytest.approx([1.01 / 6.03, 2.01 / 6.03, 3.01 / 6.03], abs=0.03)


def test_the_policy_learns_what_an_exploring_wrapper_executed():
    signal, notes = SurpriseSignal(), Notes()
    env = AdaptiveEpsilon(FakeEnv(), Linear(1.0, 1.0, 1), signal)
    policy = Scripted([1], lambda n: {SURPRISE: 0.5})
    online(policy, 3, Hooks(signals=(signal,))).fit(env, Budget(steps=30), notes)
    executed = [step.action for step in policy.learned]
    assert len(set(executed)) > 3
    assert executed == [step.info["executed_action"] for step in policy.learned]
    assert [row["action"] for kind, row in notes.events if kind == "step"] == executed
    assert notes.series("exploration/epsilon")[-1] == (30, 1.0)
    assert signal.take() == (0.5, 0.0)


def test_extrinsic_and_intrinsic_returns_are_apart():
    notes = Notes()
    env = EntropyBonus(FakeEnv(steps=4), coefficient=1.0, potential_based=False)
    online(Scripted([1, 2, 4, 5])).fit(env, Budget(steps=4), notes)
    assert notes.series("charts/episodic_return") == [(4, 2.0)]
    ((_, intrinsic),) = notes.series("charts/episodic_intrinsic_return")
    assert intrinsic > 0


def test_an_episode_is_run_without_learning_and_replays():
    policy = Drawing()
    played = [run_episode(FakeEnv(), policy, np.random.default_rng(3), 4) for _ in range(2)]
    assert policy.learned == []
    assert played[0].task_id == "fake"
    assert played[0].seed == 4
    assert len(played[0].transitions) == 6
    assert played[0].transitions[-1].terminated
    assert [s.action for s in played[0].transitions] == [s.action for s in played[1].transitions]
    assert played[0].total_reward == sum(step.reward for step in played[0].transitions)
