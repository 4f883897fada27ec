"""The worlds with bugs: every task can be won by its reference repair, anywhere, alike."""

from __future__ import annotations

import hashlib
import json
from itertools import combinations

import gymnasium as gym
import numpy as np
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.preview import apply
from nerion_gym.envs.bugs import piece_at
from nerion_gym.envs.checking.winning import require_won
from nerion_gym.envs.repairing import REPAIR_OPERATORS
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.splits import corpus_split, function_split, package_split
from nerion_gym.types.task import SPLITS
from tests.support.sources import SUBJECTS, fetch
from tests.support.worlds import run_python

pytestmark = pytest.mark.sandbox
WORLDS = ("Nerion-Repair-v0", "Nerion-MultiFile-v0")
CORPUS = {"Nerion-Repair-v0": corpus_split, "Nerion-MultiFile-v0": package_split}


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


def check_reference(env, seeds):
    """Check that a no-op earns nothing and the reference repair all; return the tasks."""
    tasks = []
    for seed in seeds:
        env.reset(seed=seed)
        task = env.task
        tasks.append(task)
        assert len(task.reference) > 0
        assert {edit.operator for edit in task.reference} <= set(REPAIR_OPERATORS)
        require_won(env)
        assert env.current.outcome.classes == task.baseline.control.classes
    return tasks


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("world", WORLDS)
def test_the_reference_repair_scores_one_and_a_no_op_nothing(world, split, runner):
    check_reference(gym.make(world, split=split, runner=runner).unwrapped, range(2))


@pytest.mark.slow
@pytest.mark.parametrize("bugs", [1, 2, 3])
@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("world", WORLDS)
def test_the_reference_repair_scores_one_from_many_seeds(world, split, bugs, runner):
    check_reference(gym.make(world, split=split, bugs=bugs, runner=runner).unwrapped, range(12))


@pytest.mark.parametrize("bugs", [2, 3])
def test_several_bugs_are_taken_out_one_by_one(bugs, runner):
    env = gym.make(WORLDS[0], bugs=bugs, lines=60, runner=runner).unwrapped
    tasks = check_reference(env, range(2))
    assert {len(task.reference) for task in tasks} == {bugs}


@pytest.mark.parametrize("world", WORLDS)
def test_no_program_is_in_two_splits(world):
    names = {}
    for split in SPLITS:
        tasks = gym.make(world, split=split).unwrapped.world.generator.originals
        assert {task.split for task in tasks} == {split}
        assert tuple(task.name for task in tasks) == CORPUS[world](split)
        names[split] = {task.program.digest for task in tasks}
    assert not any(names[one] & names[other] for one, other in combinations(SPLITS, 2))


def test_a_bug_may_lie_in_one_file_and_show_at_another(runner):
    env = gym.make(WORLDS[1], split="val", runner=runner).unwrapped
    files = set()
    for seed in range(6):
        env.reset(seed=seed)
        files |= {edit.site.path for edit in env.task.reference}
        assert len(env.task.program.files) > 2
    assert len(files) > 1


# --- anywhere, alike ----------------------------------------------------------------------------

DRAW = """
import gymnasium as gym, nerion_gym
env = gym.make({world!r}, split="test", bugs=2).unwrapped
for seed in (3, 4):
    env.reset(seed=seed)
    print(env.task.name, env.task.id, env.task.program.digest, env.task.reference == ())
"""
REPLAY = """
import hashlib, gymnasium as gym, nerion_gym
from nerion_gym.envs.state import EpisodeState
env = gym.make({world!r}, split="val", observation="padded").unwrapped
env.reset(seed=99)
episode = EpisodeState.from_json({text!r})
seen = env.restore(episode)
digest = hashlib.sha256()
for key in sorted(seen):
    digest.update(key.encode() + seen[key].tobytes())
print(digest.hexdigest(), env.current.program.digest, env.state.to_json() == {text!r})
"""


