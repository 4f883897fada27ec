"""The curiosity agent's world model learns; benchmarks/world_model_learning.py has the figures."""

import gymnasium as gym
import numpy as np
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from tests.support.learning import learn

SEEDS = range(10)
HELD = 0.3


@pytest.fixture(scope="module")
def runs():
    """Train ten agents in LogicV2, each with 30 % of the catalog held out."""
    env = gym.make("Nerion-LogicV2-v0")
    env.reset(seed=0)
    edits = len(env.get_wrapper_attr("edits"))
    budget = edits - round(HELD * edits)
    found = [learn(gym.make("Nerion-LogicV2-v0"), s, budget, held_share=HELD) for s in SEEDS]
    assert all(len(run.surprises) == budget for run in found)
    return found


@pytest.mark.sandbox
@pytest.mark.slow
def test_edits_never_run_are_predicted_better_than_by_their_base_rate(runs):
    gains = np.array([run.constant - run.brier for run in runs])
    assert gains.mean() > 0.02
    assert (gains > 0).sum() >= 7


@pytest.mark.sandbox
def test_the_same_seed_gives_the_same_run_to_the_last_digit():
    one, two, other = (
        learn(gym.make("Nerion-ToyMath-v0"), seed, 12).surprises for seed in (3, 3, 4)
    )
    assert one.tolist() == two.tolist()
    assert one.tolist() != other.tolist()
