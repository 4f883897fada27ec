"""Every program of the corpus is what worlds take it for: small, passing, of a stated strength."""

from __future__ import annotations

import ast
import re

import pytest

from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import control_of, corpus_names, corpus_task, measured
from nerion_gym.types.outcome import LearningClass

pytestmark = pytest.mark.sandbox
STATED = re.compile(r"Strength: (strong|fair|weak)\. \S.*\.", re.DOTALL)
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
    ((_, source),) = corpus_task(name).suite.files
    stated = ast.get_docstring(ast.parse(source))
    assert stated is not None
    assert STATED.fullmatch(stated)
