"""LegalDQN: never an illegal action, the right target, exploration, ends, checkpoints."""

from collections import Counter

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.wrappers import TimeLimit
from torch.nn import functional as F

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.types.protocols import Budget
from policies.graph_policy import MASKED
from policies.legal_dqn import LegalDQN, legal_uniform
from policies.replay import RaggedReplayBuffer
from policies.sb3 import Sb3Learner
from policies.seeding import seeded
from tests.support.learning import Silent
from tests.support.worlds import NODES, IdentityWorld, dict_space, random_observation, to_padded
from tests.unit.envs.fakes import FakeRunner, make_world

SPACE, ACTIONS = dict_space(12, 4, NODES), gym.spaces.Discrete(13)
SMALL = {"width": 8, "layers": 1, "batch_size": 4, "learning_starts": 8, "train_freq": 2}


def make(seed=0, space=SPACE, actions=ACTIONS, **options):
    return Sb3Learner(space, actions, seed, algo="dqn", **{**SMALL, **options})


def identity(seed=0, **options):
    world = IdentityWorld()
    return world, make(seed, world.observation_space, world.action_space, **options)


def fake(**options):
    env = CodeEditEnv(make_world(), observation="padded", runner=FakeRunner())
    return env, make(0, env.observation_space, env.action_space, **options)


def shaken(learner, seed):
    """Give both networks wild weights, different ones."""
    with seeded(seed), torch.no_grad():
        for weight in learner.model.policy.parameters():
            weight.normal_(std=3.0)


def stacked(rng, count):
    forms = [to_padded(random_observation(rng), NODES) for _ in range(count)]
    return {key: np.stack([form[key] for form in forms]) for key in forms[0]}


def test_every_legal_action_is_drawn_alike_and_no_other():
    masks = np.array([[0, 1, 0, 1, 1], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]] * 3000, np.int8)
    drawn = legal_uniform(masks, np.random.default_rng(0)).reshape(3000, 3)
    assert np.abs(np.bincount(drawn[:, 0], minlength=5) - [0, 1000, 0, 1000, 1000]).max() < 100
    assert not drawn[:, 1].any()
    assert not drawn[:, 2].any()


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_whatever_the_weights_no_masked_action_is_chosen(rate):
    rng, learner = np.random.default_rng(0), make()
    learner.model.exploration_rate = rate
    for seed in range(10):
        shaken(learner, seed)
        seen = stacked(rng, 6)
        for deterministic in (True, False):
            actions, _ = learner.model.predict(seen, deterministic=deterministic)
            assert seen["action_mask"][np.arange(6), actions].all()
        one = {key: part[0] for key, part in seen.items()}
        action, _ = learner.model.predict(one)
        assert action.shape == ()
        assert one["action_mask"][action] == 1
        chances = learner.probabilities(one)
        assert chances[one["action_mask"] == 0].sum() == 0.0


def test_environments_explore_each_by_itself():
    learner = make()
    learner.model.exploration_rate = 0.5
    seen = stacked(np.random.default_rng(0), 1)
    seen = {key: part.repeat(400, axis=0) for key, part in seen.items()}
    best = learner.model.predict(seen, deterministic=True)[0]
    assert len(set(best.tolist())) == 1
    legal = int(seen["action_mask"][0].sum())
    kept = (learner.model.predict(seen)[0] == best).mean()
    assert kept == pytest.approx(0.5 + 0.5 / legal, abs=0.08)


def test_a_run_takes_no_masked_step_and_stores_none():
    env, learner = fake()
    learner.fit(env, Budget(steps=120), Silent())
    assert env.stats.masked == 0
    rows = [row[0] for row in learner.model.replay_buffer._rows]
    assert all(row.shown.action_mask[row.action] == 1 for row in rows)
    assert len({row.action for row in rows}) > 8


# --- the target ---------------------------------------------------------------------------------


