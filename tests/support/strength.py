"""How strong a suite is: the share of the mutations that it reaches and does not notice."""

from __future__ import annotations

import ast
import re

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.inject import is_reached, lines_reached
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.probing import PROBING_OPERATORS
from nerion_gym.tasks.builder import measured
from nerion_gym.types.edit import Kind
from nerion_gym.types.outcome import survived

STATED = re.compile(r"Strength: (strong|fair|weak)\. \S.*\.", re.DOTALL)
MUTATIONS = tuple(row for row in resolve(PROBING_OPERATORS) if row.kind is Kind.MUTATION)


def stated_strength(task):
    """Return what the docstring of a suite says, None where it says nothing of the kind."""
    ((_, source),) = task.suite.files
    found = STATED.fullmatch(ast.get_docstring(ast.parse(source)) or "")
    return None if found is None else found[1]


def share_of_survivors(task, runner):
    """Return (survivors / mutations that some test reaches, how many these are)."""
    task = measured(task, runner)
    lines = lines_reached(task.baseline.coverage)
    edits = enumerate_edits(task.program, MUTATIONS, None)
    reached = [edit for edit in edits if is_reached(task.program, lines, edit)]
    programs = [apply(task.program, edit) for edit in reached]
    outcomes = runner.run_many(programs, task.suite)
    left = sum(survived(outcome, task.baseline.control) for outcome in outcomes)
    return left / len(reached), len(reached)
