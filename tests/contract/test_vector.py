"""The native vector of every registered id is N single environments, only run side by side."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import cloudpickle
import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.envs.checking.subject import Subject, same
from nerion_gym.envs.checking.vectors import COUNT, MODES, choose, require_equal_to_singles
from nerion_gym.envs.stats import Ledger
from nerion_gym.envs.vector import COUNTERS, CodeEditVectorEnv
from nerion_gym.errors import ConfigError
from nerion_gym.execution import runner as runners
from nerion_gym.execution.runner import LocalRunner

pytestmark = pytest.mark.sandbox
COUNTED = tuple(name for name in COUNTERS if name != "seconds")


@pytest.fixture(scope="module", autouse=True)
def _fresh_default_runner():
    """Singles use the process's runner: what other tests ran would be hits of theirs alone."""
    with pytest.MonkeyPatch.context() as patch, LocalRunner() as made:
        patch.setattr(runners, "_default", {os.getpid(): made})
        yield


@pytest.fixture(scope="module")
def runner():
    with LocalRunner(workers=2) as made:
        yield made


def native(world, count=COUNT, **kwargs):
    world_id, extra = world
    return gym.make_vec(world_id, num_envs=count, **extra, **kwargs)


def singles(world, **kwargs):
    """Return N environments that count against one ledger, as those of a vector do."""
    world_id, extra = world
    envs = [gym.make(world_id, **extra, **kwargs) for _ in range(COUNT)]
    ledger = Ledger()
    for env in envs:
        env.unwrapped.use_ledger(ledger)
    return envs


def spent(envs):
    return [[getattr(env.unwrapped.stats, name) for name in COUNTED] for env in envs]


def steps_of(world):
    """Enough for every sub-environment to end at least once."""
    return gym.make(world[0], **world[1]).unwrapped.world.limits.steps + 6


@pytest.mark.parametrize("form", ["graph", "padded"])
@pytest.mark.parametrize("mode", MODES)
def test_equal_to_a_sync_vector_step_by_step(world, mode, form, runner):
    mine = native(world, observation=form, autoreset_mode=mode, runner=runner)
    envs = singles(world, observation=form)
    theirs = SyncVectorEnv([lambda env=env: env for env in envs], autoreset_mode=mode)
    assert (mine.single_action_space, mine.action_space) == (
        theirs.single_action_space,
        theirs.action_space,
    )
    assert mine.observation_space == theirs.observation_space
    assert mine.metadata == theirs.metadata
    rng = np.random.default_rng(0)
    first, again = mine.reset(seed=5), theirs.reset(seed=5)
    assert same(first, again)
    assert mine.np_random_seed == theirs.np_random_seed == (5, 6, 7)
    masks, ends = first[0]["action_mask"], 0
    for number in range(steps_of(world)):
        if number == 3:  # from here on they end at different times
            mask = np.array([False, True, False])
            first, again = (v.reset(options={"reset_mask": mask.copy()}) for v in (mine, theirs))
            assert same(first, again)
            masks = first[0]["action_mask"]
        actions = choose(masks, rng)
        left, right = mine.step(actions), theirs.step(actions)
        for one, other in zip(left, right, strict=True):
            assert same(one, other)
        assert spent(mine.envs) == spent(envs)
        masks = left[0]["action_mask"]
        ends += int(left[2].sum() + left[3].sum())
    assert mine.observation_space.contains(left[0])
    assert ends >= COUNT
    assert mine.stats.masked > 0
    theirs.close()


@pytest.mark.parametrize("mode", MODES)
def test_equal_to_single_environments(world, mode, runner):
    world_id, extra = world
    require_equal_to_singles(Subject(gym.spec(world_id), extra), mode, runner=runner)


def test_make_vec_gives_it_from_the_id_and_from_the_spec(world):
    vector = native(world)
    spec = vector.spec
    again = gym.make_vec(type(spec).from_json(spec.to_json()))
    one = native(world, 1, vectorization_mode="vector_entry_point", observation="padded")
    for made, count in ((vector, COUNT), (again, COUNT), (one, 1)):
        assert isinstance(made, CodeEditVectorEnv)
        assert made.num_envs == count
        assert made.envs[0].world.id == world[0]
        assert made.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
        made.close()
    assert "graph" in vector.single_observation_space.spaces
    sync = native(world, vectorization_mode="sync")
    assert isinstance(sync, SyncVectorEnv)
    assert sync.observation_space == vector.observation_space
    sync.close()


def descendants(pid):
    """Return the processes below a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def test_closing_leaves_no_process_and_no_descriptor():
    world = ("Nerion-ToyMath-v0", {})
    files, before = len(list(Path("/proc/self/fd").iterdir())), set(descendants(os.getpid()))
    vector = native(world, workers=2)
    assert vector.runner.settings.workers == 2
    observations, _ = vector.reset(seed=0)
    vector.step(choose(observations["action_mask"], np.random.default_rng(0)))
    assert set(descendants(os.getpid())) > before
    vector.close()
    assert set(descendants(os.getpid())) == before
    assert len(list(Path("/proc/self/fd").iterdir())) == files


@pytest.mark.parametrize("module", [pickle, cloudpickle])
def test_a_pickled_vector_goes_on_alike(module):
    vector = native(("Nerion-ToyMath-v0", {}), workers=1, observation="padded")
    observations, _ = vector.reset(seed=1)
    rng = np.random.default_rng(1)
    observations = vector.step(choose(observations["action_mask"], rng))[0]
    twin = module.loads(module.dumps(vector))
    assert twin.runner is not vector.runner
    assert twin.runner.settings.workers == 1
    for _ in range(3):
        actions = choose(observations["action_mask"], rng)
        left, right = vector.step(actions), twin.step(actions)
        assert same(left, right)
        observations = left[0]
    own = COUNTED.index("cache_hits")  # what a runner remembers does not travel
    counts = [[*row[:own], *row[own + 1 :]] for row in spent(vector.envs)]
    assert counts == [[*row[:own], *row[own + 1 :]] for row in spent(twin.envs)]
    # The twin's runner selects tests as the first one's does: it knows the baseline.
    assert twin.runner.stats.executions > 0
    vector.close()
    twin.close()


def test_a_program_that_occurs_twice_in_a_batch_is_one_execution():
    with LocalRunner(cache=False) as runner:
        vector = native(("Nerion-ToyMath-v0", {}), runner=runner, observation="padded")
        vector.reset(seed=0)
        before = runner.stats.executions
        vector.step(np.array([1, 1, 2]))
        assert runner.stats.executions - before == 2
    assert (vector.stats.executions, vector.stats.repeats) == (2, 1)
    assert spent(vector.envs)[1][:3] == [1, 0, 1]


def test_what_cannot_be_is_refused_and_changes_nothing(runner):
    vector = native(("Nerion-ToyMath-v0", {}), runner=runner)
    with pytest.raises(gym.error.ResetNeeded, match="reset"):
        vector.step(np.array([1, 1, 1]))
    vector.reset(seed=0)
    for actions, message in (([1, 1, 65], "action 65"), ([1, 1], "2 given.*3")):
        with pytest.raises(ConfigError, match=message):
            vector.step(np.array(actions))
    assert [env.current.steps for env in vector.envs] == [0, 0, 0]
    with pytest.raises(ConfigError, match="seed: 2 given"):
        vector.reset(seed=[1, 2])
    with pytest.raises(ConfigError, match="reset_mask"):
        vector.reset(options={"reset_mask": np.zeros(3, np.bool_)})
    with pytest.raises(ConfigError, match="workers=2"):
        native(("Nerion-ToyMath-v0", {}), runner=runner, workers=2)
