"""Pointer policies and their learner: masks, forms, entropy, epsilon, budgets, checkpoints."""

import gymnasium as gym
import numpy as np
import pytest
import torch

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.types.protocols import Budget
from policies.graph_policy import MASKED, mixed
from policies.legal_dqn import LegalDQN
from policies.sb3 import Sb3Learner
from policies.sb3_algorithms import ALGORITHMS
from policies.seeding import seeded
from tests.support.worlds import (
    NODES,
    IdentityWorld,
    dict_space,
    random_observation,
    stacked,
    to_padded,
)

SPACE, ACTIONS = dict_space(12, 4, NODES), gym.spaces.Discrete(13)
ENCODER = {"width": 16, "layers": 2, "batch_size": 8}
SMALL = {
    "ppo": {**ENCODER, "n_steps": 16},
    "maskable_ppo": {**ENCODER, "n_steps": 16},
    "dqn": {**ENCODER, "learning_starts": 8, "train_freq": 2},
}
EVERY = pytest.mark.parametrize("algo", sorted(ALGORITHMS))
ON_POLICY = pytest.mark.parametrize("algo", ["maskable_ppo", "ppo"])


class Notes:
    """A logbook that keeps what it is told."""

    def __init__(self):
        self.rows = []

    def scalars(self, values, step):
        self.rows.append((step, dict(values)))

    def event(self, kind, /, **payload):
        pass


def make(seed=0, algo="ppo", **options):
    return Sb3Learner(SPACE, ACTIONS, seed, algo=algo, **{**SMALL[algo], **options})


def identity(seed=0, algo="ppo", **options):
    world = IdentityWorld()
    spaces, settings = (world.observation_space, world.action_space), {**SMALL[algo], **options}
    return world, Sb3Learner(*spaces, seed, algo=algo, **settings)


def scores(learner, observations):
    policy = learner.model.policy
    with torch.no_grad():
        features = policy.extract_features(stacked(observations))
        return policy.mlp_extractor.forward_actor(features)


@ON_POLICY
def test_the_mask_holds_whatever_the_weights(algo):
    rng = np.random.default_rng(0)
    learner = make(algo=algo)
    for _ in range(5):
        observations = [random_observation(rng) for _ in range(8)]
        with seeded(int(rng.integers(1000))), torch.no_grad():
            for weight in learner.model.policy.parameters():
                weight.normal_(std=3.0)
        masks = np.stack([observation["action_mask"] for observation in observations])
        with seeded(1), torch.no_grad():
            actions, _, logarithm = learner.model.policy(stacked(observations))
            _, again, entropy = learner.model.policy.evaluate_actions(
                stacked(observations), actions
            )
        assert masks[np.arange(8), actions.numpy()].all()
        assert torch.isfinite(entropy).all()
        torch.testing.assert_close(again, logarithm)
        for observation in observations:
            chances = learner.probabilities(observation)
            assert chances[observation["action_mask"] == 0].sum() == 0.0


@EVERY
def test_a_fresh_policy_is_close_to_uniform_over_the_legal_edits(algo):
    rng = np.random.default_rng(0)
    for seed in range(3):
        learner = make(seed, algo)
        for _ in range(10):
            observation = random_observation(rng)
            legal = int(observation["action_mask"].sum())
            chances = learner.probabilities(observation)
            entropy = -(chances[chances > 0] * np.log(chances[chances > 0])).sum()
            assert entropy >= 0.99 * np.log(legal) - 1e-9


@EVERY
def test_padded_and_graph_form_are_scored_alike(algo):
    learner = make(algo=algo)
    for seed in range(5):
        observation = random_observation(np.random.default_rng(seed))
        for ask in (learner.probabilities, learner.scores):
            assert np.array_equal(ask(observation), ask(to_padded(observation, NODES)))


def test_a_batch_scores_as_its_members_do():
    observations = [random_observation(np.random.default_rng(seed)) for seed in range(6)]
    learner = make()
    together = scores(learner, observations)
    for row, observation in zip(together, observations, strict=True):
        torch.testing.assert_close(row, scores(learner, [observation])[0], atol=1e-5, rtol=1e-5)


