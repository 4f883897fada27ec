import warnings

import pytest

from nerion_gym.errors import TaskError
from nerion_gym.tasks.package_flaky import (
    FlakyTestsWarning,
    left_out,
    steady,
    without,
)
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Task

pytestmark = pytest.mark.pure
SOURCE = b"def f():\n    return 1\n"


def task():
    program = Program.from_files({"m.py": SOURCE})
    return Task("m", program, Suite((("t.py", b""),), targets=("t.py",)))


class Coins:
    """A runner whose tests named `coin...` pass every other time."""

    def __init__(self, *tests):
        self.tests = tests
        self.runs = 0

    def run(self, program, suite, *, stop_at_first_failure=False):
        self.runs += 1
        broken = program.source("m.py") != SOURCE
        names = [test for test in self.tests if not test.startswith(left_out(suite) or ("-",))]
        return Outcome(tuple(self._result(name, broken) for name in names))

    def _result(self, name, broken):
        passes = not broken and not ("coin" in name and self.runs % 2)
        return TestResult(name, Status.PASSED if passes else Status.FAILED)

    def coverage(self, program, suite):
        return Coverage({test: {"m.py": frozenset({2})} for test in self.tests}, {})

    def adopt(self, baseline):
        self.baseline = baseline


def test_a_flaky_test_is_left_out_by_name_and_said():
    with pytest.warns(FlakyTestsWarning, match=r"left out 1 of 3 tests, as t\.py::coin"):
        found = steady(task(), Coins("t.py::a", "t.py::b", "t.py::coin"))
    assert found.suite.targets == ("t.py", "--deselect=t.py::coin")
    assert left_out(found.suite) == ("t.py::coin",)
    assert [result.id for result in found.baseline.control.results] == ["t.py::a", "t.py::b"]
    assert found.baseline.suite == found.suite
    assert found.id != task().id, "the stamp is part of the task's id"


def test_tests_whose_ids_begin_alike_are_told_too():
    with pytest.warns(
        FlakyTestsWarning, match=r"left out 2 of 5 tests, as t\.py::coin, t\.py::coin"
    ):
        steady(task(), Coins("t.py::a", "t.py::b", "t.py::c", "t.py::coin", "t.py::coin2"))


def test_a_steady_suite_stays_as_it_is_and_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = steady(task(), Coins("t.py::a", "t.py::b"))
    assert found.suite == task().suite
    assert found.baseline is not None


def test_without_a_steady_majority_the_suite_is_refused():
    with pytest.raises(TaskError, match=r"2 of 3 tests are flaky \(t\.py::coin1, t\.py::coin2\)"):
        steady(task(), Coins("t.py::a", "t.py::coin1", "t.py::coin2"))


def test_half_is_no_majority():
    with pytest.raises(TaskError, match="1 of 2 tests are flaky"):
        steady(task(), Coins("t.py::a", "t.py::coin"))


def test_what_is_left_out_is_read_from_the_command_line_only():
    suite = without(task().suite, ["t.py::x[a b]"])
    assert suite.files == task().suite.files
    assert left_out(suite) == ("t.py::x[a b]",)
    assert left_out(task().suite) == ()
