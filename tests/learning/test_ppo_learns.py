"""Pointer PPO learns: an identity environment, and to repair programs that it never saw."""

import pytest

from nerion_gym.types.protocols import Budget
from policies.policy import make_policy
from tests.support.learning import REPAIR_CHUNK, REPAIR_OPTIONS, Silent, successes
from tests.support.worlds import IdentityWorld, repair_world

pytestmark = pytest.mark.slow


def test_identity():
    env = IdentityWorld()
    learner = make_policy("ppo", env.observation_space, env.action_space, 0)
    before = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    learner.fit(env, Budget(steps=8000), Silent())
    after = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    assert before < 0.5
    assert after > 0.8


def test_unseen_one_bug_programs_are_repaired():
    env, unseen = repair_world("train"), repair_world("test")
    learner = make_policy("ppo", env.observation_space, env.action_space, 0, **REPAIR_OPTIONS)
    uniform = make_policy("uniform", env.observation_space, env.action_space, 0)
    for _ in range(5):
        learner.fit(env, Budget(steps=REPAIR_CHUNK), Silent())
    goal = successes(unseen, learner.greedy(), 200, lambda _, info: info["is_success"])
    chance = successes(unseen, uniform, 200, lambda _, info: info["is_success"])
    assert goal >= 0.3
    assert goal > 2 * chance
