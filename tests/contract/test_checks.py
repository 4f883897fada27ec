"""Assertions of suites that nobody here wrote, and of a run that says which lines called."""

import ast

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.tracing.checks import checks_of
from nerion_gym.execution.tracing.suite_code import SuiteCode
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.trace import FunctionTrace, Trace
from tests.support.projects import project
from tests.support.sources import SUBJECTS, load

pytestmark = pytest.mark.sandbox
FEWEST = {"inflection": 30, "toolz": 1200, "h11": 450, "voluptuous": 400, "semver": 300}
"""Assertions that each suite has at least; counted by hand in none, so only a lower bound."""
REF = FunctionRef("some.py", "function")
SUBJECT = {subject.name: subject for subject in SUBJECTS}


def calling_lines(suite):
    """Return test -> lines of its calls, as if each led to the one function of a trace."""
    code = SuiteCode(suite)
    found = {}
    for path, _ in suite.files:
        sheet = code.sheet(path) if path.endswith(".py") else None
        for name, function in sheet.units.items() if sheet else ():
            if name.rpartition(".")[2].startswith("test"):
                calls = [one for one in ast.walk(function.node) if isinstance(one, ast.Call)]
                test = f"{path}::{name.replace('.', '::')}"
                found[test] = tuple((path, call.lineno) for call in calls)
    return found


@pytest.mark.parametrize("name", FEWEST)
def test_the_assertions_of_real_suites_are_read(name):
    suite = load(SUBJECT[name]).suite
    lines = calling_lines(suite)
    seen = FunctionTrace(REF, dict.fromkeys(lines, 1), lines, {})
    found = checks_of(suite, Trace((), (), functions=(seen,)), lines)
    assert sum(found.counts.values()) >= FEWEST[name]
    assert found.unknown == {}
    assert len(found.silent) < len(lines) / 10
    looked = {(one.test, one.path, one.line) for one in found.of_function(REF)}
    every = {(one.test, one.path, one.line) for test in lines for one in found.of_test(test)}
    assert looked <= every
    assert len(looked) > len(every) / 2


SOURCE = """def area(a, b):
    return a * b


class Box:
    def __init__(self, a):
        self.a = a + 0

    def grow(self):
        self.a += 1
"""
TESTS = """import pytest
import unittest
import m


@pytest.fixture
def box():
    return m.Box(1)


def check(value):
    assert value == 6


def test_area():
    assert 1
    check(m.area(2, 3))


def test_box(box):
    box.grow()
    assert box.a == 2
    assert m.area


class TestBox(unittest.TestCase):
    def setUp(self):
        self.box = m.Box(3)

    def test_it(self):
        self.assertEqual(self.box.a, 3)
        self.assertTrue(m)
"""


def test_a_run_says_which_lines_called_and_those_lead_to_the_assertions():
    program, suite = project(SOURCE, TESTS)
    edits = enumerate_edits(program, resolve(["swap_arithmetic", "remove_assignment"]), None)
    with LocalRunner() as runner:
        baseline = measure(runner, program, suite)
        trace = runner.trace(program, suite, edits)
    tests = [result.id for result in baseline.control.results]
    found = checks_of(suite, trace, tests, edits)
    lines = {
        function.function.qualname: [
            (check.test.rpartition("::")[2], check.line)
            for check in found.of_function(function.function)
            if check.derived
        ]
        for function in trace.functions
    }
    assert lines["area"] == [("test_area", 12)]
    assert lines["Box.__init__"] == [("test_box", 22), ("test_it", 31)]
    for number, edit in enumerate(edits):
        if b"a * b" in program.source("m.py")[edit.site.start : edit.site.end]:
            assert {check.line for check in found.of_edit(number)} == {12}
