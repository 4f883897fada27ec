"""Areas under ROC curves and Brier skill, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scoring import auc, brier_skill, interval, mean_of_parts, parts, ranks, within

pytestmark = pytest.mark.pure


def bools(*values):
    """Return an array of truths."""
    return np.array(values, dtype=bool)


def test_ranks_of_equal_scores_are_their_mean():
    assert ranks(np.array([0.3, 0.1, 0.3, 0.9])).tolist() == [2.5, 1.0, 2.5, 4.0]


@pytest.mark.parametrize(
    ("positive", "scores", "expected"),
    [
        ((1, 0), (0.9, 0.1), 1.0),
        ((1, 0), (0.1, 0.9), 0.0),
        ((1, 0), (0.5, 0.5), 0.5),
        # Pairs: (.8 > .5), (.8 > .3), (.4 < .5), (.4 > .3): three of four.
        ((1, 1, 0, 0), (0.8, 0.4, 0.5, 0.3), 0.75),
        # (.5 = .5), (.5 > .2): one and a half of two.
        ((1, 0, 0), (0.5, 0.5, 0.2), 0.75),
    ],
)
def test_auc_by_hand(positive, scores, expected):
    assert auc(bools(*positive), np.array(scores)) == pytest.approx(expected)


def test_auc_of_one_class_is_not_a_number():
    assert np.isnan(auc(bools(1, 1), np.array([0.1, 0.2])))


def test_within_operators_by_hand():
    # "a" has pairs (.9 > .8), (.1 < .8): one of two, of three edits; "b" all of one, of two edits;
    # "c" has one class, so that it does not count.
    positive = bools(1, 1, 0, 1, 0, 1)
    scores = np.array([0.9, 0.1, 0.8, 0.3, 0.2, 0.0])
    found = parts(positive, scores, ["a", "a", "a", "b", "b", "c"])
    assert [(part.name, part.edits, part.positive) for part in found] == [
        ("a", 3, 2), ("b", 2, 1), ("c", 1, 1)
    ]  # fmt: skip
    assert within(found) == pytest.approx((0.5 * 3 + 1.0 * 2) / 5)


def test_an_operators_base_rate_does_not_win_within_operators():
    positive = bools(*[1] * 9, 0, *[0] * 9, 1)
    scores = np.array([0.9] * 10 + [0.1] * 10)
    assert auc(positive, scores) == pytest.approx(0.9)
    assert within(parts(positive, scores, ["a"] * 10 + ["b"] * 10)) == pytest.approx(0.5)


def test_packages_with_few_of_a_class_are_not_in_the_mean():
    positive = bools(1, 0, 1, 0)
    found = parts(positive, np.array([1, 0, 0, 1]), ["a", "a", "b", "b"])
    assert mean_of_parts(found, few=1) == pytest.approx(0.5)
    assert np.isnan(mean_of_parts(found, few=2))


def test_brier_skill_by_hand():
    positive, base = bools(1, 0), np.array([0.5, 0.5])
    assert brier_skill(positive, np.array([1.0, 0.0]), base) == 1.0
    assert brier_skill(positive, base, base) == 0.0
    # Errors .04 and .04 against .25.
    assert brier_skill(positive, np.array([0.8, 0.2]), base) == pytest.approx(1 - 0.04 / 0.25)


def test_the_interval_holds_the_area_and_is_the_same_again():
    rng = np.random.default_rng(0)
    positive = rng.random(400) < 0.3
    scores = positive + rng.normal(size=400)
    packages = [str(number % 8) for number in range(400)]
    low, high = interval(positive, scores, packages, 100, 0)
    assert low < auc(positive, scores) < high
    assert (low, high) == interval(positive, scores, packages, 100, 0)