def digest_of(observation):
    digest = hashlib.sha256()
    for key in sorted(observation):
        digest.update(key.encode() + observation[key].tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("world", WORLDS)
def test_a_seed_gives_the_same_task_in_any_process(world, runner):
    there = run_python(DRAW.format(world=world)).splitlines()
    env = gym.make(world, split="test", bugs=2, runner=runner).unwrapped
    for seed, line in zip((3, 4), there, strict=True):
        env.reset(seed=seed)
        assert line == f"{env.task.name} {env.task.id} {env.task.program.digest} False"


@pytest.mark.parametrize("world", WORLDS)
def test_an_episode_replays_in_another_process_byte_for_byte(world, runner):
    env = gym.make(world, split="val", observation="padded", runner=runner).unwrapped
    env.reset(seed=7)
    rng = np.random.default_rng(7)
    seen, ended = env.step(0)[0], False  # a masked one
    while env.current.steps < 4 and not ended:
        action = int(rng.choice(np.flatnonzero(seen["action_mask"])))
        seen, _, terminated, truncated, _ = env.step(action)
        ended = terminated or truncated
    text = env.state.to_json()
    assert json.loads(text)["task"] == env.task.name
    there = run_python(REPLAY.format(world=world, text=text))
    assert there == f"{digest_of(seen)} {env.current.program.digest} True"


# --- arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "dev"}, "split='dev': expected one of train, val, test"),
        ({"split": None}, "split=None: expected one of"),
        ({"family": "fuzz"}, "family='fuzz': expected one of corpus, package"),
        ({"bugs": 0}, "bugs=0: expected a whole number, at least 1"),
        ({"bugs": True}, "bugs=True: expected"),
        ({"bugs": 1.5}, "bugs=1.5: expected"),
        ({"lines": 0}, "lines=0: expected a whole number"),
        ({"lines": "40"}, "lines='40': expected a whole number"),
        ({"lines": 5}, "lines=5: the shortest program of this split has"),
        ({"path": "x.py"}, "path: of family='package'"),
        ({"family": "package", "lines": 40}, "lines=40: of family='corpus'"),
        ({"family": "package", "split": "dev"}, "split='dev': expected one of"),
    ],
)
@pytest.mark.parametrize("world", WORLDS)
def test_bad_arguments_are_refused(world, arguments, message):
    with pytest.raises(ConfigError, match=message):
        gym.make(world, **arguments)


@pytest.mark.parametrize("world", WORLDS)
def test_a_package_has_to_be_named(world):
    with pytest.raises(TaskError, match=f"{world} needs a package"):
        gym.make(world, family="package")


def test_lines_bound_the_programs():
    env = gym.make(WORLDS[0], split="val", lines=40)
    tasks = env.unwrapped.world.generator.originals
    assert tasks
    assert all(len(task.program.files[0][1].splitlines()) <= 40 for task in tasks)


# --- packages -----------------------------------------------------------------------------------


def test_bugs_are_put_into_a_package_of_the_user(project, runner):
    before = (project / "tiny.py").read_bytes()
    arguments = {"family": "package", "path": str(project / "tiny.py"), "runner": runner}
    env = gym.make(WORLDS[0], split="train", **arguments).unwrapped
    tasks = check_reference(env, range(3))
    assert splits_of_bugs(tasks) == {"train"}
    assert (project / "tiny.py").read_bytes() == before
    with pytest.raises(TaskError, match="split='val': none of the 2 functions of tiny"):
        gym.make(WORLDS[0], split="val", **arguments)


def splits_of_bugs(tasks):
    """Return the splits of the functions that the reference repairs of tasks change."""
    found = set()
    for task in tasks:
        program = task.program
        for edit in task.reference:
            places = [piece_at(program, splice).ref for splice in edit.splices]
            found |= {function_split(place.path, place.qualname) for place in places}
            program = apply(program, edit)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_bugs_of_a_real_package_are_in_functions_of_the_split(world, runner):
    subject = next(row for row in SUBJECTS if row.name == "voluptuous")
    path = str(fetch(subject.name, subject.version) / subject.path)
    pools = {}
    for split in SPLITS:
        env = gym.make(world, family="package", path=path, split=split, runner=runner).unwrapped
        (original,) = env.world.generator.originals
        pools[split] = set(original.pool)
        assert splits_of_bugs(check_reference(env, range(4))) == {split}
    assert all(pools.values())
    assert not any(pools[one] & pools[other] for one, other in combinations(SPLITS, 2))
