"""The suites of the probing worlds leave a listed set of gaps: the mutations that no test notices.

`NERION_GOLDEN=write python -m pytest tests/contract/test_gaps.py` writes the golden file
anew; read its difference before you commit it, it changes what the worlds reward.
"""

import json
import os
from pathlib import Path

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.probing import PROBING_OPERATORS
from nerion_gym.envs.render import describe_edit
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import control_of, corpus_task, measured
from nerion_gym.types.edit import Kind
from nerion_gym.types.outcome import survived

pytestmark = pytest.mark.sandbox
PROBED = ("logic_v2", "math_logic")
"""Programs that a world rewards survivors of."""
GOLDEN = Path(__file__).parents[1] / "golden" / "gaps.json"


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as runner:
        yield runner


def mutations(task):
    kinds = {operator.name: operator.kind for operator in resolve(PROBING_OPERATORS)}
    catalog = enumerate_edits(task.program, resolve(PROBING_OPERATORS), None)
    return [edit for edit in catalog if kinds[edit.operator] is Kind.MUTATION]


def gaps_of(task, runner):
    control = control_of(task)
    return [
        describe_edit(edit, task.program)
        for edit in mutations(task)
        if survived(runner.run(apply(task.program, edit), task.suite), control)
    ]


@pytest.mark.parametrize("name", PROBED)
def test_the_suites_leave_exactly_the_listed_gaps(name, runner):
    task = measured(corpus_task(name), runner)
    found = gaps_of(task, runner)
    listed = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("NERION_GOLDEN") == "write":
        listed[name] = found
        GOLDEN.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n")
    assert found == listed[name]
    assert len(found) >= 0.1 * len(mutations(task))
    assert len(found) < 0.5 * len(mutations(task))
