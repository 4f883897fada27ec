"""Tables: what they refuse, what they say, and that every form shows the same numbers."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from nerion_gym.errors import ConfigError
from nerion_gym.report.tables import SMOKE, Metric, compare

pytestmark = pytest.mark.pure

METRICS = (Metric("survivors", "survivors"), Metric("surprise", "surprise (nats)", 2))


def runs(algo, survivors, surprise=0.5):
    """Return one result a seed."""
    return [
        {"algo": algo, "seed": seed, "survivors": found, "surprise": surprise}
        for seed, found in enumerate(survivors)
    ]


def table(*results):
    """Compare with a fixed generator."""
    return compare("demo", [run for rows in results for run in rows], METRICS, rng())


def rng():
    return np.random.default_rng(0)


def test_rows_are_interquartile_means_in_the_order_of_agents():
    found = table(runs("uniform", [1, 2, 3, 100]), runs("curiosity", [4, 4, 4]))
    assert [row.agent for row in found.rows] == ["uniform", "curiosity"]
    assert found.rows[0].cells[0].point == 2.5
    assert found.rows[0].cells[0].low <= 2.5 <= found.rows[0].cells[0].high
    assert found.texts()[2] == ["curiosity", "3", "4.0", "0.50"]


def test_fewer_than_three_seeds_are_refused():
    with pytest.raises(ConfigError, match=r"curiosity has 2 seed\(s\).*at least 3"):
        table(runs("uniform", [1, 2, 3]), runs("curiosity", [1, 2]))
    with pytest.raises(ConfigError, match="no runs"):
        table()
    with pytest.raises(ConfigError, match="two runs with seed 0"):
        table(runs("uniform", [1, 2, 3]), runs("uniform", [1]))


def test_fewer_than_ten_seeds_are_called_a_smoke_run():
    few, many = runs("a", [1] * 9), runs("b", [1] * 10)
    assert table(many, few).heading == SMOKE
    assert table(many).heading == ""
    for shown in (table(few).plain(), table(few).markdown(), json.dumps(table(few).as_json())):
        assert "smoke run, not evidence" in shown


def test_no_form_shows_a_best_seed():
    found = table(runs("a", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 97.0]))
    assert "97" not in found.plain() + found.markdown() + json.dumps(found.as_json()["rows"])


def test_what_a_run_did_not_measure_is_a_dash():
    found = table(runs("ppo", [1, 2, 3], surprise=None))
    assert found.texts()[1][3] == "-"
    assert found.as_json()["rows"][0]["metrics"]["surprise"] is None


def test_the_forms_agree():
    found = table(runs("uniform", [1, 2, 6]), runs("curiosity", [4, 5, 9]))
    cells = [text for line in found.texts() for text in line]
    stream = io.StringIO()
    Console(file=stream, width=120).print(found.rich())
    assert all(part in stream.getvalue() for text in cells for part in text.split(" "))
    for shown in (found.plain(), found.markdown()):
        assert all(text in shown for text in cells)
        assert "95% bootstrap interval" in shown
    assert found.markdown().splitlines()[4].count("|") == len(METRICS) + 3
    (first, _) = found.as_json()["rows"]
    assert first["metrics"]["survivors"]["iqm"] == 3.0
    assert first["metrics"]["survivors"]["low"] == found.rows[0].cells[0].low


def test_the_interval_repeats_with_the_generator():
    rows = runs("uniform", [1, 2, 6, 3])
    assert compare("t", rows, METRICS, rng()) == compare("t", rows, METRICS, rng())
