"""`split=` of the probing worlds: no program, and of a package no function, is in two of them."""

from __future__ import annotations

from itertools import combinations

import gymnasium as gym
import numpy as np
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.packages import in_split
from nerion_gym.envs.probing import PROBING_OPERATORS
from nerion_gym.envs.units import editable_units, units_of
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.package import load_package
from nerion_gym.tasks.splits import corpus_split, function_split
from nerion_gym.types.task import SPLITS

pytestmark = pytest.mark.sandbox
CORPUS_WORLDS = ("Nerion-ToyMath-v0", "Nerion-LogicV2-v0")
REPO = "Nerion-Repo-v0"
FUNCTIONS = 40


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Forty functions in one module, each with a test: more than one focus holds."""
    root = tmp_path_factory.mktemp("many")
    bodies = [f"def f{n}(a):\n    return a * {n} + {n + 1} - a" for n in range(FUNCTIONS)]
    tests = [f"def test_{n}():\n    assert many.f{n}(2) == {3 * n - 1}" for n in range(FUNCTIONS)]
    (root / "many.py").write_text("\n\n\n".join(["SIZE = 3", *bodies]) + "\n")
    (root / "test_many.py").write_text("\n\n\n".join(["import many", *tests]) + "\n")
    return str(root / "many.py")


def tasks_of(world, **arguments):
    return gym.make(world, **arguments).unwrapped.world.generator.tasks


@pytest.mark.parametrize("world", CORPUS_WORLDS)
def test_no_program_is_in_two_splits(world):
    found = {split: tasks_of(world, split=split) for split in SPLITS}
    for split, tasks in found.items():
        assert tasks
        assert {task.split for task in tasks} == {split}
        assert {task.name for task in tasks} <= set(corpus_split(split))
    digests = {split: {task.program.digest for task in tasks} for split, tasks in found.items()}
    assert not any(digests[one] & digests[other] for one, other in combinations(SPLITS, 2))


def test_logic_has_every_program_of_a_split():
    for split in SPLITS:
        assert tuple(task.name for task in tasks_of(CORPUS_WORLDS[1], split=split)) == (
            corpus_split(split)
        )


@pytest.mark.parametrize(
    ("world", "name"), [(CORPUS_WORLDS[0], "math_logic"), (CORPUS_WORLDS[1], "logic_v2")]
)
def test_without_a_split_an_id_is_what_it_was(world, name):
    (task,) = tasks_of(world)
    assert task.name == name


@pytest.mark.parametrize("world", CORPUS_WORLDS)
def test_a_split_is_drawn_from_and_stepped_in(world, runner):
    env = gym.make(world, split="val", runner=runner, trace=False).unwrapped
    names = set()
    for seed in range(4):
        observation, _ = env.reset(seed=seed)
        names.add(env.task.name)
        action = int(np.flatnonzero(observation["action_mask"])[-1])
        assert env.observation_space.contains(env.step(action)[0])
    assert len(names) > 1


@pytest.mark.slow
@pytest.mark.parametrize("split", SPLITS)
def test_the_programs_of_toy_math_fit_its_limits_but_for_their_edits(split, runner):
    env = gym.make(CORPUS_WORLDS[0], split=split, runner=runner, trace=False).unwrapped
    for task in env.world.generator.tasks:
        env.reset(seed=0, options={"task": task.name})
        cases = [result.id for result in env.current.outcome.results]
        assert len({case.partition("[")[0] for case in cases}) <= env.world.limits.tests
        assert env.edits


@pytest.mark.parametrize("world", [*CORPUS_WORLDS, REPO])
def test_an_unknown_split_is_refused_with_those_there_are(world, package):
    extra = {"path": package} if world == REPO else {}
    with pytest.raises(ConfigError, match="split='dev': expected one of train, val, test"):
        gym.make(world, split="dev", **extra)


# --- functions of a package ---------------------------------------------------------------------


def test_every_function_is_in_one_split(package):
    operators = resolve(PROBING_OPERATORS)
    task = load_package(package, operators=PROBING_OPERATORS)
    pools = {split: in_split(task, split, operators).pool for split in SPLITS}
    everything = [unit.ref for unit in editable_units(task.program, operators)]
    assert sorted(map(str, everything)) == sorted(str(r) for pool in pools.values() for r in pool)
    assert len(pools["train"]) > len(pools["val"]) + len(pools["test"])
    assert len({in_split(task, split, operators).id for split in SPLITS} | {task.id}) == 4


@pytest.mark.parametrize("split", SPLITS)
def test_only_functions_of_the_split_are_edited(split, package, runner):
    env = gym.make(REPO, path=package, split=split, runner=runner, trace=False).unwrapped
    seen = set()
    for seed in range(6):
        _, info = env.reset(seed=seed)
        for edit in env.edits:
            (unit,) = [u for u in units_of(env.task.program) if u.span.contains(edit.site)]
            seen.add(unit.ref)
        assert info["edits_offered"] == len(env.edits) <= info["edits_total"]
    assert {function_split(ref.path, ref.qualname) for ref in seen} == {split}


def test_a_focus_of_another_split_is_refused(package, runner):
    env = gym.make(REPO, path=package, split="train", runner=runner, trace=False).unwrapped
    own, other = (
        next(
            f"f{n}"
            for n in range(FUNCTIONS)
            if (function_split("many.py", f"f{n}") == "train") is own
        )
        for own in (True, False)
    )
    env.reset(options={"focus": own})
    assert [ref.qualname for ref in env.current.focus.functions] == [own]
    with pytest.raises(ConfigError, match=f"many.py::{other} is not of split='train'"):
        env.reset(options={"focus": other})


def test_a_split_without_functions_is_refused(project):
    with pytest.raises(TaskError, match="split='val': none of the 2 functions of tiny"):
        gym.make(REPO, path=str(project / "tiny.py"), split="val")
