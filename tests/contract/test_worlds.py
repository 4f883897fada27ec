"""What holds for every registered id; a new world is tested by being registered."""

from __future__ import annotations

import json
import pickle
import warnings

import cloudpickle
import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT, SUBMIT, operator_id
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.observation import graph_of
from nerion_gym.envs.reward import Survivors
from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import ConfigError
from nerion_gym.graphs import schema

pytestmark = pytest.mark.sandbox
FORMS = ("graph", "padded")


def make(world, **kwargs):
    world_id, extra = world
    return gym.make(world_id, **extra, **kwargs)


def same(a, b) -> bool:
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


def legal(observation, rng) -> int:
    return int(rng.choice(np.flatnonzero(observation["action_mask"])))


def walk(env, steps, seed=0):
    """Yield the results of random legal steps, with resets in between."""
    rng = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    yield observation, 0.0, False, False, info
    for _ in range(steps):
        result = env.step(legal(observation, rng))
        observation = result[0]
        yield result
        if result[2] or result[3]:
            observation, info = env.reset()
            yield observation, 0.0, False, False, info


@pytest.mark.parametrize("form", FORMS)
def test_check_env_has_nothing_to_say(every_world, form):
    env = make(every_world, observation=form)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped, skip_render_check=False)


@pytest.mark.parametrize("form", FORMS)
def test_two_copies_with_the_same_seed_and_actions_agree(every_world, form):
    one, two = make(every_world, observation=form), make(every_world, observation=form)
    steps = 40
    for first, second in zip(walk(one, steps, 3), walk(two, steps, 3), strict=True):
        assert same(first[0], second[0])
        assert first[1:4] == second[1:4]
        assert same(first[4], second[4])
        assert one.observation_space.contains(first[0])


def test_masked_actions_change_nothing_and_out_of_range_raises(every_world):
    env = make(every_world)
    observation, _ = env.reset(seed=0)
    masked = np.flatnonzero(observation["action_mask"] == 0)
    after, reward, terminated, truncated, info = env.step(masked[-1])
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert info["masked_action"] is True
    assert after["steps_left"] < observation["steps_left"]
    assert all(same(after[key], observation[key]) for key in after if key != "steps_left")
    stats = env.get_wrapper_attr("stats")
    assert (stats.steps, stats.masked, stats.executions) == (1, 1, 0)
    assert (env.get_wrapper_attr("last_classes") == -1).all()
    for action in (-1, env.action_space.n):
        with pytest.raises(ConfigError, match="expected 0"):
            env.unwrapped.step(action)


def test_info_is_flat_and_new_each_time(world):
    infos = [step[4] for step in walk(make(world), 6)]
    for info in infos:
        assert all(isinstance(value, (str, bool, int, float)) for value in info.values())
    infos[0]["task_id"] = "changed"
    assert "changed" not in {info["task_id"] for info in infos[1:]}
    forbidden = {"time", "seconds", "path", "cached", "cache_hit"}
    assert not forbidden & set().union(*infos)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_returned_is_a_view_on_anything_kept(world, form):
    env, twin = make(world, observation=form), make(world, observation=form)
    for mine, clean in zip(walk(env, 12), walk(twin, 12), strict=True):
        assert same(mine[0], clean[0])
        scribbled = {k: v for k, v in mine[0].items() if k != "action_mask"}
        for value in scribbled.values():
            for array in value if isinstance(value, tuple) else (value,):
                array[...] = 1


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


@pytest.mark.parametrize("module", [pickle, cloudpickle])
def test_a_pickled_environment_goes_on_alike(world, module):
    env = make(world).unwrapped
    observation, _ = env.reset(seed=1)
    rng = np.random.default_rng(1)
    observation = env.step(legal(observation, rng))[0]
    twin = module.loads(module.dumps(env))
    action = legal(observation, rng)
    assert same(env.step(action), twin.step(action))


def test_the_spec_goes_through_json(world):
    env = make(world, observation="padded")
    spec = EnvSpec.from_json(env.spec.to_json())
    again = gym.make(spec)
    assert again.observation_space == env.observation_space
    assert again.unwrapped.world.id == world[0]
    assert json.loads(env.spec.to_json())["id"] == world[0]


def test_fork_undo_and_preview_change_nothing_else(world):
    env = make(world).unwrapped
    observation, _ = env.reset(seed=2)
    action = legal(observation, np.random.default_rng(2))
    spent = env.stats.executions
    preview = env.preview(action)
    assert env.observation_space.contains(preview)
    assert env.stats.executions == spent
    twin = env.fork()
    stepped = env.step(action)
    assert twin.current.steps == 0
    assert same(twin.step(action), stepped)
    assert same(env.undo(), observation)
    assert same(env.step(action), stepped)


