"""From the flag to the table: who decides, which words are in it, what the manifest says."""

import gymnasium as gym
import numpy as np
import pytest
import yaml

import nerion_gym  # noqa: F401 - registers the worlds
from nerion_gym.commands import flags
from nerion_gym.commands.agents import PADDED_AGENTS, make_agent, make_env
from nerion_gym.commands.running import run_training
from nerion_gym.commands.words import READERS, chosen_semantics, vocabulary, word_table
from nerion_gym.errors import ConfigError, ProviderError
from nerion_gym.graphs import schema
from nerion_gym.graphs.words import token_id
from nerion_gym.logbook.reading import read_manifest
from nerion_gym.training.config import train_config
from nerion_gym.types.semantics import Semantics
from tests.support.models import says, serving

VARIABLE = "NERION_SEMANTIC_PROVIDER"
SECRET = "sk-nobody-may-see-this"  # noqa: S105 - made up
WORLD = "Nerion-ToyMath-v0"


@pytest.fixture(autouse=True)
def _surroundings(tmp_path, monkeypatch):
    """No settings of whoever runs the tests, and a cache of our own."""
    for name in (VARIABLE, "OPENAI_API_KEY", "NERION_PROVIDER_KEY", "NERION_PROVIDER_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NERION_CACHE", str(tmp_path / "cache" / "known.sqlite"))


def config(tmp_path, **changes):
    values = {"env": WORLD, "executions": 2, "tensorboard_log": tmp_path / "runs"}
    return train_config(values | changes)


# --- who decides --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "variable", "algo", "expected"),
    [
        (None, None, "curiosity", "off"),
        (None, "", "curiosity", "off"),
        (None, "hash", "curiosity", "hash"),
        (None, "openai", "ppo", "openai"),
        (None, "minilm", "uniform", "off"),
        ("off", "hash", "curiosity", "off"),
        ("minilm", "hash", "curiosity_uniform", "minilm"),
        ("off", None, "uniform", "off"),
        (None, "nonsense", "uniform", "off"),
    ],
)
def test_the_flag_goes_before_the_environment(monkeypatch, flag, variable, algo, expected):
    if variable is not None:
        monkeypatch.setenv(VARIABLE, variable)
    assert chosen_semantics(flag, algo) == expected


def test_what_cannot_be_is_refused(monkeypatch):
    with pytest.raises(ConfigError, match=r"--semantics 'hsah': .*did you mean 'hash'.*off, hash"):
        chosen_semantics("hsah", "curiosity")
    with pytest.raises(ConfigError, match="uniform reads no words; those that do: curiosity, "):
        chosen_semantics("hash", "uniform")
    with pytest.raises(ConfigError, match="semantics='hsah'"):
        train_config({"semantics": "hsah"})
    monkeypatch.setenv(VARIABLE, "gemini")
    with pytest.raises(ConfigError, match=f"{VARIABLE}='gemini': no such provider"):
        chosen_semantics(None, "curiosity")


def test_readers_are_agents_that_take_a_table():
    assert set(flags.AGENTS.split(", ")) >= READERS
    for algo in READERS:
        options = {"observation": "padded"} if algo in PADDED_AGENTS else {}
        env = gym.make(WORLD, **options)
        table = np.zeros((schema.TOKENS, 4), np.float32)
        table[5] = 1.0
        make_agent(train_config({"algo": algo}), env, Semantics("hash", "m", table))


def test_it_is_no_hyperparameter():
    env = gym.make(WORLD)
    with pytest.raises(ConfigError, match="--semantics hash"):
        make_agent(train_config({"hyperparams": {"semantics": "hash"}}), env)


