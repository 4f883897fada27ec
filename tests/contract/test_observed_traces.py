"""What observations show of a trace, for every registered id, and in worlds that keep edits."""

import warnings
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.observation import INFECTION, SITE, build_scene
from nerion_gym.envs.state import EpisodeState
from nerion_gym.envs.stats import Ledger
from nerion_gym.envs.traces import trace_of
from nerion_gym.envs.units import units_of
from nerion_gym.envs.vector import CodeEditVectorEnv
from nerion_gym.errors import ConfigError, SandboxError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.graphs import schema
from nerion_gym.types.program import Focus
from nerion_gym.types.task import Limits, Task
from nerion_gym.types.trace import Infection
from tests.support.repair import broken_task, repair_env, repair_world

pytestmark = pytest.mark.sandbox
INFECTS, ASSERTS = schema.RELATION["infects"], schema.RELATION["asserts"]
RULED_OUT = (Infection.NEVER, Infection.NOT_REACHED)
UNKNOWN = Infection.UNKNOWN
ASSERTION = schema.KIND_ID["assertion"]


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


def rng(seed=0):
    return np.random.default_rng(seed)


def make(world, **kwargs):
    world_id, extra = world
    return gym.make(world_id, **extra, **kwargs).unwrapped


def same(a, b) -> bool:
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return np.array_equal(a, b)


def infections(observation):
    """Return the infection column of the listed edits."""
    return observation["edits"][1:, INFECTION][observation["action_mask"][1:] == 1]


def relations(observation, relation):
    graph = observation["graph"]
    return graph.edge_links[graph.edges == relation]


def require_right(env, observation):
    """Compare the columns with the trace of only the edits that are shown."""
    state = env.current
    trace = env.runner.trace(state.program, state.task.suite, state.catalog)
    expected = [int(found.infection) for found in trace.edits]
    assert infections(observation).tolist() == expected
    sites = observation["edits"][1:, SITE]
    infected = {site for site, found in zip(sites, trace.edits, strict=False) if found.infected}
    links = relations(observation, INFECTS)
    assert {int(site) for site, _ in links} <= infected
    kinds = observation["graph"].nodes[:, schema.KIND]
    assert (kinds[links[:, 1]] == schema.KIND_ID["test"]).all()
    claims = relations(observation, ASSERTS)
    assert set(claims[:, 0].tolist()) <= set(links[:, 1].tolist())
    assert (kinds[claims[:, 1]] == schema.KIND_ID["assertion"]).all()
    assert len(set(claims[:, 1].tolist())) == len(claims) == (kinds == ASSERTION).sum()


# --- every registered id ------------------------------------------------------------------------


def test_the_columns_are_filled_and_right(world):
    env = make(world, trace=True)
    observation, _ = env.reset(seed=1)
    if env.world.mutations:  # of a refactor all that is told may be that nothing is known
        assert {Infection.SOMETIMES, Infection.ALWAYS} & set(infections(observation).tolist())
        assert (infections(observation) != UNKNOWN).mean() > 0.4
        assert len(relations(observation, INFECTS))
        assert len(relations(observation, ASSERTS))
    profiles = observation["graph"].nodes[:, schema.PROFILE]
    assert profiles.any()
    assert profiles.max() < len(schema.PROFILE_TEXTS)
    assert (env.stats.traces, env.stats.untold, env.stats.executions) == (1, 0, 0)
    require_right(env, observation)


def test_without_a_trace_nothing_else_is_another(world):
    shown, hidden = (make(world, trace=trace) for trace in (True, False))
    for seed in range(4):
        (one, info), (two, other) = shown.reset(seed=seed), hidden.reset(seed=seed)
        assert info == other
        assert shown.current.focus == hidden.current.focus
        assert not two["edits"][:, INFECTION].any()
        assert not two["graph"].nodes[:, schema.PROFILE].any()
        assert not len(relations(two, INFECTS))
        one["edits"][:, INFECTION] = 0
        assert all(same(one[key], two[key]) for key in one if key != "graph")
        count = len(two["graph"].nodes)
        one["graph"].nodes[:, schema.PROFILE] = 0
        assert same(one["graph"].nodes[:count], two["graph"].nodes)
        assert same(one["graph"].edge_links[: len(two["graph"].edges)], two["graph"].edge_links)
    assert hidden.stats.traces == 0


def test_what_is_ruled_out_never_changes_an_outcome(world):
    env = make(world)
    observation, _ = env.reset(seed=1)
    control = env.current.initial.classes
    quiet = [action for action, kind in listed(observation) if kind in RULED_OUT]
    for action in rng().permutation(quiet)[:25].tolist():
        env.reset(seed=1)
        env.step(action)
        assert env.current.outcome.classes == control