def test_a_state_replays_in_another_environment(world):
    env, other = make(world).unwrapped, make(world).unwrapped
    for step in walk(env, 7, seed=4):
        last = step[0]
    other.reset(seed=99)
    if other.task.id != env.task.id:  # a world of many tasks: the same draws give the same ones
        other.reset(seed=4)
    while other.task.id != env.task.id:
        other.reset()
    replayed = other.restore(EpisodeState.from_json(env.state.to_json()))
    assert same(replayed, last)


@pytest.mark.parametrize("form", FORMS)
def test_every_number_in_an_observation_refers_to_something(world, form):
    env = make(world, observation=form)
    for observation, *_ in walk(env, 20, seed=6):
        nodes, types, links = graph_arrays(observation)
        kinds = nodes[:, schema.KIND]
        assert kinds.min() > 0
        assert kinds.max() < len(schema.KINDS)
        assert nodes[:, schema.TOKEN].max() < schema.TOKENS
        assert ((types > 0) & (types < len(schema.RELATIONS))).all()
        assert ((links >= 0) & (links < len(nodes))).all()
        edits, tests = observation["edits"], observation["tests"]
        listed = observation["action_mask"][1:] == 1
        rows, rest = edits[1:][listed], edits[1:][~listed]
        assert len(rows) == len(env.get_wrapper_attr("edits"))
        assert ((rows[:, 0] > SUBMIT) & (rows[:, 0] < OPERATOR_ID_LIMIT)).all()
        assert ((rows[:, 1] >= 0) & (rows[:, 1] < len(nodes))).all()
        assert ((rows[:, 2] >= -1) & (rows[:, 2] < len(nodes))).all()
        assert (nodes[rows[:, 1], schema.FLAGS] & schema.FLAG_IN_FOCUS).all()
        assert rows[:, 3].max() < schema.TOKENS
        assert rows[:, 4].max() < schema.INFECTIONS
        assert rows[:, 5].max() < schema.LAST_OUTCOMES
        assert (rest == [0, -1, -1, 0, 0, 0]).all()
        shown = tests[tests[:, 0] >= 0]
        assert (kinds[shown[:, 0]] == schema.KIND_ID["test"]).all()
        assert ((tests[:, 1] >= 0) & (tests[:, 1] < schema.STATUSES)).all()


def graph_arrays(observation):
    """Nodes, edge types and links without padding; what is cut off must be zeros."""
    if "graph" in observation:
        graph = observation["graph"]
        return graph.nodes, graph.edges, graph.edge_links
    nodes = int((observation["nodes"][:, schema.KIND] > 0).sum())
    edges = int((observation["edge_types"] > 0).sum())
    assert not observation["nodes"][nodes:].any()
    assert not observation["edge_types"][edges:].any()
    assert not observation["edge_links"][edges:].any()
    return (
        observation["nodes"][:nodes],
        observation["edge_types"][:edges],
        observation["edge_links"][:edges],
    )


def test_a_site_is_the_node_that_its_edit_names(world):
    env = make(world)
    observation, _ = env.reset(seed=7)
    graph = graph_of(env.unwrapped.current)
    for row, edit in zip(observation["edits"][1:], env.get_wrapper_attr("edits"), strict=False):
        assert graph.span_of(int(row[1])) == edit.site
        assert row[0] == operator_id(edit.operator)


def test_many_random_legal_steps(world):
    env = make(world)
    rewards, masked = 0.0, 0
    for observation, reward, *_, info in walk(env, 200, seed=8):
        assert observation["action_mask"].any()
        rewards += reward
        masked += info["masked_action"]
    assert masked == 0
    stats = env.get_wrapper_attr("stats")
    assert stats.steps == 200
    assert 0 < stats.executions <= 200
    rule = env.unwrapped.world
    if isinstance(rule.reward, Survivors):
        assert rewards > 0
    if rule.commit == "never" and isinstance(rule.generator, FixedTasks):
        assert stats.executions <= sum(map(listed, rule.generator.tasks))


def listed(task) -> int:
    """Count the edits that a task's episodes can offer: each is run once at most."""
    return len(enumerate_edits(task.program, resolve(task.operators), None))


def test_action_meanings_name_every_legal_action(world):
    env = make(world)
    observation, _ = env.reset(seed=0)
    meanings = env.get_wrapper_attr("get_action_meanings")()
    assert len(meanings) == 1 + int(observation["action_mask"][1:].sum())
    assert meanings[0] == "submit"


def test_the_users_files_are_never_written(project):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    env = gym.make("Nerion-Repo-v0", path=str(project / "tiny.py"))
    for _ in walk(env, 10):
        pass
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert after == before