# --- which words --------------------------------------------------------------------------------


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["Nerion-ToyMath-v0", "Nerion-LogicV2-v0"])
def test_every_token_that_an_agent_sees_has_a_row(tmp_path, name):
    settings = config(tmp_path, env=name, semantics="hash")
    env = make_env(settings)
    found = word_table(settings, env)
    known = set(np.flatnonzero(found.table.any(axis=1)).tolist())
    observation, _ = env.reset(seed=1)
    shown = set(observation["graph"].nodes[:, schema.TOKEN].tolist()) - {0}
    inserted = set(observation["edits"][:, 3].tolist()) - {0}
    assert len(shown) > 30
    assert len(inserted) > 5
    assert shown <= known
    assert inserted <= known


class Drawn:
    """A generator that gives tasks in turn."""

    def __init__(self, *tasks):
        self.tasks, self.count = tasks, 0

    def sample(self, rng, options):
        assert options == {}
        self.count += 1
        return self.tasks[int(rng.integers(len(self.tasks)))]


def test_words_of_several_tasks_are_gathered():
    worlds = [gym.make(name).unwrapped.world for name in (WORLD, "Nerion-LogicV2-v0")]
    tasks = [world.generator.sample(np.random.default_rng(0), {}) for world in worlds]

    class Both:
        generator = Drawn(*tasks)
        operators = worlds[0].operators

    texts = vocabulary(Both, 0)
    alone = [vocabulary(world, 0) for world in worlds]
    assert texts == alone[0] | alone[1]
    assert alone[0] - alone[1]
    assert {"multiply", "math_logic.py", "return", "None"} <= alone[0]
    assert {text for text in alone[0] if text.startswith("test_")}
    assert {token_id(text) for text in schema.TOKEN_TEXTS[1:]} <= {token_id(t) for t in texts}


# --- a run --------------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_a_run_says_what_told_it_what_words_mean(tmp_path):
    folder, _ = run_training(config(tmp_path, semantics="hash"))
    said = read_manifest(folder)["semantics"]
    assert (said["provider"], said["model"], said["dimension"]) == ("hash", "hash-1", 256)
    assert said["token_ids"] > 200
    assert yaml.safe_load((folder / "config.yaml").read_text())["semantics"] == "hash"
    folder, _ = run_training(config(tmp_path, algo="uniform"))
    assert read_manifest(folder)["semantics"] is None


@pytest.mark.sandbox
def test_a_run_with_a_server_keeps_its_key_to_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("NERION_PROVIDER_KEY", SECRET)
    monkeypatch.setenv("NERION_PROVIDER_MODEL", "small")
    with serving() as server:
        monkeypatch.setenv("NERION_PROVIDER_BASE_URL", server.url)
        folder, _ = run_training(config(tmp_path, semantics="openai", save=True))
        assert server.seen[0].headers["Authorization"] == f"Bearer {SECRET}"
        asked = [text for request in server.seen for text in request.question["input"]]
        assert len(asked) == len(set(asked))
        count = len(server.seen)
        run_training(config(tmp_path, semantics="openai"))
        assert len(server.seen) == count  # the second run found everything on disk
    said = read_manifest(folder)["semantics"]
    assert said == {
        "provider": "openai",
        "model": f"small@{server.url}",
        "dimension": 8,
        "token_ids": said["token_ids"],
    }
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert [path.name for path in written if SECRET.encode() in path.read_bytes()] == []


def test_a_refusal_makes_no_run_and_shows_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("NERION_PROVIDER_KEY", SECRET)
    monkeypatch.setenv("NERION_PROVIDER_MODEL", "small")
    with serving(says({"error": {"message": f"bad key {SECRET}"}}, 401)) as server:
        monkeypatch.setenv("NERION_PROVIDER_BASE_URL", server.url)
        with pytest.raises(ProviderError, match="HTTP 401") as caught:
            run_training(config(tmp_path, semantics="openai"))
    assert SECRET not in repr(caught.value)
    assert not (tmp_path / "runs").exists()
    monkeypatch.delenv("NERION_PROVIDER_BASE_URL")
    monkeypatch.delenv("NERION_PROVIDER_KEY")
    with pytest.raises(ConfigError, match="wants a key"):
        run_training(config(tmp_path, semantics="openai"))