def loss_of_one_update(learner, double_q):
    """Return the loss that the library reports, and the one computed row by row."""
    model = learner.model
    model.double_q = double_q
    model.replay_buffer.rng = np.random.default_rng(3)
    batch = model.replay_buffer.sample(16)
    targets, values = [], []
    with torch.no_grad():
        online, target = model.q_net(batch.next_observations), model.q_net_target
        ahead, now = target(batch.next_observations), model.q_net(batch.observations)
    for row in range(16):
        legal = batch.next_observations["action_mask"][row] > 0
        best = 0.0
        if legal.any():
            judged = ahead[row][legal]
            best = float(judged[online[row][legal].argmax()] if double_q else judged.max())
        alive = 1.0 - float(batch.dones[row])
        targets.append(float(batch.rewards[row]) + alive * model.gamma * best)
        values.append(float(now[row, batch.actions[row]]))
    model.replay_buffer.rng = np.random.default_rng(3)
    model.train(1, 16)
    reported = model.logger.name_to_value["train/loss"]
    return reported, float(F.smooth_l1_loss(torch.tensor(values), torch.tensor(targets)))


@pytest.mark.parametrize("double_q", [False, True])
def test_the_target_is_the_best_legal_next_value_or_nothing(double_q):
    env, learner = identity(learning_starts=8)
    learner.fit(env, Budget(steps=8), Silent())
    world, other = IdentityWorld(), make(0)
    rng, buffer = np.random.default_rng(0), RaggedReplayBuffer(64, SPACE, ACTIONS, "cpu")
    for number in range(40):
        shown, following = stacked(rng, 1), stacked(rng, 1)
        if number % 4 == 0:
            following["action_mask"][:] = 0  # as where an edit broke a limit
        action = legal_uniform(shown["action_mask"], rng)
        buffer.add(shown, following, action, rng.random(1), np.array([number % 3 == 0]), [{}])
    other.model.set_logger(learner.model.logger)
    other.model.replay_buffer = buffer
    shaken(other, 0)
    reported, expected = loss_of_one_update(other, double_q)
    assert reported == pytest.approx(expected, rel=1e-4)
    assert abs(reported) < abs(MASKED) / 100
    assert world.stats.executions == 0


def test_with_nothing_legal_all_values_are_zero_and_learning_stays_finite():
    learner = make()
    seen = {
        key: torch.as_tensor(part) for key, part in stacked(np.random.default_rng(0), 3).items()
    }
    seen["action_mask"][1] = 0
    with torch.no_grad():
        values = learner.model.q_net(seen)
    assert (values[1] == 0).all()
    assert (values[[0, 2]].max(dim=1).values > MASKED / 2).all()
    seen["action_mask"][:] = 0
    with torch.no_grad():
        assert not learner.model.q_net(seen).any()


def test_double_q_learning_makes_a_difference():
    learners = [identity(2, double_q=double, gamma=0.9)[1] for double in (True, False)]
    for learner in learners:
        env = TimeLimit(OneRight(), 1000)
        learner.fit(env, Budget(steps=60), Silent())
    one, other = (learner.model.q_net.state_dict() for learner in learners)
    assert any(not torch.equal(value, other[name]) for name, value in one.items())


class OneRight(IdentityWorld):
    """The identity world without an end, so that next values count."""

    def step(self, action):
        observation, reward, _, truncated, info = super().step(action)
        return observation, reward, False, truncated, info


# --- exploration ----------------------------------------------------------------------------------


class Rates:
    """A logbook that keeps the rates of exploration."""

    def __init__(self):
        self.rows = []

    def scalars(self, values, step):
        if "exploration/epsilon" in values:
            self.rows.append((step, values["exploration/epsilon"]))

    def event(self, kind, /, **payload):
        pass


def test_exploration_falls_with_the_bound_that_is_nearer():
    options = {"exploration_fraction": 0.5, "exploration_final_eps": 0.1}
    world, learner = identity(**options)
    assert learner.model.exploration_rate == 1.0
    by_steps, by_executions = Rates(), Rates()
    learner.fit(world, Budget(steps=40), by_steps)
    world, learner = identity(**options)
    learner.fit(world, Budget(executions=40), by_executions)
    for rows in (by_steps.rows, by_executions.rows):
        rates = dict(rows)
        assert rates[10] == pytest.approx(1.0 - 0.9 * 10 / 20)
        assert rates[30] == pytest.approx(0.1)


