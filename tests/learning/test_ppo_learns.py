"""Pointer PPO learns an identity environment; see benchmarks/ppo_repair.py for repair."""

import pytest

from nerion_gym.types.protocols import Budget
from policies.policy import make_policy
from tests.support.learning import Silent, successes
from tests.support.worlds import IdentityWorld

pytestmark = pytest.mark.slow


def test_identity():
    env = IdentityWorld()
    learner = make_policy("ppo", env.observation_space, env.action_space, 0)
    before = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    learner.fit(env, Budget(steps=8000), Silent())
    after = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    assert before < 0.5
    assert after > 0.8
