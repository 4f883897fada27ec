"""The ragged replay buffer: what it gives is what it was given, in a fraction of the memory."""

import copy
import pickle
from dataclasses import fields

import gymnasium as gym
import numpy as np
import pytest
import torch
from stable_baselines3.common.buffers import DictReplayBuffer

from nerion_gym.errors import ConfigError
from policies.encoder import join_padded
from policies.replay import RaggedReplayBuffer, Shelf
from tests.support.worlds import NODES, dict_space, random_observation, repair_world, to_padded

pytestmark = pytest.mark.pure
SPACE, ACTIONS = dict_space(12, 4, NODES), gym.spaces.Discrete(13)


def padded(rng, count):
    """Return random observations, stacked."""
    forms = [to_padded(random_observation(rng), NODES) for _ in range(count)]
    return {key: np.stack([form[key] for form in forms]) for key in forms[0]}


def step(rng, count):
    """Return a random step of environments that step at once."""
    dones = rng.random(count) < 0.5
    cut = rng.random(count) < 0.5
    infos = [{"TimeLimit.truncated": bool(short)} for short in dones & cut]
    rewards = rng.random(count).astype(np.float32)
    return (
        padded(rng, count),
        padded(rng, count),
        rng.integers(13, size=count),
        rewards,
        dones,
        infos,
    )


def filled(count, n_envs=1, size=100, seed=0):
    """Return a buffer that was given random steps, and the library's with the same."""
    rng = np.random.default_rng(seed)
    mine = RaggedReplayBuffer(size, SPACE, ACTIONS, "cpu", n_envs=n_envs, seed=0)
    theirs = DictReplayBuffer(size, SPACE, ACTIONS, "cpu", n_envs=n_envs)
    for _ in range(count):
        taken = step(rng, n_envs)
        mine.add(*copy.deepcopy(taken))
        theirs.add(*taken)
    return mine, theirs


def same_programs(one, other):
    joined = (join_padded(one), join_padded(other))
    for field in fields(joined[0]):
        assert torch.equal(*(getattr(batch, field.name) for batch in joined)), field.name


