"""What holds for every registered id; a new world is tested by being registered.

The checks are those of the package (`nerion worlds --check` asks them of your worlds). That each of
them can fail is tested in `tests/unit/envs/checking`.
"""

from __future__ import annotations

import json

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.commands.checking import elsewhere
from nerion_gym.envs.checking.finding import home_of
from nerion_gym.envs.checking.making import check_frames, check_gymnasium, check_made
from nerion_gym.envs.checking.numbers import check_numbers
from nerion_gym.envs.checking.repeating import (
    check_copies,
    check_forks,
    check_pickles,
    check_replay,
)
from nerion_gym.envs.checking.stepping import (
    check_info,
    check_many_steps,
    check_masks,
    check_views,
)
from nerion_gym.envs.checking.subject import FORMS, Subject, legal, same, walk
from nerion_gym.envs.checking.table import CHECKS
from nerion_gym.envs.reward import Survivors

pytestmark = pytest.mark.sandbox
OF_EVERY_WORLD = (check_gymnasium, check_copies, check_masks)
"""Dear worlds too; that they are like the others in the rest is asked by slow tests."""
OF_WORLDS = (
    check_made,
    check_frames,
    check_info,
    check_views,
    check_forks,
    check_pickles,
    check_numbers,
    check_replay,
    check_many_steps,
)
ELSEWHERE = ("check_manual", "check_vector", "check_reference")
"""Asked in `tests/test_architecture.py`, `test_vector.py` and `test_repair_worlds.py`."""


def make(world, **kwargs):
    world_id, extra = world
    return gym.make(world_id, **extra, **kwargs)


def subject(world):
    """Return a world as checks take it."""
    world_id, extra = world
    spec = gym.spec(world_id)
    there = elsewhere(home_of(spec), world_id, extra)
    return Subject(spec, extra, steps=200, elsewhere=there)


def name_of(check):
    return check.__name__


def test_every_check_is_asked():
    asked = [check.__name__ for check in (*OF_EVERY_WORLD, *OF_WORLDS)]
    assert sorted([*asked, *ELSEWHERE]) == sorted(check.ask.__name__ for check in CHECKS)


@pytest.mark.parametrize("check", OF_EVERY_WORLD, ids=name_of)
def test_every_world_passes(every_world, check):
    assert check(subject(every_world))


@pytest.mark.parametrize("check", OF_WORLDS, ids=name_of)
def test_worlds_pass(world, check):
    assert check(subject(world))


@pytest.mark.parametrize("name", ["Nerion-ToyMath-v0", "Nerion-LogicV2-v0", "Nerion-Repo-v0"])
def test_random_steps_find_survivors(name, arguments):
    env = make((name, arguments.get(name, {})))
    assert isinstance(env.unwrapped.world.reward, Survivors)
    assert sum(reward for _, reward, *_ in walk(env, 60, seed=8)) > 0
    assert 0 < env.unwrapped.stats.executions <= 60


@pytest.mark.parametrize("form", FORMS)
def test_sync_vectors_equal_single_environments(world, form):
    vector = SyncVectorEnv([lambda: make(world, observation=form)] * 2, copy=True)
    single = make(world, observation=form)
    observations, _ = vector.reset(seed=[5, 6])
    expected, _ = single.reset(seed=5)
    rng = np.random.default_rng(0)
    for _ in range(5):
        action = legal(expected, rng)
        observations, rewards, *ends, _ = vector.step(np.array([action, action]))
        expected, reward, *own_ends, _ = single.step(action)
        assert rewards[0] == reward
        assert [end[0] for end in ends] == own_ends
        if form == "padded":
            assert all(np.array_equal(observations[key][0], expected[key]) for key in expected)
        else:
            assert same(observations["graph"][0], expected["graph"])
        if any(own_ends):  # a lucky repair: the vector begins another episode now
            break
    vector.close()


@pytest.mark.parametrize(("form", "shared"), [("graph", False), ("padded", True)])
def test_async_vectors_step(world, form, shared):
    vector = AsyncVectorEnv([lambda: make(world, observation=form)] * 2, shared_memory=shared)
    single = make(world, observation=form)
    try:
        vector.reset(seed=[5, 5])
        expected, _ = single.reset(seed=5)
        action = legal(expected, np.random.default_rng(0))
        observations, rewards, *_ = vector.step(np.array([action, action]))
        expected, reward, *_ = single.step(action)
        assert list(rewards) == [reward, reward]
        assert np.array_equal(observations["edits"][1], expected["edits"])
    finally:
        vector.close()


def test_make_vec_reaches_the_world(world):
    world_id, extra = world
    vector = gym.make_vec(world_id, num_envs=2, observation="padded", **extra)
    observations, _ = vector.reset(seed=0)
    assert observations["edits"].shape[0] == 2
    vector.close()


def test_the_spec_goes_through_json(world):
    env = make(world, observation="padded")
    spec = EnvSpec.from_json(env.spec.to_json())
    again = gym.make(spec)
    assert again.observation_space == env.observation_space
    assert again.unwrapped.world.id == world[0]
    assert json.loads(env.spec.to_json())["id"] == world[0]


def test_the_users_files_are_never_written(project):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    env = gym.make("Nerion-Repo-v0", path=str(project / "tiny.py"))
    for _ in walk(env, 10):
        pass
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert after == before
