"""What steps a second are measured over, without any process."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.world_rates import (
    BARS,
    RESULTS,
    ROWS,
    STRETCH,
    actions_of,
    chosen,
    table,
    verdict,
)
from envs_registry import WORLDS

pytestmark = pytest.mark.pure


def seen(mask, last):
    edits = np.zeros((len(mask), 6), np.int16)
    edits[:, 5] = last
    return {"action_mask": np.array(mask, np.int8), "edits": edits}


def test_every_registered_world_is_measured():
    assert {world for world, _ in ROWS} == set(WORLDS)


def test_an_edit_is_not_tried_twice_while_another_is_left():
    observation = seen([1, 1, 1, 0], [0, 2, 0, 0])
    rng = np.random.default_rng(0)
    assert {chosen(observation, rng) for _ in range(20)} == {2}


def test_where_all_is_tried_any_legal_action_is_taken():
    observation = seen([1, 1, 1, 0], [0, 1, 2, 0])
    rng = np.random.default_rng(0)
    assert {chosen(observation, rng) for _ in range(50)} == {0, 1, 2}


def test_a_batch_has_an_action_for_each_environment():
    rows = [seen([0, 0, 1], [0, 0, 0]), seen([0, 1, 0], [0, 0, 0])]
    batch = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
    assert actions_of(batch, np.random.default_rng(0)).tolist() == [2, 1]


@pytest.mark.parametrize("kind", ["uncached", "cached"])
def test_a_rate_is_told_by_its_bars(kind):
    assert verdict(kind, BARS[kind] - 1) == "missed"
    assert verdict(kind, BARS[kind]) == "bar"
    assert verdict(kind, STRETCH[kind]) == "stretch"


def test_the_page_has_the_table_of_the_record():
    page = (Path(__file__).parents[3] / "docs" / "scores.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- rates -->\n")[2].partition("<!-- /rates -->")[0]
    assert shown.splitlines() == table(json.loads(RESULTS.read_text())["rows"])
