"""Flaky and order-dependent suites, with the real runner."""

import gymnasium as gym
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.errors import TaskError
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.steady import OrderWarning
from nerion_gym.tasks.package_flaky import FlakyTestsWarning, left_out
from tests.support.cold import differences, run_cold
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox
SOURCE = """\
SEEN = []


def see(value):
    SEEN.append(value + 0)
    return len(SEEN)
"""
ORDERED = """\
import m


def test_first():
    assert m.see(1) == 1


def test_second():
    assert m.see(2) == 2


def test_apart():
    assert m.see
"""
COIN = """\
from pathlib import Path

import pytest
from m import see


def test_see():
    assert see(1)


def test_see_more():
    assert see(2) >= 1


def test_see_most():
    assert see(3) <= 3


@pytest.mark.parametrize("side", ["[heads]", "t::ails"])
def test_coin(side):
    counter = Path({counter!r} + side[1])
    counter.write_text(counter.read_text() + "x" if counter.exists() else "x")
    assert len(counter.read_text()) % 2
"""


def test_a_steady_suite_that_depends_on_order_is_named_and_judged_as_pytest_does():
    program, suite = project(SOURCE, ORDERED)
    with LocalRunner(cache=False) as runner:
        with pytest.warns(OrderWarning, match="2 tests depend on the order.*test_first"):
            baseline = measure(runner, program, suite)
        assert baseline.control.passing() == 3
        for before, after in [("value + 0", "value - 0"), ("len(SEEN)", "len(SEEN) + 1")]:
            changed = edited(program, before, after)
            outcome = runner.run(changed, suite)
            assert differences(outcome, run_cold(changed, suite)) == []


@pytest.fixture
def coin(tmp_path, monkeypatch):
    # Which side was up last is remembered where no confined run may write.
    monkeypatch.setenv("NERION_UNSAFE", "1")
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "m.py").write_text(SOURCE)
    text = COIN.format(counter=str(tmp_path / "counter"))
    (root / "tests" / "test_m.py").write_text(text)
    return root / "m.py"


@pytest.mark.filterwarnings("ignore:NERION_UNSAFE=1")
def test_flaky_tests_are_refused_with_both_ways_out(coin):
    env = gym.make("Nerion-Repo-v0", path=str(coin))
    with pytest.raises(TaskError, match=r"flaky tests: tests/test_m\.py::test_coin.*") as caught:
        env.reset(seed=0)
    assert "--deselect=" in str(caught.value)
    assert "flaky='majority'" in str(caught.value)


@pytest.mark.filterwarnings("ignore:NERION_UNSAFE=1")
def test_the_steady_majority_goes_on_and_says_who_is_left_out(coin):
    with pytest.warns(FlakyTestsWarning, match=r"left out 2 of 5 tests.*test_coin\[t::ails\]"):
        env = gym.make("Nerion-Repo-v0", path=str(coin), flaky="majority")
    _, info = env.reset(seed=0)
    assert info["passed"] == 3
    assert left_out(env.unwrapped.task.suite) == (
        "tests/test_m.py::test_coin[[heads]]",
        "tests/test_m.py::test_coin[t::ails]",
    )
    # Each of these runs would fall on the other side of the coins.
    passed = [env.step(1)[4]["passed"] for _ in range(2)]
    assert passed[0] == passed[1] <= 3