def listed(observation):
    """Yield (action, infection class) of the listed edits."""
    return enumerate(infections(observation).tolist(), start=1)


def test_a_known_task_is_not_traced_again(world):
    env = make(world, trace=True)
    env.reset(seed=1)
    before = env.runner.stats.traces
    same_task = isinstance(env.world.generator, FixedTasks) and len(env.world.generator.tasks) == 1
    for seed in (1, 2, None) if same_task else (1, 1, 1):  # else a seed has a program of its own
        env.reset(seed=seed)
    twin = make(world, trace=True)
    observation, _ = twin.reset(seed=1)
    assert env.runner.stats.traces == before
    assert infections(observation).any() == bool(env.world.mutations)
    assert env.stats.traces == twin.stats.traces == 1


def test_a_preview_knows_nothing_of_a_trace(world):
    env = make(world)
    env.reset(seed=1)
    seen = env.preview(1)
    assert not infections(seen).any()
    assert not seen["graph"].nodes[:, schema.PROFILE].any()


def test_the_argument_is_read_strictly(world):
    for wrong in ("false", 1, "yes"):
        with pytest.raises(ConfigError, match="expected True, False"):
            make(world, trace=wrong)


# --- worlds that keep edits ---------------------------------------------------------------------


def test_the_kept_program_is_traced_after_each_step(runner):
    env = repair_env(runner, rng(), trace=True)
    observation, _ = env.reset(seed=0)
    require_right(env, observation)
    draws = rng(1)
    for _ in range(4):
        observation = env.step(int(draws.integers(1, len(env.edits) + 1)))[0]
        require_right(env, observation)
    assert env.stats.traces == 1 + len({env.current.program.digest, *seen_digests(env)}) - 1


def test_the_functions_shown_are_told_as_in_a_trace_of_the_whole_program(runner):
    narrow = Limits(edits=70, tests=64, nodes=600, steps=8)
    world = repair_world([broken_task(runner, "logic_v2", rng(3))], narrow)
    env = CodeEditEnv(world, runner=runner, trace=True)
    draws, shown = rng(4), set()
    first, *others = (unit.ref for unit in units_of(world.generator.tasks[0].program))
    for seed in range(5):
        wanted = {"focus": Focus((first,), tuple(others[:2]))} if seed == 0 else {}
        env.reset(seed=seed, options=wanted)
        shown.add(env.current.focus)
        for _ in range(2):
            state = env.current
            assert state.focus is not None
            whole = trace_of(runner, state.program, state.task.suite, world.operators)
            assert len(whole.asked) > len(state.trace.asked)
            one, two = (
                build_scene(replace(state, trace=trace), narrow) for trace in (state.trace, whole)
            )
            assert same(one.rows, two.rows)
            assert same(one.graph.nodes, two.graph.nodes)
            assert same(one.graph.edge_links, two.graph.edge_links)
            env.step(int(draws.integers(1, len(env.edits) + 1)))
    assert len(shown) > 1
    assert any(focus.context for focus in shown)


def seen_digests(env):
    return {state.program.digest for state in env._history}


def test_by_default_what_is_kept_is_not_traced(runner):
    env = repair_env(runner, rng())
    observation, _ = env.reset(seed=0)
    assert not infections(observation).any()
    assert not infections(env.step(1)[0]).any()
    assert env.stats.traces == 0


@pytest.mark.parametrize("form", ["graph", "padded"])
def test_check_env_has_nothing_to_say(runner, form):
    env = repair_env(runner, rng(), observation=form, trace=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env, skip_render_check=True)


def test_states_seen_before_cost_no_trace(runner):
    env = repair_env(runner, rng(), trace=True)
    first, _ = env.reset(seed=0)
    after = env.step(3)[0]
    before = runner.stats.traces
    assert same(env.undo(), first)
    assert same(env.step(3)[0], after)
    back = env.edits.index(edit_back(env))
    env.step(back + 1)
    assert env.current.program == env.task.program
    again, _ = env.reset(seed=0)
    assert same(again, first)
    assert runner.stats.traces == before


def edit_back(env):
    """Return the listed edit that gives the task's program back."""
    program, task = env.current.program, env.task
    return next(edit for edit in env.edits if apply(program, edit) == task.program)


