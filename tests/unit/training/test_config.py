"""Configuration: names of rl-zoo3, strict keys, key:value pairs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from nerion_gym.errors import ConfigError
from nerion_gym.training.config import literal, parse_pairs, train_config

pytestmark = pytest.mark.pure


def test_defaults_are_complete_and_bounded():
    config = train_config({})
    assert config.executions == 100
    assert config.budget.max_steps == 2000
    assert train_config({"n_timesteps": 50}).executions is None
    assert train_config({"n_timesteps": 50}).budget.max_steps == 50
    assert train_config({"n_timesteps": 50, "executions": 7}).budget.max_steps == 50


def test_a_configuration_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        train_config({}).seed = 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sed": 1}, "unknown key 'sed' .did you mean 'seed'"),
        ({"N_Timestep": 1}, "did you mean 'n_timesteps'"),
        ({"zzz": 1}, "unknown key 'zzz'; keys: env"),
        ({"seed": -1}, "seed=-1: .*greater than or equal to 0"),
        ({"executions": 0}, "executions=0"),
        ({"executions": "many"}, "executions='many'.*valid integer"),
    ],
)
def test_mistakes_name_the_key_and_the_way_out(values, message):
    with pytest.raises(ConfigError, match=message):
        train_config(values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("src/mypkg", "src/mypkg"),
        ("./toolz-1.2.0/toolz", "./toolz-1.2.0/toolz"),
        ("C:/a b", "C:/a b"),
        ("tests", "tests"),
        ("3", 3),
        ("3e-4", 3e-4),
        ("True", True),
        ("None", None),
        ("['a.py', 'b.py']", ["a.py", "b.py"]),
        ("'12'", "12"),
        ("", ""),
        ("((((", "(((("),
        ("a\0b", "a\0b"),
    ],
)
def test_values_are_literals_or_text(text, value):
    assert literal(text) == value
    assert type(literal(text)) is type(value)


def test_pairs_split_at_the_first_colon():
    found = parse_pairs(["path:a:b", "lr:1e-3", "tests:t"], "--env-kwargs")
    assert found == {"path": "a:b", "lr": 1e-3, "tests": "t"}


@pytest.mark.parametrize("pair", ["path", ":x", "a b:1", "-x:1"])
def test_what_is_no_pair_is_refused(pair):
    with pytest.raises(ConfigError, match=r"--env-kwargs .*expected key:value"):
        parse_pairs([pair], "--env-kwargs")


def test_a_key_given_twice_is_refused():
    with pytest.raises(ConfigError, match="'path' was given twice"):
        parse_pairs(["path:a", "path:b"], "--env-kwargs")
