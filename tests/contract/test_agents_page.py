"""docs/agents.md is true: its Python and its YAML work, and it names every agent."""

import re
from pathlib import Path

import pytest

from nerion_gym.commands.agents import PADDED_AGENTS
from policies.configured import options_for
from policies.policy import NAMES
from tests.support.worlds import run_python

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agents.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.pure
def test_every_agent_is_named_with_the_form_that_it_takes():
    rows = re.findall(r"^\| `(\w+)` \| .* \| (graph|padded) \|$", TEXT, re.MULTILINE)
    assert dict(rows) == {name: "padded" if name in PADDED_AGENTS else "graph" for name in NAMES}


@pytest.mark.pure
def test_the_file_of_ones_own_is_one(tmp_path):
    (block,) = blocks("yaml")
    file = tmp_path / "mine.yml"
    file.write_text(block)
    found = options_for("dqn", "Nerion-LogicV2-v0", file=file)
    named = {"learning_rate": 0.001, "train_freq": 4, "gamma": 0.95}
    assert found == {**options_for("dqn"), **named}


@pytest.mark.sandbox
def test_its_python_runs():
    (block,) = blocks("python")
    assert run_python(block) == ""
