import warnings

import pytest

from nerion_gym.errors import TaskError
from nerion_gym.execution.steady import (
    OrderWarning,
    differing,
    how_it_differs,
    other_order,
    require_steady,
)
from nerion_gym.types.outcome import Outcome, Status, TestResult

pytestmark = pytest.mark.pure
PASSED, FAILED = Status.PASSED, Status.FAILED


def outcome(**statuses):
    return Outcome(tuple(TestResult(f"t.py::{name}", value) for name, value in statuses.items()))


def judged(verdict):
    """Judge a suite of a, b, c; `verdict(order, run)` gives the statuses of that run."""
    runs = []

    def again(order):
        runs.append(order)
        names = [test.partition("::")[2] for test in order] if order else ["a", "b", "c"]
        return outcome(**verdict(names, len(runs)))

    first = outcome(**verdict(["a", "b", "c"], 0))
    require_steady(first, again)
    return runs


def test_a_steady_suite_is_run_once_more_and_backwards():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runs = judged(lambda names, _run: dict.fromkeys(names, PASSED))
    assert runs == [["t.py::c", "t.py::b", "t.py::a"]]


def test_a_test_that_others_disturb_depends_on_the_order_and_is_not_flaky():
    def verdict(names, _run):
        spoilt = names.index("c") < names.index("b")
        return dict.fromkeys(names, PASSED) | {"b": FAILED if spoilt else PASSED}

    with pytest.warns(OrderWarning, match=r"1 tests depend on the order \(t\.py::b\).*every test"):
        judged(verdict)


@pytest.mark.parametrize("wrong", [1, 2, 3, 6])
def test_one_run_that_differs_makes_a_test_flaky(wrong):
    # Run 1 is the first backwards; the others happen only when it differs, so it does here.
    def verdict(names, run):
        backwards = names[0] == "c"
        return dict.fromkeys(names, PASSED) | {
            "a": FAILED if run == wrong else PASSED,
            "b": FAILED if backwards else PASSED,
        }

    with pytest.raises(
        TaskError, match=r"flaky tests: t\.py::a \(passed, then failed\)|failed, then"
    ):
        judged(verdict)


def test_a_test_that_is_not_always_there_is_flaky():
    def verdict(names, run):
        return {name: PASSED for name in names if not (name == "b" and run % 2)}

    with pytest.raises(TaskError, match=r"t\.py::b \(there in some runs only\)"):
        judged(verdict)


def test_backwards_keeps_files_and_classes_together():
    tests = ["a.py::x", "a.py::C::x", "a.py::C::y", "b.py::p[a::b]", "b.py::p[c]", "b.py::q"]
    assert other_order(tests) == [
        "b.py::q", "b.py::p[c]", "b.py::p[a::b]", "a.py::C::y", "a.py::C::x", "a.py::x",
    ]  # fmt: skip


def test_backwards_turns_every_pair_of_neighbours_round():
    tests = [f"{file}.py::t{index}" for file in "abc" for index in range(4)]
    turned = other_order(tests)
    assert sorted(turned) == sorted(tests)
    assert turned == tests[::-1]


def test_runs_differ_by_status_exception_phase_and_absence():
    same = TestResult("t::a", PASSED, message="x", seconds=1.0)
    first = Outcome((same, TestResult("t::b", FAILED, "KeyError"), TestResult("t::c", PASSED)))
    second = Outcome((TestResult("t::a", PASSED), TestResult("t::b", FAILED, "ValueError")))
    assert differing(first, second) == ["t::b", "t::c"]
    assert how_it_differs("t::b", [first, second]) == "t::b (another exception each time)"


def test_a_flaky_test_says_what_it_raised():
    failed = TestResult("t.py::a", FAILED, "OSError", message="no room")
    runs = [outcome(a=PASSED), Outcome((failed,)), outcome(a=PASSED)]
    assert how_it_differs("t.py::a", runs) == "t.py::a (passed, then failed; OSError: no room)"
