"""Which edits a run knows: counted where they are a fixed number, and the end when none is left."""

from __future__ import annotations

import pytest

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.training.known import Known, countable
from nerion_gym.training.loop import online
from nerion_gym.training.recorder import Recorder
from nerion_gym.training.tally import Tally
from nerion_gym.types.protocols import Budget
from nerion_gym.types.task import Limits
from tests.unit.envs.fakes import FakeRunner, make_task, make_world
from tests.unit.training.fake import Drawing, FakeEnv, Notes

pytestmark = pytest.mark.pure
SMALL = make_task(b"def f(a, b):\n    return a * 2\n", b"def f(a, b):\n    return a * 2\n")


def env_of(commit="never", task=SMALL, **kwargs):
    return CodeEditEnv(make_world(commit, task, **kwargs), runner=FakeRunner())


def test_a_run_ends_when_every_edit_is_known():
    env = env_of()
    learner = online(Drawing())
    result = learner.fit(env, Budget(executions=300), Notes())
    count = len(env.edits)
    assert result.ended_by == "nothing left to try"
    assert result.executions == count
    assert result.steps < 300
    found = learner.tally.summary()
    assert (found["edits_total"], found["edits_within_reach"], found["edits_known"]) == (count,) * 3
    assert found["all_known_after"] == count
    assert found["edits_out_of_reach"] == []


def test_a_budget_that_ends_first_is_what_ended_it():
    learner = online(Drawing())
    result = learner.fit(env_of(), Budget(executions=2), Notes())
    assert result.ended_by == "executions"
    found = learner.tally.summary()
    assert found["all_known_after"] is None
    assert 2 == found["edits_known"] < found["edits_total"]


def test_a_large_program_is_known_when_all_its_parts_have_come_round():
    body = "".join(f"    a = a * {line}\n" for line in range(2, 11))
    source = f"x = 1\n\n\ndef f(a, b):\n{body}    return a\n".encode()
    env = env_of(task=make_task(source, source), limits=Limits(16, 4, 256, 6))
    learner = online(Drawing())
    result = learner.fit(env, Budget(steps=20_000), Notes())
    found = learner.tally.summary()
    assert result.ended_by == "nothing left to try"
    assert found["edits_known"] == found["edits_total"] > 24


def test_learners_that_step_by_themselves_are_told_the_same():
    env = env_of()
    tally = Tally(Notes())
    recorded = Recorder(env, tally)
    recorded.reset(seed=0)
    for action in (1, 0, 1, *range(2, len(env.edits) + 1)):
        assert tally.known.after is None
        *_, ended, _, _ = recorded.step(action)
        if ended:
            recorded.reset()
    assert tally.known.after == len(env.edits)


def test_where_edits_are_no_fixed_number_none_are_counted():
    assert not countable(FakeEnv())
    assert not countable(env_of("always"))
    known = Known()
    known.add(FakeEnv(), 1, 1)
    assert known.summary()["edits_total"] is None
    learner = online(Drawing())
    assert learner.fit(FakeEnv(), Budget(steps=200), Notes()).ended_by == "steps"
