"""Stable-Baselines3 over the native vector: equal to DummyVecEnv; learners with many worlds."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers import OrderEnforcing
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.vec_env import DummyVecEnv

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.stats import Ledger
from nerion_gym.envs.vector import make_vector
from nerion_gym.errors import ConfigError
from nerion_gym.training.recorder import Recorder
from nerion_gym.training.tally import Tally
from nerion_gym.types.protocols import Budget
from policies.sb3 import Sb3Learner
from policies.sb3_algorithms import ALGORITHMS
from policies.sb3_vector import CodeEditVecEnv, LegalMasks, spread
from tests.unit.envs.fakes import SOURCE, FakeRunner, make_task, make_world

pytestmark = pytest.mark.pure
BROKEN = SOURCE.replace(b"a * b", b"a + b")
ENCODER = {"width": 8, "layers": 1, "batch_size": 8}
SMALL = {
    "ppo": {**ENCODER, "n_epochs": 1},
    "maskable_ppo": {**ENCODER, "n_epochs": 1},
    "dqn": {**ENCODER, "learning_starts": 8},
}
CLOCK = "charts/SPS"
EVERY = pytest.mark.parametrize("algo", sorted(ALGORITHMS))


class Notes:
    """A logbook that keeps what it is told."""

    def __init__(self):
        self.events, self.rows = [], []

    def scalars(self, values, step):
        self.rows.append((step, dict(values)))

    def event(self, kind, /, **payload):
        self.events.append((kind, payload))


def world_of(commit):
    return make_world(commit, make_task(BROKEN, goal="repair") if commit == "always" else None)


def native(commit="never", count=3, **kwargs):
    kwargs = {"observation": "padded", "autoreset_mode": "SameStep", **kwargs}
    return make_vector(world_of(commit), count, runner=FakeRunner(), **kwargs)


def dummy(commit="never", count=3):
    ledger = Ledger()
    envs = [
        CodeEditEnv(world_of(commit), observation="padded", runner=FakeRunner())
        for _ in range(count)
    ]
    for env in envs:
        env.use_ledger(ledger)
    return DummyVecEnv([lambda env=env: env for env in envs])


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("commit", ["never", "always"])
def test_equal_to_a_dummy_vector_step_by_step(commit):
    mine, theirs = CodeEditVecEnv(native(commit)), dummy(commit)
    assert mine.observation_space == theirs.observation_space
    assert mine.action_space == theirs.action_space
    assert mine.seed(4) == theirs.seed(4) == [4, 5, 6]
    seen, other = mine.reset(), theirs.reset()
    assert same(dict(seen), dict(other))
    assert same(mine.reset_infos[2], theirs.reset_infos[2])
    assert mine.get_attr("np_random_seed") == theirs.get_attr("np_random_seed") == [4, 5, 6]
    rng, ends = np.random.default_rng(0), 0
    for _ in range(40):
        masked = rng.random() < 0.1
        actions = np.array(
            [rng.choice(np.flatnonzero(mask != masked)) for mask in seen["action_mask"]]
        )
        seen, rewards, dones, infos = mine.step(actions)
        other, expected, over, told = theirs.step(actions)
        assert same(dict(seen), dict(other))
        assert same(rewards, expected)
        assert same(dones, over)
        for place in range(3):
            assert same(infos[place], told[place])
            assert same(mine.reset_infos[place], theirs.reset_infos[place])
            assert ("terminal_observation" in infos[place]) == dones[place]
        ends += dones.sum()
    assert ends >= 6
    spent = [(stats.executions, stats.repeats) for stats in mine.get_attr("stats")]
    assert spent == [(stats.executions, stats.repeats) for stats in theirs.get_attr("stats")]


def test_attributes_methods_wrappers_and_frames():
    vector = CodeEditVecEnv(native(render_mode="ansi"))
    vector.reset()
    assert vector.get_attr("form", [0, 2]) == ["padded", "padded"]
    assert len(vector.env_method("get_action_meanings", indices=1)) == 1
    vector.set_attr("note", 5, indices=[1])
    assert vector.has_attr("world")
    assert not vector.has_attr("note")
    assert vector.get_attr("note", 1) == [5]
    assert vector.env_is_wrapped(OrderEnforcing) == [False] * 3
    assert vector.render().count("Fake") == 3
    vector.set_options({"focus": "m.py::g"})
    vector.reset()
    assert {env.current.focus.functions[0].qualname for env in vector.vector.envs} == {"g"}
    vector.set_options([{"focus": "m.py::g"}, {}, {}])
    with pytest.raises(ConfigError, match="one dictionary"):
        vector.reset()
    vector.close()
    assert vector.vector.closed


def test_other_forms_and_modes_are_refused():
    with pytest.raises(ConfigError, match="padded"):
        CodeEditVecEnv(native(observation="graph"))
    with pytest.raises(ConfigError, match="SameStep"):
        CodeEditVecEnv(native(autoreset_mode="NextStep"))


@pytest.mark.parametrize("make", [lambda: CodeEditVecEnv(native()), dummy], ids=["native", "dummy"])
def test_masks_are_those_of_what_was_last_observed(make):
    vector = LegalMasks(make())
    assert is_masking_supported(vector)
    with pytest.raises(gym.error.ResetNeeded):
        vector.env_method("action_masks")
    vector.seed(1)
    seen = vector.reset()
    rng, ends = np.random.default_rng(0), 0
    for _ in range(14):
        masks = get_action_masks(vector)
        assert masks.dtype == np.bool_
        assert np.array_equal(masks, seen["action_mask"] > 0)
        assert np.array_equal(vector.env_method("action_masks", indices=[2])[0], masks[2])
        seen, _, dones, _ = vector.step(np.array([rng.choice(np.flatnonzero(m)) for m in masks]))
        ends += dones.sum()
    assert ends == 6
    assert len(vector.env_method("get_action_meanings", indices=1)) == 1
    assert vector.has_attr("world")
    assert not vector.has_attr("nothing")


def trained(budget, n_envs, algo="ppo", **options):
    """Train on the fake world; return (result, tally, environment, logbook, learner)."""
    notes = Notes()
    tally = Tally(notes)
    env = CodeEditEnv(make_world(), observation="padded", runner=FakeRunner())
    wrapped = Recorder(OrderEnforcing(env), tally)
    settings = {**SMALL[algo], **options, "algo": algo}
    learner = Sb3Learner(env.observation_space, env.action_space, 0, n_envs=n_envs, **settings)
    return learner.fit(wrapped, budget, notes), tally, env, notes, learner


@EVERY
@pytest.mark.parametrize("n_envs", [1, 4])
def test_learners_take_many_worlds_and_every_step_is_told(n_envs, algo):
    options = {} if algo == "dqn" else {"n_steps": 8}
    result, tally, env, notes, _ = trained(Budget(steps=48), n_envs, algo, **options)
    assert (result.steps, result.ended_by) == (48, "steps")
    # The fake world's episodes have six steps, and none ends before.
    assert result.episodes == tally.episodes == 8
    assert tally.steps == env.stats.steps == 48
    assert (
        result.executions
        == tally.executions
        == env.stats.executions
        == len(env.runner.runs) - (env.stats.repeats)
    )
    episodes = [payload for kind, payload in notes.events if kind == "episode"]
    assert [row["length"] for row in episodes] == [6] * 8
    steps = [payload for kind, payload in notes.events if kind == "step"]
    assert sum(row["reward"] for row in steps) == sum(row["total"] for row in episodes)
    assert [row["executions"] for row in steps] == sorted(row["executions"] for row in steps)
    assert any("rollout/ep_rew_mean" in row for _, row in notes.rows)


@EVERY
@pytest.mark.parametrize("n_envs", [1, 4])
def test_a_budget_of_executions_is_overdrawn_by_less_than_the_environments(n_envs, algo):
    for wanted in (2, 3, 5, 6):
        result, *_ = trained(Budget(executions=wanted), n_envs, algo)
        assert result.ended_by == "executions"
        assert wanted <= result.executions < wanted + n_envs


def test_updates_stay_as_frequent_unless_asked_otherwise():
    steps = {count: trained(Budget(steps=1), count)[4].model.n_steps for count in (1, 4)}
    assert steps == {1: 64, 4: 16}
    assert trained(Budget(steps=1), 4, n_steps=6)[4].model.n_steps == 6
    with pytest.raises(ConfigError, match="n_envs=0"):
        trained(Budget(steps=1), 0)


@pytest.mark.parametrize("n_envs", [1, 4, 8])
def test_q_learning_takes_as_many_updates_per_step_with_many_worlds(n_envs):
    options = {"train_freq": 4, "gradient_steps": 2} if n_envs == 1 else {}
    learner = trained(Budget(steps=64), n_envs, "dqn", **options)[4]
    per_step = {1: 2 / 4, 4: 1, 8: 1}[n_envs]
    # The last round ends with the budget, before its updates.
    assert learner.model._n_updates == pytest.approx((64 - 8) * per_step, abs=8)


@EVERY
def test_many_worlds_repeat_to_the_last_digit(algo):
    told = []
    for _ in range(2):
        rows = trained(Budget(steps=48), 4, algo)[3].rows
        assert any(CLOCK in row for _, row in rows)
        rows = [(step, {tag: row[tag] for tag in row if tag != CLOCK}) for step, row in rows]
        told.append(repr(rows).encode())
    assert told[0] == told[1]


def test_what_cannot_be_had_twice_is_refused():
    env = CodeEditEnv(make_world(), observation="padded", runner=FakeRunner())
    with (
        pytest.raises(ConfigError, match="ClipReward"),
        spread(gym.wrappers.ClipReward(env, 0, 1), 2),
    ):
        pass
    with pytest.raises(ConfigError, match="n_envs=2"), spread(gym.Env(), 2):
        pass


@pytest.mark.parametrize("trace", [None, True, False])
def test_twins_have_the_arguments_of_the_first(trace):
    env = CodeEditEnv(world_of("never"), observation="padded", runner=FakeRunner(), trace=trace)
    with spread(env, 3) as vector:
        assert [member.trace for member in vector.members] == [env.trace] * 3
        assert [member.form for member in vector.members] == ["padded"] * 3


def test_the_environment_keeps_its_runner_and_gets_its_own_back():
    given = CodeEditEnv(make_world(), observation="padded", runner=FakeRunner())
    plain = CodeEditEnv(make_world(), observation="padded")
    before = plain.runner
    with spread(given, 2) as vector:
        assert vector.runner is given.runner
        assert vector.envs[1].stats is given.stats
    assert isinstance(given.runner, FakeRunner)
    with spread(plain, 2) as vector:
        assert plain.runner is vector.runner is not before
    assert plain.runner is before
