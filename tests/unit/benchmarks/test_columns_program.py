"""Columns of edits that the rest of a program and a traced run tell, worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.columns_near import Near
from benchmarks.columns_program import Whole
from benchmarks.columns_seen import Seen, word
from benchmarks.columns_tests import Tests
from benchmarks.columns_trace import Traced
from benchmarks.sampling import Places
from benchmarks.words import numbered
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import operator
from nerion_gym.types.check import Check, CheckKind
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import FunctionRef, Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import EditTrace, FunctionTrace, Infection, SiteTrace, Trace

pytestmark = pytest.mark.pure

SOURCE = b"""\
class Box:
    def __init__(self, size=1):
        self.size = size
        self.name = str(size)

    def full(self):
        return self.size > 3

def fill(box, text=""):
    if box.full():
        raise ValueError("the box is full")
    check(box, "some text")

def check(box, why):
    if box is None:
        print(why)

def main():
    fill(Box())
"""
SUITE = b"""\
import pytest
from m import main, fill, Box

def test_main():
    main()

def test_full():
    with pytest.raises(ValueError, match="the box"):
        fill(Box(4))
"""
MAIN, FULL = "test_m.py::test_main", "test_m.py::test_full"
INIT = frozenset({3, 4})
LINES = {
    MAIN: {"m.py": INIT | {7, 10, 12, 15, 19}},
    FULL: {"m.py": INIT | {7, 10, 11}},
}
PROGRAM = Program.from_files({"m.py": SOURCE})
BASELINE = Baseline(
    PROGRAM,
    Suite((("test_m.py", SUITE),), ("test_m.py",)),
    Outcome(()),
    Coverage(LINES, {}),
)
PLACES = Places(PROGRAM, BASELINE.coverage)
TESTS = Tests(BASELINE)


def edit_at(name, text):
    """Return the edit of an operator whose place reads like this."""
    edits = enumerate_edits(PROGRAM, (operator(name),), None)
    return next(edit for edit in edits if SOURCE[edit.site.start : edit.site.end] == text)


def whole(name, text, reach=(MAIN, FULL)):
    """Return the columns that the rest of the program tells."""
    edit = edit_at(name, text)
    return Whole(BASELINE, TESTS).columns(edit, PLACES.function(edit), reach)


def test_who_reads_what_is_bound():
    found = whole("replace_with_none", b"size")
    assert (found["tests.bound_reads"], found["tests.bound_returned"]) == (1, 1)
    assert found["tests.bound_said"] == 0
    found = whole("unwrap_call", b"str(size)")
    assert found["tests.bound_reads"] == 0
    assert np.isnan(found["tests.bound_reads_share"])


def test_who_asks_for_a_result():
    found = whole("swap_comparison", b"self.size > 3")
    assert (found["tests.uses"], found["tests.uses_truth"], found["tests.uses_asked"]) == (1, 1, 1)


def test_what_a_callee_does_with_an_argument():
    found = whole("none_argument", b'"some text"')
    assert (found["tests.callees"], found["syntax.argument_place"]) == (1, 1)
    assert found["tests.parameter_read"] == 0  # no test comes to the line that prints it
    assert found["syntax.parameter_default"] == "needed"


def test_who_passes_a_default():
    found = whole("change_default", b"1")
    assert (found["tests.default_passed"], found["tests.default_left"]) == (0, 1)


def test_how_near_tests_are():
    edit = edit_at("none_argument", b"why")
    found = Near(BASELINE, TESTS).columns(edit, PLACES.function(edit), (MAIN, FULL))
    assert (found["tests.hops_least"], found["tests.hops_mean"]) == (1, 1.5)
    assert (found["tests.different"], found["tests.files"]) == (2, 1)
    assert found["tests.matching"] == 0.5


def test_texts_in_the_suite():
    edit = edit_at("change_string", b'"the box is full"')
    found = Near(BASELINE, TESTS).columns(edit, PLACES.function(edit), (FULL,))
    assert found["tests.literal_in_suite"] == found["tests.literal_begins"] == 0
    assert (found["tests.branch_in"], found["tests.branch_past"]) == (1, 0)


PLACE = edit_at("swap_comparison", b"self.size > 3")
REF = FunctionRef("m.py", "Box.full")
SITE = SiteTrace(PLACE.site, {MAIN: 1, FULL: 3}, {"True": 1, "False": 1})
CALLED = FunctionTrace(REF, {MAIN: 1, FULL: 1}, {FULL: (("test_m.py", 9),)}, {"True": 1}, 2)
EQUAL = Check(FULL, "test_m.py", 9, 9, CheckKind.EQUAL, 5, derived=True)
TRUTH = Check(MAIN, "test_m.py", 5, 5, CheckKind.TRUTH, 1)


def seen(edit_trace):
    """Return the columns that a traced run tells of the comparison."""
    trace = Trace((edit_trace,), (SITE,), functions=(CALLED,))
    by_test = {FULL: (EQUAL,), MAIN: (TRUTH,)}
    checks = SimpleNamespace(
        functions={REF: (EQUAL, TRUTH)}, of_test=lambda test: by_test.get(test, ())
    )
    together = Seen(Traced(trace, TESTS), PROGRAM, checks)
    return together.columns(0, PLACE, PLACES.function(PLACE), (MAIN, FULL))


def test_what_values_tell_together():
    found = seen(EditTrace(Infection.SOMETIMES, (MAIN, FULL), (FULL,)))
    assert (found["values.site_word"], found["values.per_hit"]) == ("True", 0.5)
    assert (found["values.main_false"], found["values.main_per_call"]) == (0.5, 2)
    assert found["values.returns_word"] == "True"


def test_assertions_of_infected_tests():
    found = seen(EditTrace(Infection.SOMETIMES, (MAIN, FULL), (FULL,)))
    assert (found["infection.checks_count"], found["infection.derived_strongest"]) == (1, 5)
    assert (found["infection.equal"], found["infection.direct_share"]) == (1, 1)


def test_assertions_where_nothing_is_known_of_infection():
    found = seen(EditTrace(Infection.UNKNOWN))
    assert (found["infection.checks_count"], found["infection.derived_count"]) == (2, 1)
    assert (found["infection.truth"], found["infection.direct_share"]) == (0.5, 0.5)


def test_the_type_of_most_values():
    assert word({"int +": 1, "int -": 1, "None": 1}) == "int"
    assert word({}) == ""


def test_words_of_few_packages_are_missing():
    found = numbered(["a", "b", "a", "a", None], ["p", "p", "q", "r", "r"])
    assert found[0] == found[2] == found[3] == 0
    assert np.isnan(found[1])
    assert np.isnan(found[4])
