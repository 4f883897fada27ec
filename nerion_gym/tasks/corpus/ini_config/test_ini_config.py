"""Strength: weak. One small file is read; references, lists, errors and dump() are not used."""

import pytest
from ini_config import Config, ConfigError

TEXT = """\
# a comment
name = demo

[server]
host = localhost
port = 8080
debug = yes
"""


@pytest.fixture
def config():
    return Config.parse(TEXT)


def test_sections(config):
    assert "server" in config


def test_get(config):
    assert config.get("server", "host") == "localhost"


def test_get_falls_back_to_default(config):
    assert config.get("server", "name") == "demo"


def test_get_int(config):
    assert config.get_int("server", "port") == 8080


def test_get_bool(config):
    assert config.get_bool("server", "debug")


def test_broken_line():
    with pytest.raises(ConfigError):
        Config.parse("what is this")
