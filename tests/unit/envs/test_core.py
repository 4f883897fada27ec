import json
import pickle

import gymnasium as gym
import numpy as np
import pytest

from nerion_gym.envs.checking.subject import same
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.state import EpisodeState
from nerion_gym.envs.stats import Ledger
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.types.task import Limits
from tests.unit.envs.fakes import SOURCE, FakeRunner, make_task, make_world

pytestmark = pytest.mark.pure
BROKEN = SOURCE.replace(b"a * b", b"a + b")


def make(commit="never", **kwargs):
    form = kwargs.pop("observation", "graph")
    env = CodeEditEnv(make_world(commit, **kwargs), observation=form, runner=FakeRunner())
    return env, env.reset(seed=0)[0]


def action_of(env, operator, after):
    for number, edit in enumerate(env.edits, start=1):
        if edit.operator == operator and edit.splices[0].after == after:
            return number
    pytest.fail(f"no {operator} to {after} among {env.get_action_meanings()}")


@pytest.mark.parametrize("form", ["graph", "padded"])
def test_observations_lie_in_the_space(form):
    env, observation = make(observation=form)
    assert env.observation_space.contains(observation)
    observation = env.step(1)[0]
    assert env.observation_space.contains(observation)


def test_a_noticed_edit_is_undone_and_shown():
    env, before = make()
    action = action_of(env, "change_operator_multiply_to_add", b"+")
    observation, reward, terminated, truncated, info = env.step(action)
    assert reward == 0.0
    assert not terminated
    assert not truncated
    assert info["survived"] is False
    assert info["failed"] == 1
    assert info["suite_class"] == 1
    assert observation["edits"][action, 5] == 2  # last outcome: assertion
    assert list(observation["tests"][:3, 1]) == [2, 1, 1]
    assert env.current.program == env.task.program
    assert list(env.last_classes) == [1, 0, 0, -1]
    assert np.array_equal(before["edits"][:, :5], observation["edits"][:, :5])


def test_a_survivor_is_paid_once():
    env, _ = make()
    action = action_of(env, "swap_comparison", b"<=")  # no test looks at g(3)
    assert env.step(action)[1] == 1.0
    observation, reward, *_, info = env.step(action)
    assert reward == 0.0
    assert info["survived"] is True
    assert info["is_success"] is True
    assert observation["edits"][action, 5] == 1


def test_a_refactor_survives_without_reward():
    env, _ = make()
    renames = [n for n, e in enumerate(env.edits, 1) if e.operator == "rename_local"]
    for action in renames:
        _, reward, *_, info = env.step(action)
        assert (reward, info["survived"], info["is_success"]) == (0.0, True, False)


def test_masked_actions_run_nothing_and_use_a_step():
    env, before = make()
    runs = len(env.runner.runs)
    masked = len(env.edits) + 1
    observation, reward, *_, info = env.step(masked)
    assert (reward, info["masked_action"]) == (0.0, True)
    assert len(env.runner.runs) == runs
    assert env.stats.masked == 1
    assert observation["steps_left"][0] == pytest.approx(5 / 6)
    assert before["action_mask"][masked] == 0
    assert before["action_mask"][0] == 0
    assert env.step(0)[4]["masked_action"] is True


@pytest.mark.parametrize("action", [-1, 33, 10**6])
def test_out_of_range_raises(action):
    env, _ = make()
    with pytest.raises(ConfigError, match=rf"action {action}.*32"):
        env.step(action)


def test_the_budget_terminates():
    env, _ = make()
    ends = [env.step(1)[2:] for _ in range(6)]
    assert [terminated for terminated, *_ in ends] == [False] * 5 + [True]
    assert ends[-1][2]["end"] == "budget"
    assert not ends[-1][1]


def test_executions_count_once_and_share_a_ledger():
    env, _ = make()
    other, _ = make()
    ledger = Ledger()
    env.use_ledger(ledger)
    other.use_ledger(ledger)
    env.step(1)
    env.step(1)
    other.step(1)
    other.step(2)
    assert (env.stats.executions, env.stats.repeats) == (1, 1)
    assert (other.stats.executions, other.stats.repeats) == (1, 1)


def test_a_repair_is_worth_one_and_ends():
    env, observation = make("always", task=make_task(BROKEN, goal="repair"))
    assert list(observation["tests"][:3, 1]) == [2, 1, 1]
    _, reward, terminated, truncated, info = env.step(action_of(env, "swap_arithmetic", b"*"))
    assert reward == 1.0
    assert (terminated, truncated, info["end"], info["is_success"]) == (True, False, "goal", True)
    assert env.current.program.source("m.py") == SOURCE


