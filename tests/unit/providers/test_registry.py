"""The registry: names, the environment's choice, and nothing loaded before its time."""

import importlib

import pytest

from nerion_gym.commands import flags
from nerion_gym.errors import ConfigError
from nerion_gym.providers import registry
from nerion_gym.providers.registry import NAMES, PROVIDERS, VARIABLE, chosen, load, make_embedder
from nerion_gym.training.config import OFF, TrainConfig
from nerion_gym.types.semantics import Embedder


@pytest.mark.pure
def test_the_environment_chooses():
    assert chosen({}) == "hash"
    assert chosen({VARIABLE: ""}) == chosen({VARIABLE: "  "}) == "hash"
    assert chosen({}, default=OFF) == OFF
    assert [chosen({VARIABLE: name}) for name in NAMES] == list(NAMES)


@pytest.mark.pure
@pytest.mark.parametrize("name", ["minilmm", "MiniLM", "off", "none", "openai:gpt"])
def test_an_unknown_name_is_refused_with_those_that_there_are(name):
    with pytest.raises(ConfigError, match=f"{VARIABLE}={name!r}.*there are: hash, minilm, openai"):
        chosen({VARIABLE: name})
    with pytest.raises(ConfigError, match="there are: hash, minilm, openai"):
        make_embedder(name, {})


@pytest.mark.pure
def test_near_names_are_suggested():
    with pytest.raises(ConfigError, match="did you mean 'minilm'"):
        chosen({VARIABLE: "MiniLM-L6"})


def test_entry_points_lead_somewhere():
    for abilities in PROVIDERS.values():
        for entry in abilities.values():
            module, _, name = entry.partition(":")
            assert callable(getattr(importlib.import_module(module), name).configured)


@pytest.mark.pure
def test_what_a_provider_cannot_do_is_said(monkeypatch):
    with pytest.raises(ConfigError, match=r"'hash' cannot complete; .*there are: none"):
        load("hash", "complete", {})
    monkeypatch.setitem(PROVIDERS, "writer", {"complete": "nowhere:Writer"})
    with pytest.raises(ConfigError, match=r"'writer' cannot embed; .*: hash, minilm, openai"):
        load("writer", "embed", {})


@pytest.mark.pure
def test_the_flag_and_the_configuration_know_the_same_names():
    known = (OFF, *NAMES)
    assert ", ".join(known) == flags.SEMANTICS
    assert TrainConfig.model_fields["semantics"].annotation.__args__ == known


def test_the_default_is_an_embedder_behind_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NERION_CACHE", str(tmp_path / "cache.sqlite"))
    monkeypatch.delenv(VARIABLE, raising=False)
    found = make_embedder()
    assert isinstance(found, Embedder)
    assert found.model == "hash-1"
    assert found.embed(["a", "b"]).shape == (2, 256)
    found.close()
    assert registry.DEFAULT == "hash"
