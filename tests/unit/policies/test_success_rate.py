"""One belief per operator: counts, preference, and a round trip."""

import numpy as np
import pytest

from nerion_gym.errors import StorageError
from policies.policy import write_checkpoint
from policies.success_rate import SuccessRatePolicy
from tests.support.worlds import bandit_observation, transition

RNG = np.random.default_rng(0)
RENAME, ADD = 2, 4


def learned(outcomes):
    """Return a policy that saw (action, class) on four edits: two renames, two additions."""
    policy = SuccessRatePolicy(None, None, 0)
    observation = bandit_observation([RENAME, RENAME, ADD, ADD])
    metrics = [policy.update([transition(observation, a, [c])]) for a, c in outcomes]
    return policy, observation, metrics


def test_surprise_is_that_of_the_dirichlet_before_counting():
    _, _, metrics = learned([(1, 0), (2, 0), (3, 1)])
    surprises = [step["curiosity/surprise"] for step in metrics]
    # Prior (1, 1/4 x 4); after one survivor (2, 1/4 x 4); another operator starts anew.
    assert surprises == pytest.approx([np.log(2), np.log(3 / 2), np.log(8)])


def test_the_marginal_is_a_beta_posterior():
    policy, _, _ = learned([(1, 0), (2, 1)])
    assert policy.probabilities(RENAME)[0] == pytest.approx(2 / 4)
    assert policy.variance(RENAME) == pytest.approx(2 * 2 / (16 * 5))  # Beta(2, 2)
    assert policy.variance(ADD) == pytest.approx(1 / 12)  # Beta(1, 1)


def test_a_repeat_teaches_nothing():
    once, _, _ = learned([(1, 0)])
    twice, _, _ = learned([(1, 0), (1, 0)])
    assert twice.probabilities(RENAME).tolist() == once.probabilities(RENAME).tolist()


def test_untried_edits_come_first_then_the_least_known_operator():
    policy, observation, _ = learned([(1, 0)])
    assert {policy.act(observation, RNG) for _ in range(20)} == {3, 4}
    policy.update([transition(observation, 3, [1])])
    policy.update([transition(observation, 4, [1])])
    assert policy.act(observation, RNG) == 2


def test_brier_is_that_of_survived_or_not():
    _, _, metrics = learned([(1, 0), (2, 0)])
    assert metrics[0]["world_model/brier"] == pytest.approx(2 * 0.25)
    assert metrics[1]["world_model/brier"] == pytest.approx((2 * 0.25 + 2 / 9) / 2)


def test_outcomes_that_are_masked_out_teach_nothing():
    policy, observation, _ = learned([])
    assert policy.update([transition(observation, 1, [-1])]) == {}
    assert policy.probabilities(RENAME)[0] == 0.5


def test_loading_gives_the_same_agent(tmp_path):
    policy, observation, _ = learned([(1, 0), (3, 2), (4, 1)])
    policy.save(tmp_path / "c")
    other = SuccessRatePolicy(None, None, 0)
    other.load(tmp_path / "c")
    step = transition(observation, 2, [1])
    assert other.update([step]) == policy.update([step])
    assert other.probabilities(ADD).tolist() == policy.probabilities(ADD).tolist()


def test_a_checkpoint_with_other_contents_is_refused(tmp_path):
    write_checkpoint(tmp_path / "c", "success_rate", b"[]")
    with pytest.raises(StorageError, match="SuccessRatePolicy"):
        SuccessRatePolicy(None, None, 0).load(tmp_path / "c")
