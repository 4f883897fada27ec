"""What words mean: it reaches every encoder, nothing learns it, checkpoints know of it."""

import io
import sys
import types

import gymnasium as gym
import numpy as np
import pytest
import torch
from torch import nn

from nerion_gym.errors import ConfigError, ProviderError, StorageError
from nerion_gym.graphs import schema
from nerion_gym.types.protocols import Budget
from nerion_gym.types.semantics import Semantics
from policies.curiosity import CuriosityPolicy
from policies.encoder import EditEncoder, Encoder, join, to_data
from policies.policy import read_checkpoint
from policies.sb3 import Sb3Learner
from policies.seeding import seeded
from policies.semantics import MiniLM, TokenMeaning, scaled
from tests.support.learning import Silent
from tests.support.worlds import (
    NODES,
    IdentityWorld,
    bandit_observation,
    dict_space,
    random_observation,
    transition,
)

D = 24
SPACE, ACTIONS = dict_space(12, 4, NODES), gym.spaces.Discrete(13)
SIZES = {"width": 16, "layers": 2}
CURIOUS = {**SIZES, "heads": 3, "batch": 4}
PPO = {**SIZES, "n_steps": 16, "batch_size": 8}


def semantics(seed=0, model="made-up", dimension=D):
    """Return a table of random vectors."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(schema.TOKENS, dimension)).astype(np.float32)
    table[0] = 0
    return Semantics("hash", model, table)


def encoder(words=None, **sizes):
    with seeded(0):
        return Encoder(**{**SIZES, **sizes}, semantics=words)


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return join([to_data(random_observation(rng)) for _ in range(3)])


# --- the encoder --------------------------------------------------------------------------------


def test_without_a_table_nothing_is_what_it_was_not(batch):
    names = [name for name, _ in encoder().named_parameters()]
    assert not any(name.startswith("meaning") for name in [*names, *encoder().state_dict()])
    # Weights are drawn alike with and without one, so that runs can be compared in pairs.
    plain, told = encoder().state_dict(), encoder(semantics()).state_dict()
    assert all(torch.equal(plain[name], told[name]) for name in plain)
    assert set(told) - set(plain) == {"meaning.project.weight", "meaning._extra_state"}


def test_the_generator_goes_on_as_without_a_table():
    with seeded(0):
        Encoder(**SIZES)
        first = torch.rand(3)
    with seeded(0):
        Encoder(**SIZES, semantics=semantics())
        assert torch.equal(torch.rand(3), first)


def test_other_tables_give_other_vectors(batch):
    one, other, none = encoder(semantics(0)), encoder(semantics(1)), encoder()
    found = [network(batch).states for network in (one, other, none)]
    assert torch.equal(encoder(semantics(0))(batch).states, found[0])
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (found[a] - found[b]).abs().max() > 0.01


def test_a_row_reaches_the_nodes_of_its_token_and_what_they_reach(batch):
    words = semantics()
    changed = Semantics(words.provider, words.model, words.table.copy())
    token = int(batch.nodes[0, schema.TOKEN])
    changed.table[token] *= -1
    one, other = encoder(words, layers=1), encoder(changed, layers=1)
    differs = (one.embed(batch.nodes) - other.embed(batch.nodes)).abs().sum(dim=1) > 1e-6
    assert torch.equal(differs, batch.nodes[:, schema.TOKEN] == token)


def test_the_inserted_token_of_an_edit_is_read_with_its_meaning():
    network = encoder(semantics())
    alone, among = network.word(torch.tensor([5])), network.word(torch.tensor([5, 9, 5]))
    torch.testing.assert_close(among[[0, 2]], alone.expand(2, -1))
    with seeded(0):
        edits = EditEncoder(network)
    found = network(join([to_data(random_observation(np.random.default_rng(2)))]))
    row, graph = torch.tensor([[3, 2, 1, 300, 1, 1]]), torch.zeros(1, dtype=torch.long)
    before = edits(network, found, graph, row)
    network.meaning.table[300] += 5.0
    assert not torch.allclose(edits(network, found, graph, row), before)
    assert network.word(torch.tensor([-1, 99_999])).isfinite().all()


def test_gradients_reach_the_projection_and_not_the_table(batch):
    network = encoder(semantics())
    before = network.meaning.table.clone()
    assert "meaning.table" not in dict(network.named_parameters())
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    network(batch).graphs.square().sum().backward()
    assert network.meaning.project.weight.grad.abs().sum() > 0
    assert network.meaning.table.grad is None
    optimizer.step()
    assert torch.equal(network.meaning.table, before)


def test_vectors_are_brought_to_the_size_of_embeddings():
    # Models give vectors of length 1, or 100: the encoder starts from the same.
    for length in (0.01, 1.0, 100.0):
        words = semantics()
        rows = words.table[1:] / np.linalg.norm(words.table[1:], axis=1, keepdims=True)
        words.table[1:] = length * rows
        states = TokenMeaning(words, 64)(torch.arange(1, 500))
        assert 0.2 < states.std() < 2.0
    zeros = np.zeros((schema.TOKENS, 3), np.float32)
    zeros[7] = [3.0, 0.0, 4.0]
    assert np.isclose(np.square(scaled(zeros)[7]).mean(), 1.0)
    assert not scaled(zeros)[8].any()


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((schema.TOKENS, 4), np.float32),
        np.ones((10, 4), np.float32),
        np.ones(schema.TOKENS, np.float32),
        np.full((schema.TOKENS, 4), np.nan, np.float32),
        np.zeros((schema.TOKENS, 0), np.float32),
    ],
)
def test_what_is_no_table_is_refused(table):
    with pytest.raises(ConfigError, match=r"expected finite \[4096, D\]"):
        TokenMeaning(Semantics("hash", "m", table), 16)


def test_what_a_manifest_says():
    words = semantics()
    words.table[10:] = 0
    said = {"provider": "hash", "model": "made-up", "dimension": D, "token_ids": 9}
    assert words.manifest() == said


# --- the agents ---------------------------------------------------------------------------------


def curious(words=None, seed=0):
    return CuriosityPolicy(SPACE, ACTIONS, seed, semantics=words, **CURIOUS)


def taught(policy, steps=4):
    """Let an agent learn from a few steps of a bandit."""
    observation, rng = bandit_observation([2, 3, 4, 5]), np.random.default_rng(0)
    for _ in range(steps):
        action = policy.act(observation, rng)
        policy.update([transition(observation, action, [action % 3])])
    return policy


def chances(policy):
    """Return what an agent predicts of an observation."""
    observation = random_observation(np.random.default_rng(5))
    if isinstance(policy, Sb3Learner):
        return policy.probabilities(observation)
    return policy.model.predict(observation).probabilities


def trained_ppo(words=None, seed=0):
    world = IdentityWorld()
    spaces = world.observation_space, world.action_space
    learner = Sb3Learner(*spaces, seed, semantics=words, **PPO)
    learner.fit(world, Budget(None, 16), Silent())
    return learner


def seen_by(learner):
    return learner.probabilities(IdentityWorld().reset(seed=3)[0])


def test_curiosity_reads_the_table_and_leaves_it():
    words = semantics()
    policy = taught(curious(words))
    assert policy.model.network.encoder.meaning is not None
    table = policy.model.network.encoder.meaning.table
    assert np.array_equal(table.numpy(), scaled(words.table))
    fresh = curious(words).model.network.encoder.meaning.project.weight
    assert not torch.equal(policy.model.network.encoder.meaning.project.weight, fresh)
    others = [chances(taught(curious(other))) for other in (semantics(1), None)]
    assert not any(np.allclose(chances(policy), other) for other in others)


def test_ppo_reads_the_table_and_leaves_it():
    words = semantics()
    learner = trained_ppo(words)
    found = learner.model.policy.features_extractor.encoder.meaning
    assert np.array_equal(found.table.numpy(), scaled(words.table))
    others = [seen_by(trained_ppo(other)) for other in (semantics(1), None)]
    assert not any(np.allclose(seen_by(learner), other) for other in others)


def test_a_curious_agents_checkpoint_comes_back(tmp_path):
    whole = taught(curious(semantics()))
    whole.save(tmp_path / "c")
    resumed = curious(semantics(), seed=9)
    assert not np.allclose(chances(resumed), chances(whole))
    resumed.load(tmp_path / "c")
    assert np.array_equal(chances(resumed), chances(whole))
    assert np.array_equal(chances(taught(resumed)), chances(taught(whole)))


def test_ppos_checkpoint_comes_back_without_the_table(tmp_path):
    words = semantics(dimension=500)
    whole = trained_ppo(words)
    whole.save(tmp_path / "c")
    other = trained_ppo(words, seed=9)
    assert not np.allclose(seen_by(other), seen_by(whole))
    other.load(tmp_path / "c")
    assert np.array_equal(seen_by(other), seen_by(whole))
    trained_ppo(semantics(dimension=2)).save(tmp_path / "small")
    assert (tmp_path / "c").stat().st_size - (tmp_path / "small").stat().st_size < 200_000


@pytest.mark.parametrize("make", [curious, trained_ppo])
@pytest.mark.parametrize(
    ("saved", "loaded"),
    [
        (None, semantics()),
        (semantics(), None),
        (semantics(), semantics(model="another")),
        (semantics(), semantics(dimension=8)),
    ],
)
def test_a_checkpoint_of_other_words_is_refused(tmp_path, make, saved, loaded):
    make(saved).save(tmp_path / "c")
    with pytest.raises(StorageError):
        make(loaded).load(tmp_path / "c")


def test_a_checkpoint_goes_on_in_another_world(tmp_path):
    make = taught(curious(semantics()))
    make.save(tmp_path / "c")
    elsewhere = curious(semantics(1))
    elsewhere.load(tmp_path / "c")
    table = elsewhere.model.network.encoder.meaning.table
    assert np.array_equal(table.numpy(), scaled(semantics(1).table))


def test_nothing_in_such_a_checkpoint_can_run(tmp_path):
    curious(semantics()).save(tmp_path / "c")
    payload = io.BytesIO(read_checkpoint(tmp_path / "c", "curiosity"))
    network = torch.load(payload, weights_only=True)["model"]["network"]
    assert network["encoder.meaning._extra_state"] == {"model": "made-up"}
    assert not any(name.endswith("meaning.table") for name in network)


# --- MiniLM, with a stand-in for the library ----------------------------------------------------


class Tokenizer:
    """A number per letter, padded with 0."""

    def __call__(self, texts, *, padding, truncation, max_length, return_tensors):
        assert (padding, truncation, return_tensors) == (True, True, "pt")
        cut = [text[:max_length] for text in texts]
        size = max(map(len, cut))
        ids = [[ord(c) % 50 + 1 for c in text] + [0] * (size - len(text)) for text in cut]
        numbers = torch.tensor(ids, dtype=torch.long).reshape(len(cut), size)
        return {"input_ids": numbers, "attention_mask": (numbers > 0).long()}


class Network(nn.Module):
    """An embedding; padding has vectors too, which must not count."""

    def __init__(self, seed=0):
        super().__init__()
        with seeded(seed):
            self.embedding = nn.Embedding(51, 384)
        self.register_buffer("single", torch.tensor(1.0))

    def forward(self, input_ids, attention_mask):
        return types.SimpleNamespace(last_hidden_state=self.embedding(input_ids))


@pytest.fixture
def library(monkeypatch):
    """A stand-in for `transformers`; its list is what was asked for."""
    asked = []

    def loader(make):
        def from_pretrained(place, **options):
            asked.append((place, options))
            if place == "nowhere":
                raise OSError("no such folder")
            return make()

        return types.SimpleNamespace(from_pretrained=from_pretrained)

    module = types.ModuleType("transformers")
    module.AutoTokenizer, module.AutoModel = loader(Tokenizer), loader(Network)
    module.logging = types.SimpleNamespace(disable_progress_bar=lambda: None)
    monkeypatch.setitem(sys.modules, "transformers", module)
    return asked


def test_weights_are_read_from_disk_only(library):
    MiniLM.configured({})
    MiniLM.configured({"NERION_MINILM": "folder"})
    places = [place for place, _ in library]
    assert places == ["sentence-transformers/all-MiniLM-L6-v2"] * 2 + ["folder"] * 2
    assert all(options == {"local_files_only": True} for _, options in library)


def test_a_texts_vector_does_not_depend_on_its_company(library):
    model = MiniLM.configured({})
    found = model.embed(["total", "a much longer text than the other", ""])
    assert (found.shape, found.dtype) == ((3, 384), np.float32)
    np.testing.assert_allclose(found[0], model.embed(["total"])[0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(found[:2], axis=1), 1.0, rtol=1e-5)
    mean = Network().embedding.weight[[ord(c) % 50 + 1 for c in "total"]].mean(dim=0)
    expected = (mean / mean.norm()).detach().numpy()
    np.testing.assert_allclose(found[0], expected, atol=1e-6)
    assert model.embed([]).shape == (0, 0)


def test_other_weights_are_another_model():
    names = [MiniLM(Tokenizer(), Network(seed)).model for seed in (0, 0, 1)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("minilm-")


def test_broken_weights_are_an_error():
    network = Network()
    nn.init.constant_(network.embedding.weight, float("nan"))
    with pytest.raises(ProviderError, match="not finite"):
        MiniLM(Tokenizer(), network).embed(["a"])


def test_without_the_library_or_weights_the_way_out_is_said(library, monkeypatch):
    with pytest.raises(ConfigError, match=r"'nowhere': .*hf download .*NERION_MINILM=FOLDER"):
        MiniLM.configured({"NERION_MINILM": "nowhere"})
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ConfigError, match=r"pip install 'nerion-gym\[minilm\]'"):
        MiniLM.configured({})
