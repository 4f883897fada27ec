import math
import pickle
import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.bonus import EntropyBonus, IntrinsicBonus, entropy_of
from tests.unit.envs.fakes import FakeRunner, make_world

pytestmark = pytest.mark.pure


def make(**kwargs):
    form = kwargs.pop("observation", "graph")
    # A pickled copy takes its process's own runner: that is to start nothing here.
    env = CodeEditEnv(make_world(), observation=form, runner=FakeRunner(), trace=False)
    return EntropyBonus(env, **kwargs)


def actions_of(env, operator):
    edits = env.get_wrapper_attr("edits")
    return [number for number, edit in enumerate(edits, 1) if edit.operator == operator]


def test_entropy_by_hand():
    assert entropy_of([]) == 0.0
    assert entropy_of([3, 3, 3]) == 0.0
    assert entropy_of([1, 2]) == pytest.approx(math.log(2))
    assert entropy_of([1, 1, 2, 3]) == pytest.approx(1.5 * math.log(2))


@pytest.mark.parametrize("form", ["graph", "padded"])
def test_operators_count_and_not_action_numbers(form):
    env = make(coefficient=1.0, potential_based=False, observation=form)
    env.reset(seed=0)
    swaps = actions_of(env, "swap_comparison")
    assert len(swaps) == 2
    assert [env.step(action)[4]["reward_intrinsic"] for action in swaps] == [0.0, 0.0]
    other = actions_of(env, "increment_number")[0]
    mixed = env.step(other)[4]["reward_intrinsic"]
    assert mixed == pytest.approx(entropy_of([0, 0, 1]))


def test_extrinsic_and_intrinsic_are_told_apart_and_add_up():
    env = make(coefficient=0.5, potential_based=False)
    env.reset(seed=0)
    for action in range(1, 6):
        _, reward, *_, info = env.step(action)
        assert reward == pytest.approx(info["reward_extrinsic"] + info["reward_intrinsic"])
        assert info["reward_extrinsic"] == info["reward_survivor"]


def test_potential_based_pay_telescopes_to_nothing_over_an_episode():
    env = make(coefficient=1.0, discount=1.0)
    env.reset(seed=0)
    total, ended, action = 0.0, False, 1
    while not ended:
        *_, ended, _, info = env.step(action)
        total += info["reward_intrinsic"]
        action += 1
    assert total == pytest.approx(0.0)


def test_the_window_forgets_and_is_cleared_at_reset():
    env = make(coefficient=1.0, window=2, potential_based=False)
    env.reset(seed=0)
    one, two = actions_of(env, "swap_comparison")[0], actions_of(env, "increment_number")[0]
    env.step(one)
    assert env.step(two)[4]["reward_intrinsic"] == pytest.approx(math.log(2))
    assert env.step(two)[4]["reward_intrinsic"] == 0.0
    env.step(one)
    env.reset(seed=0)
    assert env.step(two)[4]["reward_intrinsic"] == 0.0


def test_a_reward_that_depends_on_the_window_shows_it():
    env = make(window=4, potential_based=False)
    observation, _ = env.reset(seed=0)
    assert list(observation["operator_window"]) == [0, 0, 0, 0]
    observation = env.step(1)[0]
    operator = observation["edits"][1, 0]
    assert list(observation["operator_window"]) == [0, 0, 0, operator]
    assert env.observation_space.contains(observation)
    assert "operator_window" not in make().reset(seed=0)[0]


def test_masked_actions_neither_count_nor_pay():
    env = make(coefficient=1.0, potential_based=False)
    env.reset(seed=0)
    env.step(actions_of(env, "swap_comparison")[0])
    paid = env.step(actions_of(env, "increment_number")[0])[4]["reward_intrinsic"]
    assert paid == pytest.approx(math.log(2))
    assert env.step(0)[4]["reward_intrinsic"] == 0.0
    repeated = env.step(actions_of(env, "increment_number")[0])[4]["reward_intrinsic"]
    assert repeated == pytest.approx(entropy_of([0, 1, 1]))


class Always:
    def reset(self, observation):
        pass

    def pay(self, before, action, info, *, ended):
        return 0.25


def test_bonuses_can_be_nested_and_the_extrinsic_reward_stays_the_worlds():
    env = IntrinsicBonus(IntrinsicBonus(make(coefficient=0.0).env, Always()), Always())
    env.reset(seed=0)
    for action in range(1, 5):
        _, reward, *_, info = env.step(action)
        assert info["reward_extrinsic"] == info["reward_survivor"]
        assert info["reward_intrinsic"] == 0.5
        assert reward == info["reward_extrinsic"] + 0.5


@pytest.mark.parametrize("options", [{}, {"potential_based": False}])
def test_check_env_has_nothing_to_say(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*different from the unwrapped version")
        check_env(make(**options), skip_render_check=True)


def test_it_pickles_and_passes_attributes_through():
    env = pickle.loads(pickle.dumps(make()))  # noqa: S301 - our own bytes
    env.reset(seed=0)
    assert env.get_wrapper_attr("stats").steps == 0
    assert np.array_equal(env.get_wrapper_attr("last_classes"), np.full(4, -1))


@pytest.mark.parametrize("bad", [{"coefficient": -1}, {"window": 1}, {"discount": 2}])
def test_values_out_of_range_are_refused(bad):
    with pytest.raises(ConfigError, match="expected"):
        make(**bad)
