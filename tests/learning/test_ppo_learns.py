"""Pointer PPO learns: an identity environment, and to repair programs that it never saw."""

import numpy as np
import pytest

from nerion_gym.types.protocols import Budget
from policies.policy import make_policy
from tests.support.worlds import IdentityWorld, repair_world

pytestmark = pytest.mark.slow


class Silent:
    """A logbook that keeps nothing."""

    def scalars(self, values, step):
        pass

    def event(self, kind, /, **payload):
        pass


def successes(env, policy, episodes, won):
    """Return the share of episodes that a policy wins, and of those that a uniform one does."""
    rng = np.random.default_rng(0)
    observation, _ = env.reset(seed=5)
    count = 0
    for _ in range(episodes):
        ended = False
        while not ended:
            action = policy.act(observation, rng)
            observation, reward, terminated, truncated, info = env.step(action)
            ended = terminated or truncated
        count += bool(won(reward, info))
        observation, _ = env.reset()
    return count / episodes


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
    learner = make_policy("ppo", env.observation_space, env.action_space, 0)
    uniform = make_policy("uniform", env.observation_space, env.action_space, 0)
    learner.fit(env, Budget(steps=STEPS), Silent())
    goal = successes(unseen, learner.greedy(), 200, lambda _, info: info["is_success"])
    chance = successes(unseen, uniform, 200, lambda _, info: info["is_success"])
    assert goal >= 0.3
    assert goal > 1.5 * chance


STEPS = 12_000
