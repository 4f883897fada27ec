"""Which edits are drawn: functions first, then operators, and only those inside of functions."""

from __future__ import annotations

import pytest

from benchmarks.sampling import Places, candidates, digest_of, drawn, outermost, seeing
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

MUTATIONS = tuple(row for row in OPERATORS if row.kind is Kind.MUTATION)
SOURCE = b"""\
LIMIT = 3


def small(a):
    def inner(b):
        return b + 1
    return inner(a) < LIMIT


class Big:
    def method(self, x):
        if x > 2:
            return x * 2
        return None
"""
PROGRAM = Program.from_files({"m.py": SOURCE})
COVERAGE = Coverage({"t": {"m.py": frozenset({7})}}, {"m.py": frozenset({1, 4, 10, 11})})


def test_functions_are_drawn_in_turn():
    kinds = [(("m.py", "long"), "a")] * 50 + [(("m.py", "short"), "a")] * 2
    order = drawn(kinds, seed=0)
    assert sorted(order) == list(range(52))
    assert {kinds[number][0][1] for number in order[:2]} == {"long", "short"}
    assert {kinds[number][0][1] for number in order[2:4]} == {"long", "short"}


def test_operators_of_a_function_are_drawn_in_turn():
    kinds = [(("m.py", "f"), "common")] * 30 + [(("m.py", "f"), "rare")] * 2
    names = [kinds[number][1] for number in drawn(kinds, seed=3)]
    assert set(names[:2]) == set(names[2:4]) == {"common", "rare"}


def test_the_same_seed_draws_the_same():
    kinds = [(("m.py", str(number % 7)), str(number % 3)) for number in range(60)]
    assert drawn(kinds, seed=1) == drawn(kinds, seed=1) != drawn(kinds, seed=2)


def test_nothing_is_drawn_of_nothing():
    assert drawn([], seed=0) == []


def test_functions_inside_of_others_are_not_their_own():
    assert [one.qualname for one in outermost(PROGRAM, "m.py")] == ["small", "Big.method"]


def test_candidates_are_inside_of_functions():
    places = Places(PROGRAM, COVERAGE)
    found = candidates(enumerate_edits(PROGRAM, MUTATIONS, None), places)
    assert {key for _, key in found} == {("m.py", "small"), ("m.py", "Big.method")}
    # LIMIT = 3 is the module's; its edits are there, but no candidates.
    assert len(found) < len(enumerate_edits(PROGRAM, MUTATIONS, None))


def test_only_tests_that_execute_a_line_reach():
    places = Places(PROGRAM, COVERAGE)
    edits = enumerate_edits(PROGRAM, MUTATIONS, None)
    by_line = {SOURCE.count(b"\n", 0, edit.site.start) + 1: places.reaching(edit) for edit in edits}
    assert by_line[7] == ("t",)
    assert by_line[12] == ()


def test_every_edit_has_a_digest_of_its_own():
    edits = enumerate_edits(PROGRAM, MUTATIONS, None)
    assert len({digest_of(edit) for edit in edits}) == len(edits)


def test_tests_that_depend_on_everything_say_nothing():
    every = frozenset(range(1, SOURCE.count(b"\n") + 2))
    blind = Coverage({"blind": {"m.py": every}, "t": {"m.py": every - {1}}}, {})
    assert list(seeing(PROGRAM, blind).tests) == ["t"]
    edits = enumerate_edits(PROGRAM, MUTATIONS, None)
    assert {Places(PROGRAM, blind).reaching(edit) for edit in edits} == {(), ("t",)}


def test_tests_that_read_a_file_say_nothing_of_it():
    program = Program.from_files({"m.py": SOURCE, "n.py": b"x = 1\n"})
    files = {"m.py": frozenset({7}), "n.py": frozenset({1, 2})}
    assert seeing(program, Coverage({"t": files}, {})).tests == {"t": {"m.py": frozenset({7})}}
