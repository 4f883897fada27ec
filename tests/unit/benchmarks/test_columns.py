"""Columns of edits, against values worked by hand: text, tests, traces, micro-executions."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from benchmarks.columns_syntax import effects_of, kind_of_text, operator_columns, syntax_columns
from benchmarks.columns_tests import Tests, TestText, said_in
from benchmarks.columns_trace import Sites, Traced, micro_columns, of_sites, shares, sort_of
from benchmarks.sampling import Places
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import operator
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import FunctionRef, Program, Span
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import EditTrace, FunctionTrace, Infection, MicroTrace, SiteTrace, Trace

pytestmark = pytest.mark.pure

SOURCE = b"""\
def clamp(x, top):
    for _ in range(2):
        if x < top:
            x = x + 1
    return x
"""
SUITE = b"""\
from m import clamp

def test_low():
    assert clamp(0, 9) == 2
    assert clamp(1, 9) == 3

class TestHigh:
    def test_it(self):
        self.helper(10)
"""
LOW, HIGH = "test_m.py::test_low", "test_m.py::TestHigh::test_it"
PROGRAM = Program.from_files({"m.py": SOURCE})
LINES = {LOW: {"m.py": frozenset({2, 3, 4, 5})}, HIGH: {"m.py": frozenset({2, 3, 5})}}
BASELINE = Baseline(
    PROGRAM,
    Suite((("test_m.py", SUITE),), ("test_m.py",)),
    Outcome((TestResult(LOW, Status.PASSED), TestResult(HIGH, Status.PASSED))),
    Coverage(LINES, {"m.py": frozenset({1})}),
)
PLACES = Places(PROGRAM, BASELINE.coverage)
(PLUS, *_) = enumerate_edits(PROGRAM, (operator("swap_arithmetic"),), None)
CLAMP = PLACES.function(PLUS)


def test_an_operator_has_its_family():
    found = operator_columns(PLUS)
    assert found == {"operator.name": "swap_arithmetic", "operator.family": "arithmetic"}


def test_a_place_in_the_tree():
    found = syntax_columns(PROGRAM, PLUS, CLAMP)
    assert found["syntax.node"] == "BinOp"
    assert found["syntax.statement"] == "Assign"
    assert found["syntax.field"] == "Assign.value"
    assert found["syntax.block"] == "If.body"
    assert (found["syntax.in_loop"], found["syntax.in_branch"], found["syntax.in_try"]) == (1, 1, 0)
    assert found["syntax.function_lines"] == 5
    assert found["syntax.function_statements"] == 5
    assert found["syntax.function_arguments"] == 2
    assert found["syntax.bound_used_later"] == 1  # x, returned


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<=", "<="), ("None", "None"), ("total", "name"), ("37", "number"), ("-1", "-1"),
        ("'a'", "text"), ("f(x) + 1", "more"), ("", ""), (" not ", "not"),
    ],
)  # fmt: skip
def test_texts_are_sorted(text, kind):
    assert kind_of_text(text) == kind


def test_what_tests_tell():
    found = Tests(BASELINE).columns(PLUS, CLAMP, PLACES.reaching(PLUS))
    assert found["tests.reaching"] == 1
    assert found["tests.share"] == 0.5
    assert found["tests.function"] == 2
    assert found["tests.share_of_function"] == 0.5
    assert found["tests.rarest_line"] == 1
    assert found["tests.breadth_least"] == 4
    assert found["tests.focus"] == 0.25
    assert found["tests.asserts"] == 2
    assert found["tests.equalities"] == 2
    assert found["tests.named"] == 1


def test_what_tests_say_of_a_place():
    found = Tests(BASELINE).columns(PLUS, CLAMP, (LOW, HIGH))
    assert found["tests.site_names"] == 0  # neither speaks of an x
    assert found["tests.site_constants"] == 0.5  # x + 1: one has a 1
    assert np.isnan(found["tests.raise_constants"])


@pytest.mark.parametrize(
    ("constants", "words", "said"),
    [
        ({"not found"}, {"not found"}, True),
        ({"key 'a' not found"}, {"not found"}, True),
        ({"no"}, {"n"}, False),
        ({"n"}, {"n"}, True),
        (set(), {"not found"}, False),
    ],
)
def test_texts_are_said(constants, words, said):
    assert said_in(frozenset(constants), words) == said


def test_what_statements_do_to_each_other():
    bound, used, called = effects_of(ast.parse("a.b = f(c)").body[0])
    assert (bound, used, called) == ({".b"}, {"a", "f", "c"}, True)


def test_statements_that_are_turned_round():
    source = b"def f(a):\n    b = a\n    c = b\n    g(a)\n    h(a)\n    return b, c\n"
    program = Program.from_files({"m.py": source})
    function = Places(program, Coverage({}, {})).function
    edits = enumerate_edits(program, (operator("shuffle_statements"),), None)
    rows = [syntax_columns(program, edit, function(edit)) for edit in edits]
    assert [row["syntax.touched"] for row in rows] == [2, 2, 2, 2]
    assert [row["syntax.conflicts"] for row in rows] == [1, 0, 0, 0]
    assert [row["syntax.calls_in_order"] for row in rows] == [0, 0, 1, 0]
    assert [row["syntax.jumps"] for row in rows] == [0, 0, 0, 1]


def test_tests_are_found_by_class_and_with_parameters():
    tests = Tests(BASELINE)
    assert tests.text(f"{LOW}[1-2]") == tests.text(LOW) != tests.text(HIGH)
    assert tests.text(HIGH) is not None
    assert tests.text("test_m.py::m.clamp") is None
    assert tests.text("README.md::README.md") is None


def test_asserting_calls_count():
    text = "def test():\n    with raises(E):\n        f()\n    self.assertEqual(1, 2)\n"
    found = TestText.of(ast.parse(text).body[0])
    assert (found.asserts, found.equalities, found.calls, found.lines) == (2, 1, 3, 4)


@pytest.mark.parametrize(
    ("kind", "sort"),
    [
        ("int +", "positive"), ("float -", "negative"), ("int 0", "zero"), ("str empty", "empty"),
        ("str", "filled"), ("None", "None"), ("True", "True"), ("raises KeyError", "raises"),
        ("object", "object"),
    ],
)  # fmt: skip
def test_values_are_sorted(kind, sort):
    assert sort_of(kind) == sort


def test_shares_of_values():
    found = shares("v", {"int +": 3, "None": 1})
    assert (found["v_values"], found["v_kinds"], found["v_types"]) == (4, 2, 2)
    assert (found["v_positive"], found["v_none"], found["v_zero"]) == (0.75, 0.25, 0)
    assert np.isnan(shares("v", {})["v_none"])


def site(start, end, hits=None, kinds=None):
    """Return what was seen at a place."""
    return SiteTrace(Span("m.py", start, end), hits or {}, kinds or {})


def test_the_smallest_place_around_an_edit_is_its_own():
    sites = Sites([site(0, 50), site(10, 20), site(12, 14), site(60, 70)])
    assert [one.span.start for one in sites.of(Span("m.py", 11, 19))] == [10]
    assert [one.span.start for one in sites.of(Span("m.py", 55, 80))] == [60]
    assert sites.of(Span("other.py", 0, 1)) == []


def test_what_was_seen_at_a_place():
    found = of_sites([site(0, 1, {"": 2, LOW: 3, HIGH: 1}, {"True": 1, "False": 1})])
    assert (found["values.hits"], found["values.hits_at_import"], found["values.tests"]) == (
        4,
        2,
        2,
    )
    assert (found["values.both"], found["values.site_true"]) == (1, 0.5)


def traced(edit, functions=()):
    """Return the columns of the one edit of a trace."""
    trace = Trace((edit,), (), functions=functions)
    return Traced(trace, Tests(BASELINE)).columns(0, PLUS, CLAMP, (LOW, HIGH))


def test_what_infects():
    found = traced(EditTrace(Infection.SOMETIMES, (LOW, HIGH), (LOW,)))
    assert (found["infection.class"], found["infection.share"]) == ("SOMETIMES", 0.5)
    assert found["infection.breadth_least"] == 4
    assert found["infection.asserts"] == 2


def test_what_is_unknown_has_no_share():
    found = traced(EditTrace(Infection.UNKNOWN, why="no tap"))
    assert np.isnan(found["infection.share"])
    assert np.isnan(found["infection.share_of_all"])
    assert found["infection.why"] == "no tap"


def test_what_calls_tell():
    ref = FunctionRef("m.py", "clamp")
    callers = {LOW: (("test_m.py", 4),)}
    calls = FunctionTrace(ref, {LOW: 2, HIGH: 2, "": 1}, callers, {"int +": 2}, returned=4)
    found = traced(EditTrace(Infection.ALWAYS, (LOW,), (LOW,)), (calls,))
    assert (found["values.calls"], found["values.calls_at_import"]) == (4, 1)
    assert (found["values.direct"], found["values.returned_share"]) == (1, 1)
    assert found["values.returns_positive"] == 1


def test_what_micro_executions_tell():
    micro = MicroTrace(ran=4, differs=2, results=1, late=1, tests=(LOW,))
    seen = EditTrace(Infection.ALWAYS, (LOW, HIGH), (LOW,))
    calls = FunctionTrace(
        FunctionRef("m.py", "clamp"), {LOW: 6, HIGH: 4}, {}, {}, recorded=8, skipped={"late": 2}
    )
    found = micro_columns(micro, seen, calls, (LOW, HIGH))
    assert (found["micro.share"], found["micro.results"], found["micro.late"]) == (0.5, 0.25, 0.25)
    assert (found["micro.tests_of_lines"], found["micro.tests_of_reached"]) == (0.5, 0.5)
    assert found["micro.tests_of_infected"] == 1
    assert (found["micro.recorded_share"], found["micro.skipped_share"]) == (0.8, 0.2)
    assert found["micro.ran_share"] == 0.5


def test_what_micro_executions_do_not_tell():
    seen = EditTrace(Infection.UNKNOWN)
    found = micro_columns(MicroTrace(why="no call"), seen, None, (LOW,))
    assert np.isnan(found["micro.share"])
    assert np.isnan(found["micro.tests_of_infected"])
    assert "micro.recorded_share" not in found
    assert micro_columns(None, seen, None, (LOW,)) == {}
