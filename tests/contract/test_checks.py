"""Assertions of suites that nobody here wrote: whatever shape they have, each is read."""

import ast

import pytest

from nerion_gym.execution.tracing.checks import checks_of
from nerion_gym.execution.tracing.suite_code import SuiteCode
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.trace import FunctionTrace, Trace
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
