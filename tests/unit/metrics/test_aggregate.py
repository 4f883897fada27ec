"""Hand-worked values of the robust aggregates."""

from __future__ import annotations

import numpy as np
import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.metrics.aggregate import (
    iqm,
    performance_profile,
    probability_of_improvement,
    stratified_bootstrap,
)

pytestmark = pytest.mark.pure


def test_iqm_drops_a_quarter_on_either_side():
    assert iqm([1, 2, 3, 4, 5, 6, 7, 8]) == 4.5  # mean of 3, 4, 5, 6
    assert iqm([[100.0, 1.0], [2.0, 3.0]]) == 2.5  # 1 and 100 fall away
    assert iqm([0.0, 0.0, 3.0]) == 1.0  # floor(3 / 4) = 0: nothing falls away
    assert iqm([5, 1, 2, 3, 4, 9]) == 3.5  # 1 and 9 fall away: mean of 2, 3, 4, 5


def test_the_bootstrap_draws_runs_within_a_task():
    # Both runs agree on each task, so every resample is the same and the interval has no width.
    flat = stratified_bootstrap([[1.0, 9.0], [1.0, 9.0]], np.random.default_rng(0), np.mean)
    assert (flat.point, flat.low, flat.high) == (5.0, 5.0, 5.0)


def test_the_interval_has_the_width_of_the_standard_error():
    scores = np.random.default_rng(1).normal(10.0, 2.0, size=400)
    found = stratified_bootstrap(scores, np.random.default_rng(2), np.mean)
    half = 1.96 * scores.std() / np.sqrt(len(scores))
    assert found.point == pytest.approx(scores.mean())
    assert found.high - found.point == pytest.approx(half, rel=0.12)
    assert found.point - found.low == pytest.approx(half, rel=0.12)


def test_confidence_and_the_generator_decide_the_interval():
    scores = [1.0, 2.0, 3.0, 4.0, 10.0]
    rngs = [np.random.default_rng(seed) for seed in (3, 3, 4)]
    same, again, other = (stratified_bootstrap(scores, rng, resamples=200) for rng in rngs)
    assert same == again
    assert (same.low, same.high) != (other.low, other.high)
    narrow = stratified_bootstrap(scores, np.random.default_rng(3), confidence=0.5)
    assert narrow.high - narrow.low < same.high - same.low


def test_the_profile_counts_what_is_strictly_above():
    profile = performance_profile([[0.0, 1.0], [2.0, 3.0]], [-1.0, 0.0, 1.0, 3.0])
    assert profile.tolist() == [1.0, 0.75, 0.5, 0.0]


def test_probability_of_improvement_averages_over_tasks_and_halves_ties():
    # Task 1: 3 beats both, 1 beats neither and ties once: (2 + .5) / 4. Task 2: all tie: .5.
    ours, theirs = [[3.0, 7.0], [1.0, 7.0]], [[2.0, 7.0], [1.0, 7.0]]
    assert probability_of_improvement(ours, theirs) == pytest.approx((2.5 / 4 + 0.5) / 2)
    assert probability_of_improvement([2, 3], [0, 1, 1]) == 1.0
    assert probability_of_improvement([0, 1, 1], [2, 3]) == 0.0


@pytest.mark.parametrize("bad", [[], [[[1.0]]], [1.0, float("nan")]])
def test_bad_scores_are_refused(bad):
    with pytest.raises(ConfigError, match="expected finite numbers"):
        iqm(bad)


def test_other_bad_arguments_are_refused():
    with pytest.raises(ConfigError, match="same tasks"):
        probability_of_improvement([[1.0, 2.0]], [[1.0]])
    for wrong in ({"confidence": 1.0}, {"resamples": 0}):
        with pytest.raises(ConfigError, match="expected 0 < confidence"):
            stratified_bootstrap([1.0], np.random.default_rng(0), **wrong)
