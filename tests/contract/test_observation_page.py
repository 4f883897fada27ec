"""docs/observation.md is true: its vocabulary is that of the code."""

import re
from pathlib import Path

import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.relations import MOST_CHECKS, MOST_INFECTED
from nerion_gym.types.check import CheckKind
from nerion_gym.types.trace import Infection

pytestmark = pytest.mark.pure
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "observation.md").read_text(encoding="utf-8")


def test_the_profiles_are_those_of_the_code():
    table = PAGE.partition("<!-- profiles -->")[2].partition("<!-- /profiles -->")[0]
    rows = re.findall(r"^ *\| (\d+) to (\d+) \| ([^|]+) \|$", table, re.MULTILINE)
    told: list[str] = []
    for first, last, names in rows:
        assert int(first) == len(told)
        told += names.split(", ")
        assert int(last) == len(told) - 1
    assert told == ["unknown", *schema.PROFILE_TEXTS[1:]]


def test_classes_kinds_and_bounds_are_those_of_the_code():
    words = [f"{int(kind)} {kind.name.lower().replace('_', ' ')}" for kind in Infection]
    assert ", ".join(words) in " ".join(PAGE.split())
    for kind in CheckKind:
        assert f"`{kind.value}`" in PAGE
    assert f"at most {MOST_INFECTED} a site" in PAGE
    assert f"at most {MOST_CHECKS};" in PAGE
