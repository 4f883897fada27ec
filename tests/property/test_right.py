"""A hundred edits drawn from the commit's hash: the same verdicts as a cold pytest, each time."""

import ast
from collections import Counter

import numpy as np
import pytest

from nerion_gym.edits.preview import apply
from nerion_gym.execution.runner import LocalRunner
from tests.support.right import (
    FIXED_SEED,
    PACKAGES,
    compare,
    in_turn,
    is_outside,
    seed_of_commit,
    shuffled,
    task_of,
)
from tests.support.structural import structural_edits

pytestmark = pytest.mark.sandbox
EDITS = 100
# For a cold run; one that this ends too early is repeated with three times as much.
COLD_SECONDS = 6.0
# Quick suites get more of them.
WEIGHTS = {"tenacity": 0.08, "h11": 0.1, "toolz": 0.12, "inflection": 0.14}


def shares():
    """Return package -> how many of the hundred edits it gets; the rest goes to the others."""
    counts = {name: round(EDITS * WEIGHTS[name]) for name in PACKAGES if name in WEIGHTS}
    others = [name for name in PACKAGES if name not in WEIGHTS]
    each, more = divmod(EDITS - sum(counts.values()), len(others))
    return counts | {name: each + (index < more) for index, name in enumerate(others)}


@pytest.mark.slow
def test_a_hundred_edits_of_this_commit_agree():
    seed, found, outside, routes = seed_of_commit(), [], 0, Counter()
    for name, count in shares().items():
        task = task_of(name)
        with LocalRunner(cache=False) as runner:
            result = compare(task, shuffled(task, seed)[:count], runner, COLD_SECONDS)
        found += [f"{name}: {line}" for line in result.lines]
        outside += result.outside
        routes.update(result.routes)
    assert found == [], f"seed {seed}"
    assert sum(routes.values()) == EDITS
    assert outside >= EDITS // 4
    assert routes["swap"] >= 10
    assert routes["reimport"] >= 10


@pytest.mark.pure
def test_two_of_five_edits_lie_outside_functions():
    task = task_of("logic_v2")
    edits = shuffled(task, FIXED_SEED)
    assert len(set(edits)) == len(edits)
    assert edits != shuffled(task, FIXED_SEED + 1)
    outside = [is_outside(task.program, edit) for edit in edits]
    assert 0.25 < np.mean(outside[:60]) < 0.55


@pytest.mark.slow
def test_structural_edits_parse_and_change_what_they_say():
    task = task_of("tinydb")
    names = Counter()
    for edit in structural_edits(task.program):
        changed = apply(task.program, edit)
        (path,) = {splice.path for splice in edit.splices}
        ast.parse(changed.source(path))
        assert changed != task.program
        names[edit.operator] += 1
    assert {name for name, count in names.items() if count >= 2} >= {
        "move_lines", "append", "drop_statement", "drop_decorator", "drop_function",
        "change_docstring", "change_default",
    }  # fmt: skip


@pytest.mark.pure
def test_the_hundred_are_shared_out_whole():
    assert sum(shares().values()) == EDITS
    assert set(shares()) == set(PACKAGES)
    assert min(shares().values()) >= 4


@pytest.mark.pure
def test_all_kinds_of_edits_take_turns():
    task = task_of("logic_v2")
    edits = in_turn(task, FIXED_SEED)
    kinds = {edit.operator for edit in edits}
    assert len(set(edits)) == len(edits)
    assert {edit.operator for edit in edits[: len(kinds)]} == kinds
    assert len(kinds) > 40
    assert edits != in_turn(task, FIXED_SEED + 1)
