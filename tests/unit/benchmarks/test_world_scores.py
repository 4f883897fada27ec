"""Scores of worlds: the greedy agent's order, and the table of what is on record."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.world_scores import RECORD, ROOT, greedy, legal, reference, table, uniform
from envs_registry import WORLDS

pytestmark = pytest.mark.pure
RNG = np.random.default_rng(0)


def observed(*rows):
    """An observation with edits of these (infection class, last outcome)."""
    edits = np.zeros((len(rows) + 2, 6), np.int16)
    edits[1 : len(rows) + 1, 4:] = np.array(rows, np.int16).reshape(-1, 2)
    mask = np.zeros(len(rows) + 2, np.int8)
    mask[1 : len(rows) + 1] = 1
    return {"edits": edits, "action_mask": mask}


def env_of(commit):
    return SimpleNamespace(world=SimpleNamespace(commit=commit))


def test_the_greedy_agent_probes_what_no_test_can_notice_and_repairs_what_changes_values():
    seen = observed((0, 0), (1, 0), (2, 0), (3, 0), (4, 0))
    assert greedy(env_of("never"), seen, RNG) == 3
    assert greedy(env_of("if_green"), seen, RNG) == 3
    assert greedy(env_of("always"), seen, RNG) == 5


def test_the_greedy_agent_takes_what_was_tried_last():
    seen = observed((2, 1), (4, 0), (3, 0))
    assert greedy(env_of("never"), seen, RNG) == 3
    assert greedy(env_of("never"), observed((2, 1), (2, 1)), RNG) in (1, 2)


def test_submit_is_chosen_only_where_nothing_else_is_legal():
    empty = observed()
    empty["action_mask"][0] = 1
    assert list(legal(empty)) == [0]
    full = observed((0, 0))
    full["action_mask"][0] = 1
    assert uniform(env_of("never"), full, RNG) == 1


def test_the_reference_follows_the_task():
    env = SimpleNamespace(
        edits=("a", "b", "c"),
        task=SimpleNamespace(reference=("c", "b")),
        current=SimpleNamespace(steps=1),
    )
    assert reference(env, {}, RNG) == 2


def row(agent, returns, seed=0):
    return {
        "world": "W-v0",
        "arguments": {},
        "agent": agent,
        "seed": seed,
        "episodes": 2,
        "returns": returns,
    }


def test_the_table_compares_episodes_of_the_same_task():
    lines = table([row("uniform", [0.1, 0.2]), row("reference", [0.2, 0.8]), row("greedy", [])])
    assert lines[2:] == [
        "| W-v0 | uniform | 2 | 0.1500 | 0.375 |",
        "| W-v0 | reference | 2 | 0.5000 | 1.000 |",
    ]
    assert table([row("uniform", [1.0, 2.0])])[2:] == ["| W-v0 | uniform | 2 | 1.5000 |  |"]


def test_the_page_of_scores_has_the_table_of_the_record():
    page = (ROOT / "docs" / "scores.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- scores -->\n")[2].partition("<!-- /scores -->")[0]
    rows = json.loads(RECORD.read_text())["rows"]
    assert shown.splitlines() == table(rows)


def test_worlds_whose_best_return_is_known_say_when_they_are_solved():
    gaps = json.loads((ROOT / "tests" / "golden" / "gaps.json").read_text())
    best = {
        "Nerion-ToyMath-v0": len(gaps["math_logic"]),
        "Nerion-LogicV2-v0": len(gaps["logic_v2"]),
    }
    best |= {"Nerion-Repair-v0": 1, "Nerion-MultiFile-v0": 1}
    told = {name: WORLDS[name]["reward_threshold"] for name in WORLDS}
    assert {name: value for name, value in told.items() if value} == {
        name: pytest.approx(0.95 * most) for name, most in best.items()
    }
