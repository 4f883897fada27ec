"""Hand-worked values of the probability scores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.metrics.calibration import (
    auc,
    brier,
    brier_skill,
    expected_calibration_error,
    log_loss,
)

pytestmark = pytest.mark.pure

ROWS = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25]]
CLASSES = [0, 0, 2]
# Row by row: .09 + .04 + .01 = .14; .81 + .64 + .01 = 1.46; .25 + .0625 + .5625 = .875
BRIER = (0.14 + 1.46 + 0.875) / 3


def test_brier_is_the_squared_distance_to_what_happened():
    assert brier(ROWS, CLASSES) == pytest.approx(BRIER)
    assert brier([[1.0, 0.0]], [1]) == 2.0
    assert brier([[0.0, 1.0]], [1]) == 0.0


def test_skill_is_relative_to_the_constant():
    # Base rates 2/3, 0, 1/3: class 0 costs 1/9 + 1/9, class 2 costs 4/9 + 4/9.
    base = (2 * (2 / 9) + 8 / 9) / 3
    assert brier_skill(ROWS, CLASSES) == pytest.approx(1 - BRIER / base)
    assert brier_skill(np.eye(3)[CLASSES], CLASSES) == 1.0
    assert brier_skill(np.tile([2 / 3, 0, 1 / 3], (3, 1)), CLASSES) == pytest.approx(0.0)
    assert brier_skill(ROWS, CLASSES, [1.0, 0.0, 0.0]) == pytest.approx(1 - BRIER / (2 / 3))


def test_log_loss_is_in_nats_and_clipped():
    expected = -(math.log(0.7) + math.log(0.1) + math.log(0.25)) / 3
    assert log_loss(ROWS, CLASSES) == pytest.approx(expected)
    assert log_loss([[1.0, 0.0]], [1]) == pytest.approx(-math.log(1e-12))


def test_ece_weighs_the_gaps_of_its_bins():
    # Two bins. (0, .5]: confidence .5, wrong: gap .5 x 1/3.
    # (.5, 1]: .7 right and .8 wrong: mean confidence .75, accuracy .5: gap .25 x 2/3.
    assert expected_calibration_error(ROWS, CLASSES, bins=2) == pytest.approx(1 / 3)
    assert expected_calibration_error(np.eye(2)[[0, 1, 1]], [0, 1, 1]) == 0.0


def test_auc_counts_pairs_and_halves_ties():
    assert auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auc([1.0, 1.0, 1.0], [True, False, False]) == 0.5
    # Positives .5 and .2; negatives .5, .1, .2. Wins: .5 beats .1, .2, ties .5: 2.5; .2: 1.5.
    assert auc([0.5, 0.2, 0.5, 0.1, 0.2], [1, 1, 0, 0, 0]) == pytest.approx(4 / 6)


def test_masked_rows_count_nowhere():
    rows, classes = [*ROWS, [9.0, 9.0, 9.0]], [*CLASSES, -1]
    assert brier(rows, classes) == brier(ROWS, CLASSES)
    assert log_loss(rows, classes) == log_loss(ROWS, CLASSES)


@pytest.mark.parametrize(
    ("rows", "classes", "message"),
    [
        (ROWS, [0, 1], "expected \\[n, classes\\]"),
        (ROWS, [0, 1, 3], "expected 0..2"),
        (ROWS, [-1, -1, -1], "every class is masked"),
        ([[2.0, 3.0]], [0], "softmax"),
        ([[-0.5, 1.5]], [0], "softmax"),
    ],
)
def test_what_is_not_a_prediction_is_refused(rows, classes, message):
    with pytest.raises(ConfigError, match=message):
        brier(rows, classes)


def test_what_is_undefined_is_refused():
    with pytest.raises(ConfigError, match="skill is undefined"):
        brier_skill([[0.5, 0.5]], [1])
    with pytest.raises(ConfigError, match="both kinds"):
        auc([0.5, 0.1], [True, True])
