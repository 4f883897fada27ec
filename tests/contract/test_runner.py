"""What every TestRunner must do, shown on ours: ten statuses, order, adoption, no exceptions."""

import os

import pytest

from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.control import CoverageWarning, measure
from nerion_gym.execution.runner import LocalRunner, default_runner
from nerion_gym.execution.telling import PAGE_BYTES
from nerion_gym.types.outcome import LearningClass, Status, learning_class, survived
from nerion_gym.types.protocols import TestRunner as Protocol
from nerion_gym.types.suite import Suite
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox

SOURCE = """\
import os


def base(value):
    return value + 1


def limit(value):
    return value * 2


def untouched():
    return 5
"""
TESTS = """\
import pytest
from m import base, limit, untouched


@pytest.fixture
def made():
    yield base(1)
    limit(0)


def test_first():
    assert untouched() == 5


def test_base():
    assert base(1) == 2


def test_limit():
    assert limit(2) == 4


def test_made(made):
    assert made


@pytest.mark.xfail(reason="known")
def test_expected():
    assert base(0) == 99


@pytest.mark.xfail(strict=True)
def test_strict():
    assert base(0) == 98


def test_maybe_skipped():
    if base(2) == 3:
        pytest.skip("as usual")


def test_last():
    assert untouched() == 5
"""
S = Status
CASES = {
    "passed": ("value * 2", "value + value", "test_limit", S.PASSED, None, "call"),
    "failed": ("value + 1", "value + 2", "test_base", S.FAILED, "AssertionError", "call"),
    "failed otherwise": (
        "value + 1", "value.x", "test_base", S.FAILED, "AttributeError", "call",
    ),
    "failed by pytest": (
        "value + 1", "__import__('pytest').fail('no')", "test_base", S.FAILED, "Failed", "call",
    ),
    "error in setup": ("value + 1", "1 / 0", "test_made", S.ERROR, "ZeroDivisionError", "setup"),
    "error in teardown": (
        "value * 2", "{}[value]", "test_made", S.ERROR, "KeyError", "teardown",
    ),
    "error in collection": ("import os", "import os, nowhere", "test_last", S.ERROR,
                            "ModuleNotFoundError", "collect"),
    "syntax error": ("import os", "import os +", "test_first", S.ERROR, "SyntaxError", "collect"),
    "timeout": (
        "return value * 2", "while True: value += 1", "test_limit", S.TIMEOUT, None, "call",
    ),
    "memory": ("value + 1", "bytearray(1 << 31)", "test_base", S.MEMORY, "MemoryError", "call"),
    "crashed by a signal": (
        "value + 1", "os.kill(os.getpid(), 11)", "test_base", S.CRASHED, "SIGSEGV", "call",
    ),
    "crashed by leaving": ("value + 1", "os._exit(0)", "test_base", S.CRASHED, "exit", "call"),
    "skipped": ("value * 2", "value - 2", "test_maybe_skipped", S.SKIPPED, None, "call"),
    "xfailed": ("value * 2", "value - 2", "test_expected", S.XFAILED, None, "call"),
    "xpassed": ("value + 1", "99", "test_expected", S.XPASSED, None, "call"),
    "strict xpass": ("value + 1", "98", "test_strict", S.XPASSED, "XPASS(strict)", "call"),
}  # fmt: skip


@pytest.fixture(scope="module")
def known():
    with LocalRunner() as runner:
        program, suite = project(SOURCE, TESTS)
        yield runner, measure(runner, program, suite)


def test_it_is_a_runner(known):
    assert isinstance(known[0], Protocol)


def test_control_run(known):
    control = known[1].control
    assert [result.id for result in control.results] == [
        f"test_m.py::test_{name}"
        for name in (
            "first", "base", "limit", "made", "expected", "strict", "maybe_skipped", "last",
        )
    ]  # fmt: skip
    assert [result.status.name for result in control.results] == [
        "PASSED", "PASSED", "PASSED", "PASSED", "XFAILED", "XFAILED", "SKIPPED", "PASSED",
    ]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_status(known, case):
    before, after, test, status, exception, phase = CASES[case]
    runner, baseline = known
    outcome = runner.run(edited(baseline.program, before, after), baseline.suite)
    found = outcome.by_id()[f"test_m.py::{test}"]
    assert (found.status, found.exception, found.phase) == (status, exception, phase)
    assert [r.id for r in outcome.results] == [r.id for r in baseline.control.results]


def test_all_ten_statuses_are_shown():
    assert {case[3] for case in CASES.values()} | {Status.NOT_RUN} == set(Status)


def test_tests_after_a_death_have_a_status_of_their_own(known):
    runner, baseline = known
    outcome = runner.run(edited(baseline.program, "value + 1", "os._exit(3)"), baseline.suite)
    names = [result.status.name for result in outcome.results]
    assert names == [
        "PASSED", "CRASHED", "PASSED", "CRASHED", "CRASHED", "CRASHED", "NOT_RUN", "PASSED",
    ]  # fmt: skip


