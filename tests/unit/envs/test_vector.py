"""The vector's own work, without processes: grouping, sharing, wrappers, commits, copies."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.stats import Ledger
from nerion_gym.envs.vector import CodeEditVectorEnv, make_vector
from nerion_gym.errors import ConfigError, SandboxError
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task
from tests.unit.envs.fakes import SOURCE, FakeRunner, make_task, make_world

pytestmark = pytest.mark.pure
BROKEN = SOURCE.replace(b"a * b", b"a + b")


class Watched(FakeRunner):
    """Notes what it is asked to run at once, and alone."""

    def __init__(self):
        super().__init__()
        self.batches, self.alone, self.adopted, self.closed = [], 0, 0, 0

    def run(self, program, tests, *, stop_at_first_failure=False):
        self.alone += 1
        return super().run(program, tests)

    def run_many(self, programs, tests, *, stop_at_first_failure=False):
        self.batches.append((len(programs), tests))
        return [FakeRunner.run(self, program, tests) for program in programs]

    def adopt(self, baseline):
        self.adopted += 1

    def close(self):
        self.closed += 1


class Turns:
    """Gives tasks in turn."""

    def __init__(self, *tasks):
        self.tasks, self.given = tasks, 0

    def sample(self, rng, options):
        self.given += 1
        return self.tasks[(self.given - 1) % len(self.tasks)]


def vector_of(world=None, count=3, **kwargs):
    runner = Watched()
    kwargs.setdefault("observation", "padded")
    return make_vector(world or make_world(), count, runner=runner, **kwargs), runner


def test_one_batch_a_step_and_nothing_alone():
    vector, runner = vector_of()
    vector.reset(seed=0)
    alone = runner.alone
    vector.step([1, 2, 3])
    vector.step([1, 33 - 1, 0])  # one runs, one is masked, one is a submit that is not legal
    assert [size for size, _ in runner.batches] == [3, 1]
    assert runner.alone == alone
    assert [env.stats.steps for env in vector.envs] == [2, 2, 2]
    assert (vector.stats.steps, vector.stats.masked) == (6, 2)


def test_programs_are_grouped_by_suite():
    task = make_task()
    other = Task(
        "n", task.program, Suite((("u.py", b""),), targets=("u.py",)), baseline=task.baseline
    )
    world = make_world()
    object.__setattr__(world, "generator", Turns(task, other))
    vector, runner = vector_of(world, 4)
    vector.reset(seed=0)
    vector.step([1, 1, 2, 2])
    assert [(size, tests.targets) for size, tests in runner.batches] == [
        (2, ("t.py",)),
        (2, ("u.py",)),
    ]


def test_a_task_is_measured_once_for_all():
    vector, runner = vector_of(count=5)
    vector.reset(seed=0)
    vector.reset(seed=0)
    assert runner.adopted == 1


@pytest.mark.parametrize("commit", ["always", "if_green"])
@pytest.mark.parametrize("mode", list(AutoresetMode)[:2])
def test_worlds_that_commit_are_equal_to_a_sync_vector_too(commit, mode):
    world = make_world(commit, make_task(BROKEN, goal="repair"))
    mine, _ = vector_of(world, autoreset_mode=mode)
    ledger, envs = Ledger(), []
    for _ in range(3):
        envs.append(CodeEditEnv(world, observation="padded", runner=FakeRunner()))
        envs[-1].use_ledger(ledger)
    theirs = SyncVectorEnv([lambda env=env: env for env in envs], autoreset_mode=mode)
    seen, _ = mine.reset(seed=0)
    theirs.reset(seed=0)
    rng, ends = np.random.default_rng(0), set()
    for _ in range(60):
        actions = [rng.choice(np.flatnonzero(mask)) for mask in seen["action_mask"]]
        left, right = mine.step(actions), theirs.step(np.array(actions))
        seen = left[0]
        for key in seen:
            assert np.array_equal(seen[key], right[0][key])
        for one, other in zip(left[1:4], right[1:4], strict=True):
            assert np.array_equal(one, other)
        assert np.array_equal(left[4]["end"], right[4]["end"])
        ends |= set(left[4].get("final_info", left[4])["end"][left[2] | left[3]])
        counted = [(env.stats.executions, env.stats.repeats) for env in mine.envs]
        assert counted == [(env.stats.executions, env.stats.repeats) for env in envs]
    assert ends == ({"budget", "goal"} if commit == "always" else {"budget"})


class Other(gym.ActionWrapper):
    """Executes another action than it is given."""

    def action(self, action):
        return 2


def test_wrappers_are_served_even_where_they_change_the_action():
    runner = Watched()
    world = make_world()
    envs = [CodeEditEnv(world), Other(CodeEditEnv(world))]
    vector = CodeEditVectorEnv(envs, runner=runner)
    vector.reset(seed=0)
    *_, infos = vector.step([1, 1])
    edits = vector.members[0].edits
    assert infos["operator"].tolist() == [edits[0].operator, edits[1].operator]
    assert envs[1].unwrapped.state.edits == (edits[1],)
    assert (runner.batches[0][0], runner.alone) == (2, 1)
    assert vector.stats.executions == 2  # what was run ahead in vain is nobody's


def test_a_graph_batch_is_a_tuple_and_nothing_in_it_is_kept():
    vector, _ = vector_of(observation="graph")
    first, _ = vector.reset(seed=0)
    again, _ = vector.reset(options={"reset_mask": np.array([True, False, False])})
    assert isinstance(first["graph"], tuple)
    before = again["graph"][1].nodes.copy()
    first["graph"][1].nodes[...] = again["graph"][1].nodes[...] = 7
    third, _ = vector.reset(options={"reset_mask": np.array([True, False, False])})
    assert np.array_equal(third["graph"][1].nodes, before)


def test_disabled_autoreset_asks_for_a_reset():
    vector, _ = vector_of(autoreset_mode="Disabled")
    vector.reset(seed=0)
    for _ in range(6):
        terminated = vector.step([1, 1, 1])[2]
    assert terminated.all()
    with pytest.raises(gym.error.ResetNeeded, match=r"\[0, 1, 2\]"):
        vector.step([1, 1, 1])
    vector.reset()
    assert not vector.step([1, 1, 1])[2].any()


def test_a_runner_that_fails_leaves_the_step_untaken():
    vector, runner = vector_of()
    vector.reset(seed=0)
    good = runner.run_many

    def fail(programs, tests):
        raise SandboxError("lost")

    runner.run_many = fail
    with pytest.raises(SandboxError):
        vector.step([1, 2, 3])
    runner.run_many = good
    assert [env.current.steps for env in vector.envs] == [0, 0, 0]
    vector.step([1, 2, 3])
    assert vector.stats.executions == 3


def test_an_outcome_run_ahead_counts_from_its_state_only():
    vector, runner = vector_of(count=1)
    vector.reset(seed=0)
    env = vector.members[0]
    plan = env.begin_step(1)
    env.take_outcome(plan, runner.run_many([plan.program], env.task.suite)[0])
    env.reset()
    alone = runner.alone
    env.step(1)
    assert runner.alone == alone + 1


def test_attributes_render_and_close_reach_every_sub_environment():
    vector, runner = vector_of(render_mode="ansi")
    vector.reset(seed=0)
    assert len(vector.render()) == 3
    assert all("Fake" in frame for frame in vector.render())
    vector.set_attr("note", [1, 2, 3])
    assert vector.get_attr("note") == (1, 2, 3)
    assert [meanings[0] for meanings in vector.call("get_action_meanings")] == ["submit"] * 3
    with pytest.raises(ConfigError, match="values: 2 given"):
        vector.set_attr("note", [1, 2])
    vector.close()
    assert runner.closed


def test_sub_environments_must_be_worlds_of_equal_spaces_each_its_own():
    env = CodeEditEnv(make_world())
    small = CodeEditEnv(make_world(limits=Limits(edits=9, tests=4, nodes=256, steps=6)))
    for envs, message in (
        ([], "0 sub-environments"),
        ([env, env], "object of its own"),
        ([env, small], "spaces differ"),
        ([gym.Env()], "SyncVectorEnv"),
    ):
        with pytest.raises(ConfigError, match=message):
            CodeEditVectorEnv(envs)
    with pytest.raises(ConfigError, match="num_envs=0"):
        make_vector(make_world(), 0)