@ON_POLICY
def test_the_optimizer_holds_exactly_the_policys_weights(algo):
    policy = make(algo=algo).model.policy
    held = {id(weight) for group in policy.optimizer.param_groups for weight in group["params"]}
    assert held == {id(weight) for weight in policy.parameters()}
    assert isinstance(policy.action_net, torch.nn.Identity)


def test_the_optimizer_of_q_learning_holds_the_online_network_alone():
    policy = make(algo="dqn").model.policy
    held = {id(weight) for group in policy.optimizer.param_groups for weight in group["params"]}
    assert held == {id(weight) for weight in policy.q_net.parameters()}
    assert not held & {id(weight) for weight in policy.q_net_target.parameters()}
    values = policy.q_net(stacked([random_observation(np.random.default_rng(s)) for s in range(8)]))
    values[values > MASKED / 2].sum().backward()
    assert policy.q_net.features_extractor.encoder.token.weight.grad.abs().sum() > 0


@ON_POLICY
def test_actor_and_critic_gradients_reach_the_encoder(algo):
    policy = make(algo=algo).model.policy
    observations = stacked([random_observation(np.random.default_rng(s)) for s in range(8)])
    table = policy.features_extractor.encoder.token.weight
    with seeded(0):
        actions, values, _ = policy(observations)
    values.sum().backward()
    assert table.grad.abs().sum() > 0
    table.grad = None
    _, logarithm, _ = policy.evaluate_actions(observations, actions)
    logarithm.sum().backward()
    assert table.grad.abs().sum() > 0


def test_mixed_is_the_mixture():
    raw = torch.tensor([[2.0, MASKED, 0.0, -1.0]])
    legal = torch.tensor([[1.0, 0.0, 1.0, 1.0]]) / 3
    wanted = 0.7 * torch.softmax(raw, 1) + 0.3 * legal
    torch.testing.assert_close(mixed(raw, 0.3).exp(), wanted)
    torch.testing.assert_close(mixed(raw, 0.0).softmax(1), raw.softmax(1))
    torch.testing.assert_close(mixed(raw, 1.0).exp(), legal)


@ON_POLICY
def test_epsilon_counts_in_acting_and_in_evaluating(algo):
    policy = make(algo=algo).model.policy
    observations = stacked([random_observation(np.random.default_rng(s)) for s in range(8)])
    with torch.no_grad():
        policy.features_extractor.scorer[-1].weight.mul_(500.0)
        with seeded(0):
            actions, _, plain = policy(observations)
        policy.epsilon = 1.0
        _, uniform, _ = policy.evaluate_actions(observations, actions)
        with seeded(0):
            _, _, acted = policy(observations)
    count = (observations["action_mask"] > 0).sum(dim=1)
    torch.testing.assert_close(uniform, -torch.log(count.float()))
    torch.testing.assert_close(acted, -torch.log(count.float()))
    assert not torch.allclose(plain, uniform)


@ON_POLICY
def test_the_epsilon_of_a_rollout_is_the_schedules(algo):
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.25

    world, learner = identity(algo=algo, epsilon=schedule)
    notes = Notes()
    learner.fit(world, Budget(steps=48), notes)
    assert asked == [0, 16, 32]
    learner.fit(world, Budget(steps=16), notes)
    assert asked == [0, 16, 32, 48]
    assert learner.model.policy.epsilon == 0.25
    assert {row["exploration/epsilon"] for _, row in notes.rows if row} == {0.25}


@EVERY
def test_fit_stops_at_executions_or_steps_and_says_which(algo):
    world, learner = identity(algo=algo)
    ended = learner.fit(world, Budget(executions=37), Notes())
    assert (ended.executions, ended.steps, ended.episodes, ended.ended_by) == (
        37,
        37,
        37,
        "executions",
    )
    ended = learner.fit(world, Budget(steps=21), Notes())
    assert (ended.executions, ended.steps, ended.ended_by) == (21, 21, "steps")
    with pytest.raises(ConfigError, match="at least 1"):
        learner.fit(world, Budget(), Notes())


@ON_POLICY
def test_losses_have_cleanrls_names(algo):
    world, learner = identity(algo=algo)
    notes = Notes()
    learner.fit(world, Budget(steps=64), notes)
    tags = set().union(*(row for _, row in notes.rows))
    names = ("policy_loss", "value_loss", "entropy", "approx_kl", "clipfrac", "explained_variance")
    assert tags >= {f"losses/{name}" for name in names}
    entropies = [row["losses/entropy"] for _, row in notes.rows if "losses/entropy" in row]
    assert entropies[0] == pytest.approx(np.log(4), rel=0.01)


