import math

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.schedules import Fixed, Linear, Schedule, SurpriseDriven, SurpriseSignal

pytestmark = pytest.mark.pure


def test_fixed_and_linear_by_hand():
    assert [Fixed(0.3).value(step) for step in (0, 10**6)] == [0.3, 0.3]
    linear = Linear(1.0, 0.2, 4)
    assert [linear.value(step) for step in (0, 1, 2, 4, 9)] == pytest.approx(
        [1.0, 0.8, 0.6, 0.2, 0.2]
    )


def test_surprise_beyond_the_expected_raises_epsilon_and_its_absence_lowers_it():
    schedule = SurpriseDriven(low=0.0, high=1.0, scale=1.0, rate=0.5, epsilon=0.2)
    schedule.observe(3.0, 1.0)
    target = (1 - math.exp(-2.0)) / (1 + math.exp(-2.0))
    assert schedule.value(0) == pytest.approx(0.2 + 0.5 * (target - 0.2))
    before = schedule.value(0)
    schedule.observe(0.5, 1.0)
    assert schedule.value(0) == pytest.approx(before / 2)


def test_a_model_that_expected_its_surprise_explores_less_than_plain_vdbe():
    aware, plain = SurpriseDriven(), SurpriseDriven(relative=False)
    for _ in range(50):
        aware.observe(2.0, 2.0)
        plain.observe(2.0, 2.0)
    assert aware.value(0) < 0.05 < 0.4 < plain.value(0)


def test_epsilon_stays_between_its_bounds():
    schedule = SurpriseDriven(low=0.1, high=0.4)
    for surprise in (0.0, 1e9, 0.0, 5.0):
        schedule.observe(surprise, 0.0)
        assert 0.1 <= schedule.value(0) <= 0.4


def test_a_signal_is_taken_once():
    signal = SurpriseSignal()
    assert signal.take() is None
    signal({"charts/SPS": 1.0})
    assert signal.take() is None
    signal({"curiosity/surprise": 1.5, "curiosity/expected_surprise": 0.5})
    assert signal.take() == (1.5, 0.5)
    assert signal.take() is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fixed(1.5),
        lambda: Linear(steps=0),
        lambda: Linear(start=-0.1),
        lambda: SurpriseDriven(low=0.5, high=0.2),
        lambda: SurpriseDriven(scale=0.0),
        lambda: SurpriseDriven().observe(math.nan, 0.0),
    ],
)
def test_values_out_of_range_are_refused(make):
    with pytest.raises(ConfigError, match="expected"):
        make()


def test_all_are_schedules():
    for schedule in (Fixed(), Linear(), SurpriseDriven()):
        assert isinstance(schedule, Schedule)
