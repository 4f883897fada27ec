"""Pointer agents learn: an identity environment, and to repair programs that they never saw."""

import pytest

from nerion_gym.types.protocols import Budget
from policies.policy import make_policy
from tests.support.learning import REPAIR_CHUNK, REPAIR_LEARNERS, Silent, successes
from tests.support.worlds import IdentityWorld, repair_world

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("algo", "steps"), [("dqn", 1000), ("maskable_ppo", 4000), ("ppo", 4000)])
def test_the_right_one_of_four_is_found(algo, steps):
    env = IdentityWorld()
    learner = make_policy(algo, env.observation_space, env.action_space, 0)
    before = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    learner.fit(env, Budget(steps=steps), Silent())
    after = successes(env, learner.greedy(), 200, lambda reward, _: reward == 1.0)
    assert before < 0.5
    assert after > 0.9


def learned(algo, steps, chunks=1):
    """Return greedy success on unseen programs after so many steps, and a uniform agent's."""
    env, unseen = repair_world("train"), repair_world("test")
    options = REPAIR_LEARNERS[algo]
    learner = make_policy(algo, env.observation_space, env.action_space, 0, **options)
    uniform = make_policy("uniform", env.observation_space, env.action_space, 0)
    for _ in range(chunks):
        learner.fit(env, Budget(steps=steps // chunks), Silent())
    won = [
        successes(unseen, agent, 200, lambda _, info: info["is_success"])
        for agent in (learner.greedy(), uniform)
    ]
    assert env.stats.masked == 0
    return won


def test_ppo_repairs_unseen_one_bug_programs():
    goal, chance = learned("ppo", 5 * REPAIR_CHUNK, chunks=5)
    assert goal >= 0.3
    assert goal > 2 * chance


def test_dqn_repairs_unseen_one_bug_programs():
    goal, chance = learned("dqn", 3 * REPAIR_CHUNK)
    assert goal >= 0.8
    assert goal > 2 * chance
