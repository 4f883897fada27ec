"""Bugs that listed edits take out again."""

import ast

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.inject import inject, is_reached, lines_reached
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS, operator, resolve
from nerion_gym.errors import TaskError
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Focus, FunctionRef, Program

pytestmark = pytest.mark.pure

SOURCE = b"""\
def area(width, height):
    if width < 0 or height < 0:
        raise ValueError(width)
    return width * height


def unseen(a):
    return a + 1


def ends(values):
    return values[0] - values[-1] * 2
"""
PROGRAM = Program.from_files({"m.py": SOURCE})
LINES = frozenset({1, 2, 3, 4, 7, 11, 12})
COVERAGE = Coverage({"t": {"m.py": LINES}}, {})


def draw(k, seed=0, **more):
    return inject(PROGRAM, COVERAGE, k, np.random.default_rng(seed), **more)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_the_repair_gives_back_the_original(k, seed):
    found = draw(k, seed)
    assert len(found.edits) == len(found.repair) == k
    assert found.program.digest != PROGRAM.digest
    now = found.program
    for step in found.repair:
        assert step in enumerate_edits(now, OPERATORS, None)
        now = apply(now, step)
    assert ast.dump(ast.parse(now.source("m.py"))) == ast.dump(ast.parse(SOURCE))


def test_every_bug_is_repairable_and_reached():
    for seed in range(20):
        for edit in draw(2, seed).edits:
            assert operator(edit.operator).repairable
            assert is_reached(PROGRAM, lines_reached(COVERAGE), edit)
            assert SOURCE[: edit.site.start].count(b"\n") + 1 in LINES


def test_the_same_seed_gives_the_same_bugs_and_others_others():
    assert draw(2, 7) == draw(2, 7)
    assert len({draw(2, seed).program.digest for seed in range(10)}) > 5


def test_only_the_listed_operators_and_the_focus_are_drawn_from():
    some = resolve(["swap_arithmetic"])
    focus = Focus((FunctionRef("m.py", "ends"),))
    for seed in range(5):
        (edit,) = draw(1, seed, operators=some, focus=focus).edits
        assert edit.operator == "swap_arithmetic"
        assert edit.site.start > SOURCE.index(b"def ends")


def test_a_bug_that_the_listed_edits_cannot_take_out_is_not_put_in():
    # With no operator that makes `+` a `*` again.
    one_way = resolve(["change_operator_multiply_to_add"])
    with pytest.raises(TaskError, match="none of 20 draws of 1 bugs can be taken out"):
        draw(1, operators=one_way)


def test_more_bugs_than_there_are_places_are_refused():
    with pytest.raises(TaskError, match=r"500 bugs were asked for; tests reach \d+ repairable"):
        draw(500)
    with pytest.raises(TaskError, match="at least one bug"):
        draw(0)
    with pytest.raises(TaskError, match="tests reach 0 repairable"):
        inject(PROGRAM, Coverage({}, {}), 1, np.random.default_rng(0))


def test_a_repair_is_found_where_the_texts_differ_in_several_ways():
    program = Program.from_files({"m.py": b"def f(x):\n    return x is not None\n"})
    found = inject(
        program,
        Coverage({"t": {"m.py": frozenset({1, 2})}}, {}),
        1,
        np.random.default_rng(0),
        resolve(["swap_comparison"]),
    )
    assert found.program.source("m.py") == b"def f(x):\n    return x is None\n"
    assert apply(found.program, found.repair[0]).files == program.files