def test_exploration_never_rises_again():
    world, learner = identity(exploration_final_eps=0.1)
    for _ in range(2):
        rates = Rates()
        learner.fit(world, Budget(steps=20), rates)
    assert [rate for _, rate in rates.rows] == [pytest.approx(0.1)] * len(rates.rows) != []


def test_a_schedule_goes_by_the_agents_whole_life():
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.25

    world, learner = identity(epsilon=schedule)
    for _ in range(2):
        rates = Rates()
        learner.fit(world, Budget(steps=20), rates)
        assert {rate for _, rate in rates.rows} == {0.25}
    assert max(asked) == 39
    assert learner.model.exploration_rate == 0.25


def test_acting_explores_at_the_rate_that_was_reached_and_greedy_does_not():
    world, learner = identity()
    observation, _ = world.reset(seed=0)
    assert learner.probabilities(observation)[1:] == pytest.approx([0.25] * 4)
    learner.model.exploration_rate = 0.2
    best = int(np.argmax(learner.scores(observation)))
    chances = learner.probabilities(observation)
    assert chances[best] == pytest.approx(0.85)
    assert chances.sum() == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    drawn = Counter(learner.act(observation, rng) for _ in range(500))
    assert drawn[best] / 500 == pytest.approx(0.85, abs=0.05)
    assert {learner.greedy().act(observation, rng) for _ in range(20)} == {best}


# --- ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_envs", [1, 3])
def test_what_an_episode_led_to_is_stored_not_the_next_ones_beginning(n_envs):
    env, learner = fake(n_envs=n_envs)
    learner.fit(env, Budget(steps=12 * n_envs * 2), Silent())
    rows = learner.model.replay_buffer._rows
    assert len(rows) >= 20
    for number, row in enumerate(rows):
        for place, kept in enumerate(row):
            # Six steps an episode, which end by themselves.
            assert kept.shown.steps_left[0] == pytest.approx(1 - (number % 6) / 6)
            assert kept.following.steps_left[0] == pytest.approx(1 - (number % 6 + 1) / 6)
            assert kept.done == (number % 6 == 5)
            if number % 6 < 5 and number + 1 < len(rows):
                after = rows[number + 1][place].shown
                pairs = zip(kept.following, after, strict=True)
                assert all(one is other for one, other in pairs)


def test_an_episode_that_was_cut_short_is_not_an_end():
    env, learner = fake()
    learner.fit(TimeLimit(env, 4), Budget(steps=22), Silent())
    rows = [row[0] for row in learner.model.replay_buffer._rows]
    assert [kept.done for kept in rows] == [0.0] * len(rows)
    assert rows[3].following.steps_left[0] == pytest.approx(2 / 6)
    assert rows[4].shown.steps_left[0] == 1.0


# --- the same again -------------------------------------------------------------------------------


def test_other_learners_do_not_disturb_a_run():
    runs = []
    for disturbed in (False, True):
        world, learner = identity(3)
        if disturbed:
            identity(9)  # the library seeds the global generators
        learner.fit(world, Budget(steps=60), Silent())
        runs.append(learner.model.q_net.state_dict())
    for name, value in runs[0].items():
        assert torch.equal(value, runs[1][name]), name


def test_the_buffer_is_small_and_ragged_unless_asked_otherwise():
    from stable_baselines3.common.buffers import DictReplayBuffer

    learner = make()
    assert learner.model.buffer_size == 20_000
    assert isinstance(learner.model, LegalDQN)
    assert isinstance(learner.model.replay_buffer, RaggedReplayBuffer)
    world, learner = identity(buffer_size=32, replay_buffer_class=DictReplayBuffer)
    learner.fit(world, Budget(steps=20), Silent())
    assert isinstance(learner.model.replay_buffer, DictReplayBuffer)