def test_not_run_after_the_first_failure(known):
    runner, baseline = known
    program = edited(baseline.program, "value + 1", "value + 7")
    stopped = runner.run(program, baseline.suite, stop_at_first_failure=True)
    names = [result.status.name for result in stopped.results]
    assert names[1] == "FAILED"
    assert names[3] == "NOT_RUN"
    assert names[7] == "PASSED", "it does not reach the edit"
    whole = runner.run(program, baseline.suite)
    assert "NOT_RUN" not in [result.status.name for result in whole.results]


def test_only_tests_that_reach_the_edit_run(known):
    runner, baseline = known
    outcome = runner.run(edited(baseline.program, "value * 2", "value * 3"), baseline.suite)
    assert (outcome.selected, outcome.route) == (2, "swap")
    assert not survived(outcome, baseline.control)


def test_an_edit_that_no_test_reaches_costs_nothing():
    program, suite = project(SOURCE + "\n\ndef alone(a):\n    return a - 3\n", TESTS)
    with LocalRunner() as runner:
        baseline = measure(runner, program, suite)
        before = runner.stats.executions
        outcome = runner.run(edited(program, "a - 3", "a + 3"), suite)
        assert (outcome.selected, outcome.route) == (0, "unreached")
        assert outcome.results == baseline.control.results
        assert runner.stats.executions == before


def test_run_many_agrees_with_run_and_keeps_the_order(known):
    runner, baseline = known
    programs = [
        edited(baseline.program, "value + 1", f"value + {number}") for number in (1, 2, 1, 3, 4)
    ]
    with LocalRunner(workers=2, cache=False) as other:
        other.adopt(baseline)
        many = other.run_many(programs, baseline.suite)
    single = [runner.run(program, baseline.suite) for program in programs]
    assert [outcome.results for outcome in many] == [outcome.results for outcome in single]


def test_adopting_starts_nothing_and_gives_the_same(known):
    runner, baseline = known
    program = edited(baseline.program, "value + 1", "value + 2")
    with LocalRunner() as other:
        other.adopt(baseline)
        other.adopt(baseline)
        assert other.run(baseline.program, baseline.suite).results == baseline.control.results
        assert other.stats.executions == 0
        assert other.run(program, baseline.suite) == runner.run(program, baseline.suite)


def test_without_a_baseline_the_whole_suite_runs():
    program, suite = project(SOURCE, TESTS)
    with LocalRunner() as runner:
        outcome = runner.run(edited(program, "value + 1", "value + 2"), suite)
        assert (outcome.route, outcome.selected) == ("cold", 8)
        assert outcome.by_id()["test_m.py::test_base"].status is Status.FAILED


def test_known_outcomes_are_not_run_again(known):
    runner, baseline = known
    program = edited(baseline.program, "value + 1", "value + 12")
    first = runner.run(program, baseline.suite)
    executions, hits = runner.stats.executions, runner.stats.cache_hits
    again = runner.run(program, baseline.suite)
    assert (again, again.cached, first.cached) == (first, True, False)
    assert (runner.stats.executions, runner.stats.cache_hits) == (executions, hits + 1)


@pytest.mark.parametrize("text", ["", "\0", "def f(:", "raise SystemExit", "import m\nm.x", "\xff"])
def test_a_bad_program_is_a_value(known, text):
    runner, baseline = known
    program = baseline.program.replaced({"m.py": text.encode("latin-1")})
    outcome = runner.run(program, baseline.suite)
    assert {result.status for result in outcome.results} == {Status.ERROR}
    assert {learning_class(result) for result in outcome.results} == {LearningClass.IMPORT_ERROR}


def test_it_starts_anew_after_close():
    program, suite = project(SOURCE, TESTS)
    runner = LocalRunner(cache=False)
    baseline = measure(runner, program, suite)
    runner.close()
    outcome = runner.run(edited(program, "value + 1", "value + 2"), suite)
    assert not survived(outcome, baseline.control)
    runner.close()


def test_a_fork_gets_processes_of_its_own(known):
    runner, baseline = known
    first = edited(baseline.program, "value + 1", "value + 31")
    second = edited(baseline.program, "value + 1", "value + 32")
    mine = default_runner()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        told = b"?"
        try:
            other = default_runner()
            outcome = runner.run(first, baseline.suite)
            good = outcome.by_id()["test_m.py::test_base"].status is Status.FAILED
            runner.close()
            told = b"1" if good and other is not mine else b"0"
        finally:
            os.write(writing, told)
            os._exit(0)
    os.close(writing)
    assert os.waitpid(pid, 0)[1] == 0
    assert os.read(reading, 1) == b"1"
    os.close(reading)
    outcome = runner.run(second, baseline.suite)
    assert outcome.by_id()["test_m.py::test_base"].status is Status.FAILED
    assert default_runner() is mine


