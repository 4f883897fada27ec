"""Options of agents by world: what the shipped files name, which option stands over which."""

import inspect

import gymnasium as gym
import pytest
from sb3_contrib import MaskablePPO
from stable_baselines3 import DQN, PPO

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.errors import ConfigError
from policies import configured
from policies.configured import DEFAULT, FOLDER, options_for, sections
from policies.legal_dqn import LegalDQN
from policies.policy import AGENTS, make_policy
from policies.sb3 import ENCODER
from policies.sb3_algorithms import ALGORITHMS
from tests.support.worlds import IdentityWorld

pytestmark = pytest.mark.pure
FILES = sorted(FOLDER.glob("*.yml"))
OWN = {*ENCODER, "n_envs"} - {"semantics"}
NOT_OPTIONS = {"self", "policy", "env", "seed", "device", "policy_kwargs", "epsilon", "settings"}
KINDS = {"dqn": (DQN, LegalDQN), "maskable_ppo": (MaskablePPO,), "ppo": (PPO,)}


def known(algo):
    """Return the options that an agent of Stable-Baselines3 has."""
    parameters = (inspect.signature(kind.__init__).parameters for kind in KINDS[algo])
    return OWN.union(*parameters) - NOT_OPTIONS


def test_every_algorithm_has_a_file_and_every_file_an_agent():
    names = {file.stem for file in FILES}
    assert names >= set(ALGORITHMS)
    assert names <= set(AGENTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_names_only_registered_worlds_and_known_options(file):
    found = sections(file)
    assert DEFAULT in found
    for world, options in found.items():
        assert world == DEFAULT or world in gym.registry
        assert set(options) <= known(file.stem)
        # YAML reads 1e-3 as a text.
        assert all(isinstance(value, bool | int | float) for value in options.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_a_file_says_makes_an_agent(file):
    world = IdentityWorld()
    for name in sections(file):
        options = options_for(file.stem, name)
        learner = make_policy(file.stem, world.observation_space, world.action_space, 0, **options)
        given = {key: value for key, value in options.items() if hasattr(learner.model, key)}
        assert set(given) >= {"learning_rate", "gamma", "batch_size"}
        assert learner.model.gamma == options["gamma"]


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(configured, "FOLDER", tmp_path)
    (tmp_path / "ppo.yml").write_text(
        "default: {gamma: 0.9, n_steps: 64}\nWorld-v0: {gamma: 0.8, width: 8}\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("world", "given", "expected"),
    [
        (DEFAULT, {}, {"gamma": 0.9, "n_steps": 64}),
        ("Other-v0", {"gamma": 0.5}, {"gamma": 0.5, "n_steps": 64}),
        ("World-v0", {}, {"gamma": 0.8, "n_steps": 64, "width": 8}),
        ("module:World-v0", {"width": 4}, {"gamma": 0.8, "n_steps": 64, "width": 4}),
    ],
)
@pytest.mark.usefixtures("files")
def test_what_is_given_goes_before_the_world_and_that_before_default(world, given, expected):
    assert options_for("ppo", world, given) == expected
    # What is complete stays what it is.
    assert options_for("ppo", DEFAULT, expected) == expected
    assert options_for("uniform", world, given) == given


def test_a_file_of_ones_own_stands_over_the_agents_default(files):
    mine = files / "mine.yml"
    mine.write_text("default: {gamma: 0.7}\nOther-v0: {width: 4}\n")
    assert options_for("ppo", file=mine) == {"gamma": 0.7, "n_steps": 64}
    found = options_for("ppo", "Other-v0", {"gamma": 0.6}, file=mine)
    assert found == {"gamma": 0.6, "n_steps": 64, "width": 4}
    assert options_for("ppo", "World-v0", file=mine) == {"gamma": 0.7, "n_steps": 64}


@pytest.mark.parametrize(
    ("count", "given", "expected"),
    [
        (1, {}, (64, 4, 2)),
        (2, {}, (32, 2, 2)),
        (3, {}, (21, 1, 2)),
        (8, {}, (8, 1, 4)),
        (100, {}, (1, 1, 50)),
        (8, {"n_steps": 6, "train_freq": 3}, (6, 3, 2)),
        (8, {"gradient_steps": 1}, (8, 4, 1)),
    ],
)
def test_with_many_environments_updates_stay_as_frequent(tmp_path, count, given, expected):
    file = tmp_path / "any.yml"
    file.write_text("default: {n_steps: 64, train_freq: 4, gradient_steps: 2}\n")
    options = options_for("any", given={"n_envs": count, **given}, file=file)
    found = tuple(options[name] for name in ("n_steps", "train_freq", "gradient_steps"))
    assert found == expected
    assert options_for("any", given=options, file=file) == options


@pytest.mark.parametrize("count", [0, -1, 1.5, "two"])
def test_no_such_number_of_environments(count):
    with pytest.raises(ConfigError, match=f"n_envs={count!r}: expected a whole number"):
        options_for("ppo", given={"n_envs": count})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("- a\n", "['a']"),
        ("gamma: 0.9\n", "'gamma'"),
        ("default:\n", "'default'"),
        ("default: {1: 2}\n", "'default'"),
        ("3: {gamma: 1}\n", "3"),
        ("", "None"),
    ],
)
def test_what_is_not_sections_of_options_is_refused(files, text, name):
    (files / "ppo.yml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        options_for("ppo")
    assert str(files / "ppo.yml") in str(caught.value)
    assert name in str(caught.value)
    assert "a world's id or 'default'" in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(files):
    (files / "ppo.yml").write_text("default: {gamma: [")
    with pytest.raises(ConfigError, match=r"ppo\.yml: cannot read options"):
        options_for("ppo")
    (files / "ppo.yml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match=r"ppo\.yml: cannot read options"):
        options_for("ppo")
    with pytest.raises(ConfigError, match=r"nowhere\.yml: cannot read options"):
        options_for("uniform", file=files / "nowhere.yml")
