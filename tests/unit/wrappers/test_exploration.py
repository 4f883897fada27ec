import copy
import pickle
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.exploration import AdaptiveEpsilon
from nerion_gym.wrappers.schedules import Fixed, SurpriseDriven, SurpriseSignal
from tests.unit.envs.fakes import FakeRunner, make_world

pytestmark = pytest.mark.pure


def make(epsilon, **kwargs):
    env = CodeEditEnv(make_world(), runner=FakeRunner())
    schedule = epsilon if isinstance(epsilon, SurpriseDriven) else Fixed(epsilon)
    return AdaptiveEpsilon(env, schedule, **kwargs)


def executed(env, seed, steps=6, action=1):
    env.reset(seed=seed)
    return [env.step(action)[4]["executed_action"] for _ in range(steps)]


def test_epsilon_zero_changes_nothing_and_says_so():
    env = make(0.0)
    assert executed(env, 0) == [1] * 6
    env.reset(seed=0)
    info = env.step(2)[4]
    assert (info["explored"], info["epsilon"]) == (False, 0.0)


def test_epsilon_one_draws_legal_actions_only():
    env = make(1.0)
    legal = set(np.flatnonzero(env.reset(seed=0)[0]["action_mask"]).tolist())
    drawn = {action for seed in range(20) for action in executed(env, seed, action=0)}
    assert drawn == legal


def test_the_share_of_explored_steps_is_epsilon():
    env = make(0.3)
    flags = []
    for seed in range(100):
        env.reset(seed=seed)
        flags += [env.step(1)[4]["explored"] for _ in range(6)]
    assert np.mean(flags) == pytest.approx(0.3, abs=0.06)


def test_draws_depend_on_the_seed_and_not_on_the_world():
    env = make(1.0)
    assert executed(env, 5) == executed(make(1.0), 5)
    assert executed(env, 5) != executed(env, 6)


def test_info_of_the_world_stays_and_what_was_executed_is_what_counts():
    env = make(1.0)
    env.reset(seed=1)
    info = env.step(1)[4]
    edit = env.get_wrapper_attr("edits")[info["executed_action"] - 1]
    assert info["operator"] == edit.operator


def test_a_listening_schedule_needs_a_signal():
    with pytest.raises(ConfigError, match="SurpriseSignal"):
        make(SurpriseDriven())
    signal = SurpriseSignal()
    env = make(SurpriseDriven(low=0.0, high=1.0, rate=1.0), signal=signal)
    env.reset(seed=0)
    assert env.step(1)[4]["epsilon"] == 1.0
    signal({"curiosity/surprise": 0.1, "curiosity/expected_surprise": 0.5})
    assert env.step(1)[4]["epsilon"] == 0.0
    assert env.step(1)[4]["epsilon"] == 0.0


def test_an_action_outside_the_space_is_refused_whatever_epsilon_says():
    env = make(1.0)
    env.reset(seed=0)
    with pytest.raises(ConfigError, match="expected 0"):
        env.step(env.action_space.n)


def test_check_env_has_nothing_to_say():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*different from the unwrapped version")
        check_env(make(0.5), skip_render_check=True)


def test_it_pickles_and_copies():
    env = make(0.5)
    env.reset(seed=3)
    env.step(1)
    twins = pickle.loads(pickle.dumps(env)), copy.deepcopy(env)  # noqa: S301 - our own bytes
    for twin in twins:
        twin.unwrapped._runner = FakeRunner()
    expected = [env.step(1)[4]["executed_action"] for _ in range(5)]
    for twin in twins:
        assert [twin.step(1)[4]["executed_action"] for _ in range(5)] == expected


def test_an_environment_without_a_mask_is_refused():
    with pytest.raises(ConfigError, match="action_mask"):
        AdaptiveEpsilon(gymnasium.make("CartPole-v1"), Fixed(0.1))