def test_harm_and_repair_sum_to_one_and_a_refactor_is_worth_nothing():
    env, _ = make("always", task=make_task(BROKEN, goal="repair"))
    rename = next(n for n, e in enumerate(env.edits, 1) if e.operator == "rename_local")
    rewards = [env.step(rename)[1]]
    rewards.append(env.step(action_of(env, "increment_number", b"3"))[1])  # g(9) breaks
    undo = max(n for n, e in enumerate(env.edits, 1) if e.operator == "decrement_number")
    rewards.append(env.step(undo)[1])
    rewards.append(env.step(action_of(env, "swap_arithmetic", b"*"))[1])
    assert rewards == [0.0, -1.0, 1.0, 1.0]


def test_committing_keeps_the_edit_and_pays_progress():
    env, _ = make("always")
    harm = action_of(env, "change_operator_multiply_to_add", b"+")
    observation, reward, terminated, _, info = env.step(harm)
    assert not terminated
    assert env.current.program != env.task.program
    assert reward == 0.0  # nothing was broken at reset, so there is no share to lose
    assert info["failed"] == 1
    assert list(observation["tests"][:3, 1]) == [2, 1, 1]
    assert env.observation_space.contains(observation)


def test_if_green_keeps_what_no_test_notices():
    env, _ = make("if_green")
    env.step(action_of(env, "change_operator_multiply_to_add", b"+"))
    assert env.current.program == env.task.program
    env.step(action_of(env, "swap_comparison", b"<="))
    assert b"a <= 3" in env.current.program.source("m.py")
    assert env.current.committed == (False, True)


def test_a_commit_that_breaks_a_limit_is_undone_and_truncates():
    env, _ = make("always", task=make_task(BROKEN, goal="repair"))
    grow = action_of(env, "swap_arithmetic", b"*")  # a product has more edits than a sum
    env.world = make_world("always", limits=Limits(len(env.edits), 4, 256, 6))
    _, reward, terminated, truncated, info = env.step(grow)
    assert (terminated, truncated, info["end"], reward) == (False, True, "over_limit", 0.0)
    assert env.current.program == env.task.program
    assert env.current.steps == 1


def test_preview_runs_and_changes_nothing():
    env, before = make()
    runs, state = len(env.runner.runs), env.current
    seen = env.preview(1)
    assert env.observation_space.contains(seen)
    assert not same(seen, before)
    assert env.current is state
    assert len(env.runner.runs) == runs
    assert same(env.preview(len(env.edits) + 1), before)


def test_undo_goes_back_exactly_and_has_an_end():
    env, before = make("if_green")
    env.step(action_of(env, "swap_comparison", b"<="))
    assert same(env.undo(), before)
    with pytest.raises(ConfigError, match="nothing to undo"):
        env.undo()


def test_fork_is_independent():
    env, _ = make()
    env.step(1)
    twin = env.fork()
    twin.step(2)
    assert env.current.steps == 1
    assert twin.current.steps == 2
    assert env.stats.steps == 1
    env.step(2)
    assert same(env.step(3)[0], twin.step(3)[0])


def test_a_state_replays_from_json_in_another_environment():
    env, _ = make("if_green")
    env.step(action_of(env, "swap_comparison", b"<="))
    env.step(0)
    observation = env.step(2)[0]
    text = env.state.to_json()
    assert json.loads(text)["task_id"] == env.task.id
    other, _ = make("if_green")
    replayed = other.restore(EpisodeState.from_json(text))
    assert other.current.program == env.current.program
    assert same(replayed, observation)


def test_bad_states_are_refused():
    env, _ = make()
    with pytest.raises(ConfigError, match="not an episode state"):
        EpisodeState.from_json("{}")
    with pytest.raises(ConfigError, match="task 123"):
        env.restore(EpisodeState("123", None, (), 0))


def test_arrays_are_new_each_time():
    env, first = make(observation="padded")
    for array in first.values():
        array[...] = 7
    second = env.step(len(env.edits) + 1)[0]
    assert env.observation_space.contains(second)


def test_a_pickled_environment_goes_on():
    env, _ = make()
    env.step(1)
    twin = pickle.loads(pickle.dumps(env))  # noqa: S301 - our own bytes
    assert twin.current.steps == 1
    assert twin.state == env.state


