"""Programs made dearer: listed refactors lead back, step by step, and the meaning stays."""

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.inflate import inflate
from nerion_gym.edits.inject import tree_of
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS, resolve
from nerion_gym.edits.untidy import ADD_DEAD_CODE, ADD_ELSE, ADD_HELPER, untidy_edits
from nerion_gym.envs.worlds.simplify import OPERATORS as LISTED
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.costs import COSTS, program_cost
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Focus, FunctionRef, Program

pytestmark = pytest.mark.pure

SOURCE = b"""\
def grade(points, most):
    if points > most:
        raise ValueError(points)
    share = points / most
    return "good" if share > 0.5 else "poor"


def total(rows):
    found = [row * 2 for row in rows if row]
    if found and rows:
        found.append(0)
    return sum(found) + len(rows)
"""
PROGRAM = Program.from_files({"m.py": SOURCE})
REFACTORS = resolve(LISTED)


def draw(cost="size", k=3, seed=0, **more):
    return inflate(PROGRAM, cost, k, np.random.default_rng(seed), REFACTORS, **more)


def results(program):
    """What the functions give for some arguments."""
    names = {}
    exec(program.source("m.py"), names)  # noqa: S102 - the program above
    grades = [names["grade"](points, 4) for points in (0, 2, 3, 4)]
    return grades, names["total"]([0, 1, 5]), names["total"]([])


@pytest.mark.parametrize("cost", sorted(COSTS))
@pytest.mark.parametrize("seed", range(6))
def test_the_reference_is_listed_and_each_step_makes_it_cheaper(cost, seed):
    found = draw(cost, seed=seed)
    assert 1 <= len(found.edits) == len(found.reference) <= 3
    now = found.program
    assert results(now) == results(PROGRAM)
    for edit in found.reference:
        assert edit in enumerate_edits(now, REFACTORS, None)
        before, now = program_cost(now, cost), apply(now, edit)
        assert program_cost(now, cost) < before
    assert tree_of("m.py", now.source("m.py")) == tree_of("m.py", SOURCE)


def test_the_same_seed_gives_the_same_program_and_another_another():
    assert draw(seed=3) == draw(seed=3)
    assert len({draw(seed=seed).program for seed in range(8)}) > 4


@pytest.mark.parametrize(
    ("kind", "refactor"),
    [
        (ADD_HELPER, "inline_function"),
        (ADD_DEAD_CODE, "remove_dead_code"),
        (ADD_ELSE, "remove_redundant_else"),
    ],
)
def test_what_no_operator_writes_is_written_too(kind, refactor):
    assert kind in {edit.operator for edit in untidy_edits("m.py", SOURCE)}
    drawn = [draw(cost, 2, seed) for cost in ("nesting", "complexity") for seed in range(20)]
    made = [
        undo.operator
        for found in drawn
        for edit, undo in zip(found.edits, reversed(found.reference), strict=True)
        if edit.operator == kind
    ]
    assert refactor in made


def test_only_the_focus_is_made_dearer():
    focus = Focus((FunctionRef("m.py", "total"),))
    head = SOURCE[: SOURCE.index(b"def total")]
    for seed in range(6):
        found = draw(seed=seed, focus=focus)
        assert found.program.source("m.py").startswith(head)
        assert found.program != PROGRAM


def test_mutations_never_make_a_program_dearer():
    rng = np.random.default_rng(0)
    found = inflate(PROGRAM, "size", 3, rng, OPERATORS)
    mutations = {row.name for row in OPERATORS if row.kind is Kind.MUTATION}
    assert mutations.isdisjoint(edit.operator for edit in (*found.edits, *found.reference))


def test_what_cannot_be_is_refused():
    with pytest.raises(TaskError, match="k=0: at least one"):
        draw(k=0)
    with pytest.raises(ConfigError, match="cost='lines'"):
        draw("lines")
    plain = Program.from_files({"m.py": b"LIMIT = 3\n"})
    with pytest.raises(TaskError, match=r"m\.py: no edit raises its nesting.*longer program"):
        inflate(plain, "nesting", 1, np.random.default_rng(0), REFACTORS)
