"""`register_world`: what a world of one's own is made from, and what its arguments may be."""

import pickle

import gymnasium as gym
import pytest

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.registering import (
    SingleEntry,
    VectorEntry,
    arguments_of,
    entry_point,
    register_world,
)
from nerion_gym.envs.vector import CodeEditVectorEnv
from nerion_gym.envs.worlds import repair
from nerion_gym.errors import ConfigError
from tests.unit.envs.fakes import LIMITS, FakeRunner, make_task, make_world

pytestmark = pytest.mark.pure
NAME = "FakeOfMine-v0"


def build(steps=6):
    return make_world(limits=LIMITS.__class__(32, 4, 256, steps))


def build_any(**options):
    return make_world(**options)


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    gym.registry.pop(NAME, None)


def test_a_registered_world_is_made_alone_and_many_times():
    register_world(NAME, build, reward_threshold=2.0)
    env = gym.make(NAME, steps=9, observation="padded", runner=FakeRunner())
    assert isinstance(env.unwrapped, CodeEditEnv)
    assert env.unwrapped.world.limits.steps == 9
    assert env.unwrapped.form == "padded"
    assert env.spec.reward_threshold == 2.0
    vector = gym.make_vec(NAME, num_envs=2, steps=7, runner=FakeRunner())
    assert isinstance(vector, CodeEditVectorEnv)
    assert [member.world.limits.steps for member in vector.envs] == [7, 7]
    collecting = gym.make(NAME, render_mode="rgb_array_list", runner=FakeRunner())
    assert isinstance(collecting, gym.wrappers.RenderCollection)


def test_nothing_is_built_before_an_environment_is_made():
    built = []
    register_world(NAME, lambda: built.append(1) or make_world())
    assert built == []
    gym.make(NAME, runner=FakeRunner())
    assert built == [1]


def test_the_same_world_may_register_again_and_another_may_not():
    register_world(NAME, build)
    register_world(NAME, build)
    with pytest.raises(
        ConfigError, match=f"'{NAME}' is registered already, by {__name__}:build; ch"
    ):
        register_world(NAME, build_any)
    with pytest.raises(ConfigError, match=r"is registered already, by gymnasium\.envs.*PoleEnv;"):
        register_world("CartPole-v1", build)


@pytest.mark.parametrize("entry", [SingleEntry(build), VectorEntry(build)])
def test_entry_points_are_pickled_by_their_function(entry):
    twin = pickle.loads(pickle.dumps(entry))  # noqa: S301 - written in the same line
    assert (twin.build, twin.__module__) == (build, __name__)


def test_unknown_arguments_are_refused_with_those_there_are():
    register_world(NAME, build)
    with pytest.raises(
        TypeError, match=r"argument 'stepz' \(did you mean 'steps'\?\); it takes: s"
    ):
        gym.make(NAME, stepz=3)
    with pytest.raises(TypeError, match=r"'colour'; it takes: steps, .*workers, autoreset_mode$"):
        VectorEntry(build)(colour="red")


def test_who_takes_any_argument_is_asked_itself():
    with pytest.raises(TypeError, match=r"make_world.*'colour'"):
        SingleEntry(build_any)(colour="red")


def test_arguments_are_those_of_the_world_then_those_of_all():
    assert arguments_of(SingleEntry(build)) == (
        *("steps", "observation", "render_mode", "runner", "trace"),
    )
    every = arguments_of(repair.make)
    assert every[:4] == ("family", "split", "bugs", "lines")
    assert "workers" not in every
    assert {"num_envs", "workers"} <= set(arguments_of(repair.make_vec))


def test_an_entry_point_without_a_build_takes_what_it_names():
    entry = entry_point(make_task)
    assert (entry.metadata, entry.__name__) == (CodeEditEnv.metadata, "make_task")
    assert arguments_of(entry) == ("source", "original")
    assert entry().name == "m"


def test_an_entry_point_that_takes_all_arguments_refuses_none():
    assert entry_point(make_task)(split="val").split == "val"


def test_an_id_may_begin_as_one_likes():
    world = make_world()
    assert world.id == "Nerion-Fake-v0"
    mine = world.__class__(**{**vars(world), "prefix": "mylab/"})
    assert mine.id == "mylab/Fake-v0"
