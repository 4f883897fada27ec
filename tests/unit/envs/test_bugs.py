"""Tasks with bugs, on a program of two functions that runs in this process."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.bugs import BuggyTasks
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.listing import listed_edits
from nerion_gym.envs.prepare import MOST_ORIGINALS, KnownTasks, drawn_task
from nerion_gym.envs.reward import RepairProgress, lost
from nerion_gym.envs.state import EpisodeState
from nerion_gym.envs.world import World
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.task import Limits
from tests.unit.envs.fakes import CHECKS, LIMITS, OPERATORS, FakeRunner, make_task, make_world

pytestmark = pytest.mark.pure
OPS = resolve(OPERATORS)
NUMBERS = range(24)


class Blind(FakeRunner):
    """Its tests pass whatever the program does."""

    def check(self, program, name):
        return super().check(make_task().program, name)


def buggy(bugs=1, limits=LIMITS, originals=None, **kwargs):
    return BuggyTasks(tuple(originals or (make_task(),)), OPS, limits, bugs, **kwargs)


def derived(generator, number, runner=None):
    original = generator.sample(np.random.default_rng(0), {"task": f"m#{number}"})
    return generator.derive(original, runner or FakeRunner())


def repair_env(bugs=1, runner=None, **kwargs):
    generator = buggy(bugs, **kwargs)
    world = World("Bugs", 0, OPS, generator, RepairProgress(), "always", generator.limits)
    return CodeEditEnv(world, runner=runner or FakeRunner())


def repaired(env):
    """Make the reference repair; return the rewards and the last info."""
    rewards, info = [], {}
    for edit in env.task.reference:
        _, reward, *_, info = env.step(env.edits.index(edit) + 1)
        rewards.append(reward)
    return rewards, info


@pytest.mark.parametrize("bugs", [1, 2, 3])
def test_the_reference_repair_scores_one_and_a_no_op_nothing(bugs):
    env = repair_env(bugs)
    for seed in range(12):
        env.reset(seed=seed)
        assert len(env.task.reference) == bugs
        assert env.step(len(env.edits) + 1)[1] == 0.0
        rewards, info = repaired(env)
        assert sum(rewards) == pytest.approx(1.0)
        assert info["end"] == "goal"
        assert info["is_success"] is True


@pytest.mark.parametrize("bugs", [1, 2])
def test_a_task_follows_from_its_name_and_names_differ(bugs):
    one, two = buggy(bugs), buggy(bugs)
    tasks = [derived(one, number) for number in NUMBERS]
    assert tasks == [derived(two, number) for number in NUMBERS]
    assert [task.reference for task in tasks] == [derived(two, n).reference for n in NUMBERS]
    assert len({task.program for task in tasks}) > 5
    assert {task.goal for task in tasks} == {"repair"}


@pytest.mark.parametrize("bugs", [1, 2, 3])
def test_tests_notice_what_is_left_until_the_last_bug_is_out(bugs):
    generator, runner = buggy(bugs), FakeRunner()
    for number in NUMBERS:
        task = derived(generator, number)
        program, left = task.program, []
        for edit in task.reference:
            left.append(lost(task.baseline.control, runner.run(program, task.suite)))
            program = apply(program, edit)
        assert all(left)
        assert not lost(task.baseline.control, runner.run(program, task.suite))
        assert task.baseline.program == make_task().program


def test_what_no_test_notices_is_no_task():
    with pytest.raises(TaskError, match=r"m#3: none of 20 draws of bugs \(1 each\) is noticed"):
        derived(buggy(), 3, Blind())


def test_more_bugs_than_places_are_refused_with_the_numbers():
    with pytest.raises(TaskError, match="40 bugs were asked for; tests reach"):
        derived(buggy(40), 0)


def test_bugs_are_put_into_measured_programs_only():
    original = replace(make_task(), baseline=None, name="m#0")
    with pytest.raises(TaskError, match="m#0: bugs are put into measured programs only"):
        buggy().derive(original, FakeRunner())


@pytest.mark.parametrize(("bugs", "edits"), [(1, 9), (1, 10), (1, 12), (2, 12)])
def test_a_focus_of_what_does_not_fit_lists_the_repair(bugs, edits):
    env = repair_env(bugs, limits=replace(LIMITS, edits=edits))
    for seed in range(12):
        env.reset(seed=seed)
        assert env.task.focus is not None
        assert len(env.edits) <= edits
        rewards, info = repaired(env)
        assert (sum(rewards), info["end"]) == (pytest.approx(1.0), "goal")


def test_bugs_stay_in_the_pool_of_an_original():
    pool = (FunctionRef("m.py", "g"),)
    generator = buggy(originals=(replace(make_task(), pool=pool),))
    start = make_task().program.source("m.py").index(b"def g")
    for number in NUMBERS:
        task = derived(generator, number)
        assert task.pool == ()
        assert all(splice.start >= start for edit in task.reference for splice in edit.splices)


def test_a_window_holds_the_repair_in_its_middle():
    env = repair_env(limits=replace(LIMITS, edits=8))
    env.reset(seed=1)
    focus = env.task.focus
    first, last = focus.window
    alone = listed_edits(env.task.program, OPS, replace(focus, window=None))
    place = alone.index(env.task.reference[0])
    assert last - first <= 4
    assert first <= place < last
    assert repaired(env)[1]["end"] == "goal"


# --- by name ------------------------------------------------------------------------------------


def test_a_task_is_drawn_by_its_name():
    env = repair_env()
    env.reset(seed=4)
    name, wanted = env.task.name, env.task.id
    env.reset(seed=5, options={"task": name})
    assert (env.task.name, env.task.id) == (name, wanted)


@pytest.mark.parametrize("name", ["m", "m#", "m#128", "m#-1", "m#x", "#1", 7])
def test_a_name_of_no_task_is_refused(name):
    with pytest.raises(ConfigError, match="options\\['task'\\]"):
        repair_env().reset(seed=0, options={"task": name})


def test_an_unknown_program_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="there is no such task; there are: m"):
        repair_env().reset(options={"task": "q#1"})


def test_fixed_tasks_are_drawn_by_name_too():
    env = CodeEditEnv(make_world(), runner=FakeRunner())
    env.reset(options={"task": "m"})
    assert env.task.name == "m"
    with pytest.raises(ConfigError, match="'q': there is no such task; there are: m"):
        env.reset(options={"task": "q"})


def test_a_generator_that_knows_no_names_is_not_asked_in_vain():
    class Deaf:
        def sample(self, rng, options):
            return make_task()

    world = replace(make_world(), generator=Deaf())
    env = CodeEditEnv(world, runner=FakeRunner())
    with pytest.raises(ConfigError, match="the generator of Nerion-Fake-v0 draws no task by name"):
        env.reset(options={"task": "other"})


def test_an_episode_goes_on_where_another_task_is_at_hand():
    env, other = repair_env(), repair_env()
    env.reset(seed=1)
    env.step(1)
    other.reset(seed=2)
    assert other.task.id != env.task.id
    text = env.state.to_json()
    other.restore(EpisodeState.from_json(text))
    assert other.current.program == env.current.program
    assert other.state.to_json() == text


def test_a_state_of_other_arguments_is_refused():
    env, other = repair_env(1), repair_env(2)
    env.reset(seed=1)
    other.reset(seed=1)
    with pytest.raises(ConfigError, match="make the world with the same arguments"):
        other.restore(env.state)


# --- what is known ------------------------------------------------------------------------------


class Failing:
    """Gives a task of every third original it is handed; counts them."""

    def __init__(self, every):
        self.every, self.asked = every, 0

    def sample(self, rng, options):
        name = options.get("task", f"m{int(rng.integers(1000))}")
        return replace(make_task(), name=name)

    def derive(self, original, runner):
        self.asked += 1
        if self.asked % self.every:
            msg = f"{original.name}: nothing here"
            raise TaskError(msg)
        return replace(original, goal="repair")


def draw(generator, **options):
    world = replace(make_world(), generator=generator)
    rng = np.random.default_rng(0)
    return drawn_task(world, rng, options, KnownTasks(), FakeRunner())


def test_an_original_without_a_task_gives_way_to_another():
    generator = Failing(3)
    assert draw(generator).goal == "repair"
    assert generator.asked == 3


def test_drawing_ends_with_what_the_last_original_said():
    generator = Failing(1000)
    with pytest.raises(TaskError, match=r"m\d+: nothing here"):
        draw(generator)
    assert generator.asked == MOST_ORIGINALS


def test_a_named_task_that_cannot_be_is_not_replaced():
    generator = Failing(3)
    with pytest.raises(TaskError, match="mine: nothing here"):
        draw(generator, task="mine")
    assert generator.asked == 1


def test_a_task_is_made_once_and_not_carried_along():
    runner = FakeRunner()
    env = repair_env(runner=runner)
    env.reset(seed=3)
    first, before = env.task, len(runner.runs)
    env.reset(seed=3)
    assert env.task is first
    assert len(runner.runs) <= before + 1  # its outcome: this runner remembers nothing
    twin = env.fork()
    twin.reset(seed=3)
    assert twin.task is first
    again = pickle.loads(pickle.dumps(env.known_tasks))  # noqa: S301 - our own
    assert again._derived == {}


def test_tests_that_do_not_pass_on_the_right_program_do_not_count():
    control = FakeRunner().run(make_task().program, None)
    skipped = tuple(replace(result, status=7) for result in control.results[:1])
    right = Outcome((*skipped, *control.results[1:]))
    assert lost(right, control) == 0
    assert lost(control, right) == 1
    assert len(CHECKS) == 3


def test_limits_that_hold_nothing_say_so():
    with pytest.raises(TaskError, match="N = 12"):
        derived(buggy(limits=Limits(edits=32, tests=4, nodes=12, steps=6)), 0)
