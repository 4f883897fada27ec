"""Pointer agents learn: an identity environment, and to repair programs that they never saw."""

import pytest

from nerion_gym.types.protocols import Budget
from policies.policy import make_policy
from tests.support.learning import REPAIR_CHUNK, REPAIR_LEARNERS, Silent, falling, successes
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


def learned(algo, steps, chunk, **options):
    """Return greedy success on unseen programs after so many steps, and a uniform agent's."""
    env, unseen = repair_world("train"), repair_world("test")
    settings = {**REPAIR_LEARNERS[algo], **options}
    learner = make_policy(algo, env.observation_space, env.action_space, 0, **settings)
    uniform = make_policy("uniform", env.observation_space, env.action_space, 0)
    for _ in range(steps // chunk):
        learner.fit(env, Budget(steps=chunk), Silent())
    won = [
        successes(unseen, agent, 200, lambda _, info: info["is_success"])
        for agent in (learner.greedy(), uniform)
    ]
    assert env.stats.masked == 0
    return won


def test_ppo_repairs_unseen_one_bug_programs():
    goal, chance = learned("ppo", 10_000, REPAIR_CHUNK)
    assert goal >= 0.3
    assert goal > 2 * chance


def test_dqn_repairs_unseen_one_bug_programs():
    # This seed: .27, .89 and 1.0 after 1,000, 2,000 and 3,000 steps. Where exploration fell in
    # half of the steps another seed had .31, .26 and .36.
    goal, chance = learned("dqn", 3000, 1000, epsilon=falling(4000))
    assert goal >= 0.6
    assert goal > 2 * chance
