"""What steps a second are measured over, without any process."""

import numpy as np
import pytest

from benchmarks.world_rates import BARS, ROWS, STRETCH, actions_of, chosen, verdict
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