def test_another_runner_learns_the_measured_task(monkeypatch):
    class Adopting(FakeRunner):
        def __init__(self):
            super().__init__()
            self.adopted = []

        def adopt(self, baseline):
            self.adopted.append(baseline.program)

    env, _ = make()
    mine, of_the_process = Adopting(), Adopting()
    env.runner = mine
    assert mine.adopted == [env.task.program]
    # A copy in another process: without the baseline its runner would select no tests.
    monkeypatch.setattr("nerion_gym.envs.core.default_runner", lambda: of_the_process)
    twin = pickle.loads(pickle.dumps(env))  # noqa: S301 - our own bytes
    assert twin.runner is of_the_process
    assert of_the_process.adopted == [env.task.program]


def test_step_before_reset_says_so():
    env = CodeEditEnv(make_world(), runner=FakeRunner())
    with pytest.raises(gym.error.ResetNeeded, match="reset"):
        env.step(1)


def test_tests_beyond_the_slots_share_the_last_which_holds_the_worst():
    env, _ = make(limits=Limits(edits=32, tests=2, nodes=256, steps=6))
    observation = env.step(action_of(env, "increment_number", b"3"))[0]  # g(9) == 3
    assert list(env.last_classes) == [0, 1]
    assert list(observation["tests"][:, 1]) == [1, 2]
    assert observation["tests"][1, 0] == -1


def test_tests_that_reach_the_focus_get_the_slots_of_their_own():
    env, _ = make(limits=Limits(edits=32, tests=2, nodes=256, steps=6))
    # In suite order t::product comes first; only the other two reach g.
    observation, _ = env.reset(options={"focus": "m.py::g"})
    assert observation["tests"][0, 0] >= 0
    observation = env.step(action_of(env, "increment_number", b"2"))[0]  # g(0) == 2
    assert list(observation["tests"][:, 1]) == [2, 1]
    assert list(env.last_classes) == [1, 0]


def test_a_focus_can_be_chosen_and_limits_the_catalog():
    env, _ = make()
    everything = set(env.edits)
    env.reset(options={"focus": "m.py::g"})
    assert set(env.edits) < everything
    assert all(edit.site.start > SOURCE.index(b"def g") for edit in env.edits)
    with pytest.raises(ConfigError, match=r"'h' names no function.*m.py::"):
        env.reset(options={"focus": "h"})
    with pytest.raises(ConfigError, match="'focsu'"):
        env.reset(options={"focsu": "g"})


def test_a_drawn_focus_fits_small_limits():
    small = Limits(edits=9, tests=4, nodes=256, steps=6)
    env, _ = make(limits=small)
    assert env.current.focus is not None
    assert 0 < len(env.edits) <= 9


def test_nothing_fits_is_an_error_with_numbers():
    with pytest.raises(TaskError, match="K = 1"):
        make(limits=Limits(edits=1, tests=4, nodes=256, steps=6))


def test_no_editable_site_is_an_error():
    with pytest.raises(TaskError, match="no editable site"):
        make(task=make_task(b"X = None\n", b"X = None\n"))


def test_ansi_shows_diff_and_tests():
    env = CodeEditEnv(make_world(), render_mode="ansi", runner=FakeRunner())
    env.reset(seed=0)
    env.step(action_of(env, "change_operator_multiply_to_add", b"+"))
    frame = env.render()
    assert "product = a + b" in frame
    assert "t::product" in frame
    assert "noticed" in frame


def test_bad_arguments_name_what_is_expected():
    with pytest.raises(ConfigError, match="graph, padded"):
        CodeEditEnv(make_world(), observation="tree")
    with pytest.raises(ConfigError, match="None or one of 'ansi', 'rgb_array', 'human'"):
        CodeEditEnv(make_world(), render_mode="picture")


def test_if_green_shows_what_became_of_an_edit_that_was_not_kept():
    env, before = make("if_green")
    red = action_of(env, "change_operator_multiply_to_add", b"+")
    observation, reward, terminated, truncated, info = env.step(red)
    assert (reward, terminated, truncated, info["survived"]) == (0.0, False, False, False)
    assert observation["edits"][red, 5] == 2  # last outcome: assertion
    assert np.array_equal(observation["tests"], before["tests"])  # of the current program
    assert np.array_equal(observation["edits"][:, :5], before["edits"][:, :5])


def test_if_green_remembers_what_was_tried_when_it_comes_back_to_a_program():
    env, _ = make("if_green")
    red = action_of(env, "change_operator_multiply_to_add", b"+")
    env.step(red)
    env.step(action_of(env, "swap_comparison", b"<="))
    observation = env.step(action_of(env, "swap_comparison", b"<"))[0]
    assert env.current.program == env.task.program
    assert env.current.committed == (False, True, True)
    assert observation["edits"][red, 5] == 2
    assert observation["edits"][action_of(env, "swap_comparison", b"<="), 5] == 1