@pytest.mark.parametrize("n_envs", [1, 3])
def test_a_batch_is_what_the_librarys_buffer_gives_without_padding(n_envs):
    mine, theirs = filled(12, n_envs)
    places = np.arange(mine.size() * n_envs)
    batch = mine._get_samples(places)
    for place in places:
        row = [key[place : place + 1] for key in batch if isinstance(key, torch.Tensor)]
        slot = np.array([place // n_envs])
        wanted = {
            "actions": theirs.actions[slot, place % n_envs],
            "dones": (theirs.dones * (1 - theirs.timeouts))[slot, place % n_envs][:, None],
            "rewards": theirs.rewards[slot, place % n_envs][:, None],
        }
        for found, expected in zip(row, wanted.values(), strict=True):
            assert torch.equal(found, torch.as_tensor(expected))
        for name in ("observations", "next_observations"):
            stored = getattr(theirs, name)
            kept = {key: torch.as_tensor(stored[key][slot, place % n_envs]) for key in stored}
            given = {key: part[place : place + 1] for key, part in getattr(batch, name).items()}
            same_programs(given, kept)
            legal = kept["action_mask"] > 0
            assert torch.equal(given["action_mask"], kept["action_mask"])
            assert torch.equal(given["edits"][legal], kept["edits"][legal])
            assert torch.equal(given["tests"], kept["tests"])
            assert torch.equal(given["steps_left"], kept["steps_left"])


def test_only_an_end_of_its_own_ends_an_episode():
    mine = RaggedReplayBuffer(10, SPACE, ACTIONS, "cpu")
    rng = np.random.default_rng(0)
    for done, cut in ((False, False), (True, False), (True, True)):
        infos = [{"TimeLimit.truncated": cut}]
        shown, following = padded(rng, 1), padded(rng, 1)
        mine.add(shown, following, np.array([1]), np.zeros(1), np.array([done]), infos)
    assert mine._get_samples(np.arange(3)).dones.flatten().tolist() == [0.0, 1.0, 0.0]


def test_the_oldest_makes_room_and_what_nobody_holds_is_let_go():
    rng = np.random.default_rng(0)
    mine = RaggedReplayBuffer(4, SPACE, ACTIONS, "cpu")
    for number in range(11):
        shown, following, _, _, dones, infos = step(rng, 1)
        mine.add(shown, following, np.array([number % 13]), np.zeros(1), dones, infos)
    assert mine.size() == 4
    assert sorted(mine._get_samples(np.arange(4)).actions.flatten().tolist()) == [7, 8, 9, 10]
    held = {id(part) for row in mine._rows for part in (*row[0].shown, *row[0].following)}
    assert len(mine._shelf._held) == len(held)
    mine.reset()
    assert (mine.size(), mine.nbytes, len(mine._shelf._held)) == (0, 0, 0)


def test_equal_arrays_are_kept_once_and_are_copies():
    shelf = Shelf()
    one = np.arange(6, dtype=np.int16)
    kept = shelf.keep(one)
    assert shelf.keep(one.copy()) is kept is not one
    assert shelf.keep(one.reshape(2, 3)) is not kept
    assert shelf.keep(one.astype(np.int32)) is not kept
    one[:] = 0
    assert kept.tolist() == [0, 1, 2, 3, 4, 5]


def test_draws_are_its_own_and_repeat():
    def drawn(seed):
        mine = filled(20)[0]
        mine.rng = np.random.default_rng(seed)
        return [mine.sample(8).actions.flatten().tolist() for _ in range(3)]

    assert drawn(1) == drawn(1) != drawn(2)
    buffers = [RaggedReplayBuffer(4, SPACE, ACTIONS, "cpu", seed=seed) for seed in (1, 1, 2)]
    first, again, other = (buffer.rng.integers(1000, size=5).tolist() for buffer in buffers)
    assert first == again != other
    every = filled(20)[0].sample(2000)
    assert len({tuple(row) for row in every.rewards.tolist()}) == 20


def test_it_can_be_pickled_and_goes_on():
    mine = filled(5)[0]
    twin = pickle.loads(pickle.dumps(mine))  # noqa: S301 - written by this test
    wanted, found = (buffer._get_samples(np.arange(5)) for buffer in (mine, twin))
    same_programs(found.observations, wanted.observations)
    assert twin.nbytes == mine.nbytes
    twin.add(*step(np.random.default_rng(1), 1))
    assert (twin.size(), mine.size()) == (6, 5)


def test_what_it_cannot_keep_is_refused():
    with pytest.raises(ConfigError, match="padded"):
        RaggedReplayBuffer(4, dict_space(12, 4, NODES, form="graph"), ACTIONS)
    with pytest.raises(ConfigError, match="optimize_memory_usage"):
        RaggedReplayBuffer(4, SPACE, ACTIONS, optimize_memory_usage=True)


def test_a_transition_takes_a_fraction_of_its_padded_form():
    env = repair_world()
    rng, mine = np.random.default_rng(0), RaggedReplayBuffer(400, *spaces_of(env), "cpu")
    observation, _ = env.reset(seed=0)
    for _ in range(200):
        action = rng.choice(np.flatnonzero(observation["action_mask"]))
        following, reward, terminated, truncated, _ = env.step(action)
        stacked = [
            {key: part[None] for key, part in form.items()} for form in (observation, following)
        ]
        dones = np.array([terminated or truncated])
        mine.add(*stacked, np.array([action]), np.array([reward]), dones, [{}])
        observation = env.reset()[0] if dones[0] else following
    padded_bytes = 2 * sum(part.nbytes for part in observation.values())
    assert mine.nbytes / mine.size() < padded_bytes / 4


def spaces_of(env):
    return env.observation_space, env.action_space