def test_workers_must_be_positive():
    with pytest.raises(ConfigError, match="workers=0"):
        LocalRunner(workers=0)


# --- measuring ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


@pytest.mark.filterwarnings("ignore:NERION_UNSAFE=1")
def test_a_flaky_test_is_named(runner, tmp_path, monkeypatch):
    # The count is kept where no confined run may write.
    monkeypatch.setenv("NERION_UNSAFE", "1")
    count = tmp_path / "count"
    count.write_text("0")
    flaky = f"""

def test_flaky():
    import pathlib
    count = pathlib.Path({str(count)!r})
    number = int(count.read_text())
    count.write_text(str(number + 1))
    assert number % 2 == 0
"""
    program, suite = project(SOURCE, TESTS + flaky)
    with pytest.raises(TaskError, match=r"flaky.*test_flaky \(passed, then failed; Asser"):
        measure(runner, program, suite)


def test_tests_that_the_traced_run_does_not_get_to_are_not_taken_for_unreached(runner):
    tests = """
import os, sys
from m import base, limit

def test_first(): assert base(1) == 2

def test_trouble():
    if sys.gettrace():
        os._exit(0)

def test_last(): assert limit(2) == 4
"""
    program, suite = project(SOURCE, tests)
    with pytest.warns(CoverageWarning, match=r"2 of 3 tests, test_m\.py::test_trouble the first"):
        baseline = measure(runner, program, suite)
    assert list(baseline.coverage.tests) == [result.id for result in baseline.control.results]
    outcome = runner.run(edited(program, "value * 2", "value * 3"), suite)
    assert [result.status.name for result in outcome.results] == ["PASSED", "PASSED", "FAILED"]


FORKED = """
import os
import pytest
from m import base

@pytest.fixture
def one(): return 1

def test_a_copy_goes_on_well():
    pid = os.fork()
    assert pid == 0 or os.waitpid(pid, 0)[1] == 0

def test_a_copy_fails():
    pid = os.fork()
    assert pid
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1

def test_a_copy_fails_in_pytests_own_way(one):
    pid = os.fork()
    assert pid
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == base(one) - 1
"""


def test_a_copy_of_the_process_that_goes_on_ends_with_pytests_exit_code(runner):
    program, suite = project(SOURCE, FORKED)
    # By hand: the cold runs of these tests would record what copies report as well.
    assert runner.control(program, suite).passing() == 3


def test_a_suite_that_does_not_collect_is_refused_by_name(runner):
    program, suite = project(SOURCE, "import not_installed_anywhere\n")
    with pytest.raises(TaskError, match=r"test_m\.py.*not_installed_anywhere"):
        measure(runner, program, suite)


def test_a_missing_plugin_is_named(runner):
    program, suite = project(SOURCE, TESTS)
    files = (*suite.files, ("pytest.ini", b"[pytest]\naddopts = --no-such-option\n"))
    with pytest.raises(TaskError, match="--no-such-option"):
        measure(runner, program, Suite(files, targets=suite.targets))


def test_tests_of_another_copy_are_noticed(runner):
    program, suite = project(SOURCE, "def test_nothing():\n    assert True\n")
    with pytest.raises(TaskError, match="no test executes"):
        measure(runner, program, suite)


def test_a_suite_that_swallows_everything_is_refused(runner):
    tests = """
from m import base

def test_base():
    try:
        base(1)
    except Exception:
        pass
"""
    program, suite = project("def base(value):\n    return value + 1\n", tests)
    with pytest.raises(TaskError, match="forced"):
        measure(runner, program, suite)


def test_failing_tests_are_no_error_here(runner):
    program, suite = project(SOURCE, TESTS + "\n\ndef test_wrong():\n    assert base(1) == 3\n")
    control = measure(runner, program, suite).control
    assert control.by_id()["test_m.py::test_wrong"].status is Status.FAILED


def test_a_traced_run_that_tells_more_than_a_page_is_whole():
    lines = "".join(f"    value = value + {number}\n" for number in range(3000))
    source = f"def long(value):\n{lines}    return value\n"
    tests = (
        "import pytest\n\nfrom m import long\n\n\n"
        "@pytest.mark.parametrize('value', range(40))\n"
        "def test_long(value):\n    assert long(value) > value\n"
    )
    program, suite = project(source, tests)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, program, suite)
    assert 40 * len(",".join(map(str, range(3000)))) > 2 * PAGE_BYTES
    assert len(baseline.coverage.tests) == 40
    assert baseline.coverage.needs == ()
    for reached in baseline.coverage.tests.values():
        assert len(reached["m.py"]) == 3002