def test_what_q_learning_says_has_names_too():
    world, learner = identity(algo="dqn")
    notes = Notes()
    learner.fit(world, Budget(steps=64), notes)
    tags = set().union(*(row for _, row in notes.rows))
    wanted = {"losses/td_loss", "exploration/epsilon", "rollout/ep_rew_mean", "rollout/ep_len_mean"}
    assert tags == {*wanted, "charts/learning_rate"}
    losses = [row["losses/td_loss"] for _, row in notes.rows if "losses/td_loss" in row]
    assert all(0 <= loss < 1 for loss in losses)


@EVERY
def test_fitting_moves_the_weights_and_repeats_to_the_last_digit(algo):
    before = identity(3, algo)[1].model.policy.state_dict()
    after, told = [], []
    for seed in (3, 3, 4):
        world, learner = identity(seed, algo)
        notes = Notes()
        learner.fit(world, Budget(steps=48), notes)
        after.append(learner.model.policy.state_dict())
        told.append(repr(notes.rows).encode())
    assert told[0] == told[1] != told[2]
    for name, value in after[0].items():
        assert torch.equal(value, after[1][name]), name
    moved = [name for name, value in after[0].items() if not torch.equal(value, before[name])]
    assert any(name.endswith("features_extractor.encoder.token.weight") for name in moved)
    assert any(name.endswith("features_extractor.scorer.0.weight") for name in moved)


@EVERY
def test_loading_gives_the_same_policy(tmp_path, algo):
    world, learner = identity(1, algo)
    learner.fit(world, Budget(steps=48), Notes())
    learner.save(tmp_path / "c")
    other = identity(2, algo)[1]
    observation, _ = world.reset(seed=0)
    assert not np.array_equal(other.scores(observation), learner.scores(observation))
    other.load(tmp_path / "c")
    assert np.array_equal(other.scores(observation), learner.scores(observation))
    assert other.model.num_timesteps == 48
    rng = np.random.default_rng(0)
    assert other.greedy().act(observation, rng) == np.argmax(learner.scores(observation))
    with pytest.raises(StorageError, match="these options"):
        identity(2, algo, width=8)[1].load(tmp_path / "c")


def test_a_loaded_dqn_agent_goes_on_exploring_where_it_was_and_fills_its_buffer_first(tmp_path):
    world, learner = identity(1, "dqn")
    learner.fit(world, Budget(steps=30), Notes())
    learner.save(tmp_path / "c")
    other = identity(2, "dqn")[1]
    other.load(tmp_path / "c")
    assert other.model.exploration_rate == learner.model.exploration_rate < 0.2
    before = {name: value.clone() for name, value in other.model.q_net.state_dict().items()}
    other.fit(world, Budget(steps=6), Notes())
    for name, value in other.model.q_net.state_dict().items():
        assert torch.equal(value, before[name]), name
    other.fit(world, Budget(steps=12), Notes())
    moved = [n for n, v in other.model.q_net.state_dict().items() if not torch.equal(v, before[n])]
    assert "features_extractor.encoder.token.weight" in moved
    assert other.model.num_timesteps == 48


def test_the_librarys_own_save_and_load_work_too(tmp_path):
    world, learner = identity(1, "dqn")
    learner.fit(world, Budget(steps=30), Notes())
    learner.model.save(tmp_path / "model")
    loaded = LegalDQN.load(tmp_path / "model")
    assert loaded.exploration_rate == learner.model.exploration_rate < 0.2
    assert loaded.num_timesteps == 30
    for seed in range(5):
        observation, _ = world.reset(seed=seed)
        action, _ = loaded.predict(observation, deterministic=True)
        assert action == learner.greedy().act(observation, np.random.default_rng(0))


@EVERY
def test_graph_observations_are_refused_in_training(algo):
    space = dict_space(12, 4, NODES, form="graph")
    with pytest.raises(ConfigError, match="padded"):
        Sb3Learner(space, ACTIONS, 0, algo=algo)
    with pytest.raises(ConfigError, match="algo"):
        Sb3Learner(SPACE, ACTIONS, 0, algo="sac")