def test_what_is_ruled_out_in_a_broken_program_never_changes_an_outcome(runner):
    env = repair_env(runner, rng(2), trace=True)
    observation, _ = env.reset(seed=0)
    assert env.current.initial.passing() < len(env.current.initial.results)
    before = env.current.initial.classes
    quiet = [action for action, kind in listed(observation) if kind in RULED_OUT]
    for action in rng().permutation(quiet)[:15].tolist():
        env.reset(seed=0)
        env.step(action)
        assert env.current.outcome.classes == before


def test_a_state_replays_with_its_trace(runner):
    env, other = (repair_env(runner, rng(), trace=True) for _ in range(2))
    env.reset(seed=0)
    env.step(5)
    seen = env.step(7)[0]
    other.reset(seed=1)
    assert same(other.restore(EpisodeState.from_json(env.state.to_json())), seen)


def test_the_native_vector_is_as_many_single_ones(runner):
    world = repair_world([broken_task(runner, "logic_v2", rng(seed)) for seed in range(2)])
    mine = CodeEditVectorEnv(members(world, 2), workers=2)
    alone = members(world, 2, runner=runner)
    theirs = SyncVectorEnv(
        [lambda env=env: env for env in alone], autoreset_mode=AutoresetMode.NEXT_STEP
    )
    first, again = mine.reset(seed=3), theirs.reset(seed=3)
    assert same(first[0], again[0])
    draws = rng(4)
    for _ in range(10):
        actions = draws.integers(1, 60, 2)
        for one, other in zip(mine.step(actions), theirs.step(actions), strict=True):
            assert same(one, other)
    counts = [[env.stats.traces, env.stats.untold, env.stats.steps] for env in alone]
    assert [[one.stats.traces, one.stats.untold, one.stats.steps] for one in mine.members] == counts
    assert sum(count[0] for count in counts) > 4
    mine.close()


def members(world, count, **kwargs):
    """Return environments that count against one ledger, as those of a vector do."""
    envs = [CodeEditEnv(world, trace=True, **kwargs) for _ in range(count)]
    ledger = Ledger()
    for env in envs:
        env.use_ledger(ledger)
    return envs


class Failing(LocalRunner):
    """A runner whose machinery fails when the flag is set."""

    broken = False

    def trace(self, program, tests, edits):
        if self.broken:
            raise SandboxError("the processes were lost")
        return super().trace(program, tests, edits)


def test_a_broken_sandbox_surfaces_and_the_step_can_be_taken_again():
    with Failing() as failing:
        env = repair_env(failing, rng(), trace=True)
        env.reset(seed=0)
        before = env.current
        failing.broken = True
        with pytest.raises(SandboxError, match="were lost"):
            env.step(3)
        assert env.current is before
        failing.broken = False
        assert infections(env.step(3)[0]).any()
        failing.broken = True
        with pytest.raises(SandboxError, match="were lost"):
            make_repair_anew(env).reset(seed=9)


def make_repair_anew(env):
    """Return an environment that knows nothing yet, of the broken program with one more edit."""
    task = env.task
    program = apply(task.program, enumerate_edits(task.program, env.world.operators, None)[0])
    other = Task("other", program, task.suite, "repair", task.operators, baseline=task.baseline)
    return CodeEditEnv(repair_world([other]), runner=env.runner, trace=True)


def test_an_endless_program_reads_unknown_and_is_counted(runner):
    env = repair_env(runner, rng(), "math_logic", trace=True)
    env.reset(seed=0)
    task = env.task
    source = task.program.source("math_logic.py")
    endless = source + b"\n\nwhile True:\n    pass\n"
    program = task.program.replaced({"math_logic.py": endless})
    other = Task("endless", program, task.suite, "repair", task.operators, baseline=task.baseline)
    env = CodeEditEnv(repair_world([other]), runner=runner, trace=True)
    count = runner.stats.traces
    observation, _ = env.reset(seed=0)
    assert not infections(observation).any()
    assert (env.stats.traces, env.stats.untold) == (1, 1)
    assert runner.stats.traces == count


def test_a_runner_that_cannot_trace_is_refused_only_if_asked():
    class Plain:
        def __init__(self, inner):
            for name in ("run", "run_many", "coverage", "adopt"):
                setattr(self, name, getattr(inner, name))

    with LocalRunner() as inner:
        env = gym.make("Nerion-ToyMath-v0", runner=Plain(inner)).unwrapped
        observation, _ = env.reset(seed=0)
        assert not infections(observation).any()
        env = gym.make("Nerion-ToyMath-v0", runner=Plain(inner), trace=True).unwrapped
        with pytest.raises(ConfigError, match="cannot trace"):
            env.reset(seed=0)
