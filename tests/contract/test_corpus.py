"""Every program of the corpus is what worlds take it for: small, passing, of a stated strength."""

from __future__ import annotations

import pytest

from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import (
    control_of,
    corpus_names,
    corpus_task,
    measured,
    package_names,
    package_task,
)
from nerion_gym.types.outcome import LearningClass
from tests.support.strength import share_of_survivors, stated_strength

pytestmark = pytest.mark.sandbox
BANDS = {"strong": (0.0, 0.1), "fair": (0.07, 0.25), "weak": (0.2, 0.65)}
"""Stated strength -> least and most of the mutations reached that a suite does not notice."""
WORLDS = {"logic_v2", "math_logic"}
"""Whose gaps are listed one by one (`test_gaps`); their suites state nothing else."""


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as runner:
        yield runner


def test_there_are_enough():
    assert len(corpus_names()) >= 60


@pytest.mark.parametrize("name", corpus_names())
def test_it_is_small_and_all_its_tests_pass(name, runner):
    task = measured(corpus_task(name), runner)
    (_, source), *others = task.program.files
    assert not others
    assert 20 <= len(source.splitlines()) <= 200
    classes = set(control_of(task).classes.values())
    assert classes == {LearningClass.PASS}


@pytest.mark.parametrize("name", sorted(set(corpus_names()) - WORLDS))
def test_its_suite_states_its_strength(name):
    assert stated_strength(corpus_task(name)) in BANDS


@pytest.mark.parametrize("name", package_names())
def test_a_program_of_several_files_is_small_and_all_its_tests_pass(name, runner):
    task = measured(package_task(name), runner)
    assert 3 <= len(task.program.files) <= 6
    lines = sum(len(source.splitlines()) for _, source in task.program.files)
    assert 60 <= lines <= 200
    assert set(control_of(task).classes.values()) == {LearningClass.PASS}
    imported = [path for path, source in task.program.files if f"from {name}".encode() in source]
    assert len(imported) >= 2
    assert stated_strength(task) in BANDS


@pytest.mark.slow
@pytest.mark.parametrize("name", [*sorted(set(corpus_names()) - WORLDS), *package_names()])
def test_a_suite_is_as_strong_as_it_says(name, runner):
    task = package_task(name) if name in package_names() else corpus_task(name)
    share, count = share_of_survivors(task, runner)
    least, most = BANDS[stated_strength(task)]
    assert count >= 15
    assert least <= share <= most
