"""A job's way to its outcome, with answers made by hand."""

from dataclasses import replace

import pytest

from nerion_gym.errors import TaskError
from nerion_gym.execution.answers import Answer, belongs, read_answer, stages_of
from nerion_gym.execution.jobs import MAX_RESTARTS, Job
from nerion_gym.execution.limits import MOST, Times
from nerion_gym.execution.routing import Plan
from nerion_gym.execution.warmth import Warmth
from nerion_gym.types.outcome import Outcome, Status, TestResult

pytestmark = pytest.mark.pure
IDS = ["t.py::a", "t.py::b", "t.py::c", "u.py::d"]
WARM = Warmth(tuple(IDS), (), True, frozenset({("m.py", "f", 1)}), True, 0.1)
CODES = {("m.py", "f", 1): b"code"}
CONTROL = Outcome(tuple(TestResult(test, Status.PASSED) for test in IDS))


def told(test, status="PASSED", exception=None):
    return ["test", test, status, exception, "call", "", 0.01, 0.01]


def swap(tests=tuple(IDS), **more):
    times = Times(dict.fromkeys(IDS, 0.1), 0.3)
    job = Job(Plan("swap", tests, CODES, {"m.py": b""}), IDS, times, **more)
    job.begin(WARM)
    return job


def answer(*records, code=0, out_of_time=False, end=True):
    ends = [["state", False], ["end"]] if end else []
    return Answer([["ready"], *records, *ends], code, out_of_time)


def statuses(job, control=CONTROL):
    return [result.status.name for result in job.outcome(control, 1.0).results]


def test_a_run_that_ends_well():
    job = swap(("t.py::b",))
    request = job.request()
    assert (request["op"], request["tests"]) == ("swap", ["t.py::b"])
    job.absorb(answer(told("t.py::b", "FAILED", "AssertionError")))
    assert job.request() is None
    assert statuses(job) == ["PASSED", "FAILED", "PASSED", "PASSED"]
    assert job.outcome(CONTROL, 1.0).selected == 1


def test_limits_follow_the_control_run():
    assert Times({"a": 0.001}, 0.0).limits(["a"], collecting=False) == (0.25, 2.0)
    assert Times({"a": 0.1, "b": 1.0}, 0.5).limits(["a"], collecting=False) == (1.0, 4.0)
    waiting = Times({"a": 0.001, "b": 0.001}, 0.0, {"a": 7.0, "b": 0.1})
    assert waiting.limits(["a"], collecting=False) == (0.25, 28.0)
    assert waiting.limits(["b"], collecting=False) == (0.25, 2.0)
    cpu, wall = Times({"a": 0.1, "b": 1.0}, 0.5).limits(None, collecting=True)
    assert (cpu, wall) == (pytest.approx(16.0), pytest.approx(64.0))


def test_out_of_cpu_counts_at_once_and_the_rest_runs_afresh():
    job = swap()
    job.request()
    job.absorb(Answer([["ready"], told(IDS[0])], -27, out_of_time=False, out_of_cpu=True))
    assert job.request()["tests"] == IDS[2:]
    job.absorb(answer(told(IDS[2]), told(IDS[3])))
    assert statuses(job) == ["PASSED", "TIMEOUT", "PASSED", "PASSED"]


def test_out_of_wall_time_is_repeated_once_at_three_times_the_limit():
    job = swap()
    first = job.request()
    job.absorb(answer(told(IDS[0]), code=-9, out_of_time=True, end=False))
    again = job.request()
    assert again["tests"] == IDS[1:]
    assert again["wall"] == pytest.approx(3 * 4 * again["cpu"] / 3)
    assert again["cpu"] == pytest.approx(3 * first["cpu"] * 3 / 4)
    job.absorb(answer(code=-9, out_of_time=True, end=False))
    assert job.request()["tests"] == IDS[2:]
    assert job.repeats == 1
    job.absorb(answer(told(IDS[2]), told(IDS[3])))
    assert statuses(job) == ["PASSED", "TIMEOUT", "PASSED", "PASSED"]


def test_deaths_are_counted():
    job = swap()
    for number in range(MAX_RESTARTS + 1):
        assert job.request()["tests"] == IDS[number:]
        job.absorb(answer(code=-11, end=False))
    assert job.request() is None
    assert statuses(job) == ["CRASHED"] * 4
    longer = [f"t.py::{number}" for number in range(6)]
    job = Job(Plan("swap", tuple(longer), {}), longer, Times())
    job.begin(replace(WARM, tests=tuple(longer)))
    while job.request() is not None:
        job.absorb(answer(code=1, end=False))
    names = [result.status.name for result in job.outcome(None, 1.0).results]
    assert names == ["CRASHED"] * 4 + ["NOT_RUN"] * 2


def test_changed_state_widens_the_run():
    job = swap(("t.py::b",))
    job.request()
    job.absorb(Answer([["ready"], told(IDS[1]), ["state", True], ["end"]], 0, False))
    assert job.request()["tests"] == IDS
    assert job.polluted
    records = [told(test, "FAILED", "AssertionError") for test in IDS]
    job.absorb(Answer([["ready"], *records, ["state", True], ["end"]], 0, False))
    assert job.request() is None, "once is enough"
    assert statuses(job) == ["FAILED"] * 4
    assert job.outcome(CONTROL, 1.0).selected == 4


def test_changed_state_after_all_tests_widens_nothing():
    job = swap()
    job.request()
    job.absorb(Answer([["ready"], *map(told, IDS), ["state", True], ["end"]], 0, False))
    assert job.request() is None


def test_an_unsafe_function_takes_the_slow_way():
    job = Job(Plan("swap", ("t.py::b",), {("m.py", "g", 7): b""}), IDS, Times())
    job.begin(WARM)
    request = job.request()
    assert (request["op"], request["tests"], request["codes"]) == ("anew", None, {})


def test_a_program_with_threads_takes_the_slow_way():
    job = Job(Plan("swap", ("t.py::b",), CODES), IDS, Times())
    job.begin(Warmth(tuple(IDS), (), True, frozenset(CODES), False, 0.1))
    assert job.request()["op"] == "anew"


def anew():
    job = Job(Plan("reimport", None), IDS, Times())
    job.begin(WARM)
    job.request()
    return job


def test_a_file_that_does_not_collect():
    job = anew()
    job.absorb(
        Answer(
            [
                ["ready"], ["error", "u.py", "ImportError", "no"],
                ["collected", IDS[:3], False], ["end"],
            ],
            0, False,
        )
    )  # fmt: skip
    results = job.outcome(CONTROL, 1.0).results
    assert statuses(job) == ["NOT_RUN", "NOT_RUN", "NOT_RUN", "ERROR"]
    assert (results[3].exception, results[3].phase, results[3].message) == (
        "ImportError",
        "collect",
        "no",
    )


def test_a_test_that_is_collected_no_more_did_not_run():
    job = anew()
    records = [["ready"], ["collected", IDS[1:], True], *map(told, IDS[1:]), ["end"]]
    job.absorb(Answer(records, 0, False))
    assert statuses(job) == ["NOT_RUN", "PASSED", "PASSED", "PASSED"]


def test_death_at_import_concerns_every_test():
    job = anew()
    job.absorb(Answer([["ready"]], -27, out_of_time=False, out_of_cpu=True))
    results = job.outcome(CONTROL, 1.0).results
    assert {(result.status, result.phase) for result in results} == {(Status.TIMEOUT, "collect")}


FAILED = Answer([["failed", "KeyError: x"]], 70, False)


def test_what_failed_before_it_ran_is_imported_instead_and_the_plan_says_so():
    job = swap()
    assert job.request()["op"] == "swap"
    job.absorb(FAILED)
    request = job.request()
    assert (request["op"], request["tests"], request["codes"]) == ("anew", None, {})
    job.absorb(Answer([["ready"], ["collected", IDS, True], *map(told, IDS), ["end"]], 0, False))
    assert job.request() is None
    assert statuses(job) == ["PASSED"] * 4
    assert job.failures == 1
    assert "KeyError: x" in job.outcome(CONTROL, 1.0).why


@pytest.mark.parametrize("said", [True, False])
def test_what_fails_twice_before_it_ran_is_a_verdict_that_says_so(said):
    job = swap()
    job.request()
    for _ in range(2):
        job.absorb(FAILED if said else replace(FAILED, records=[]))
    assert job.request() is None
    results = job.outcome(CONTROL, 1.0).results
    assert {result.status for result in results} == {Status.CRASHED}
    assert ("KeyError: x" in results[0].message) is said


def test_a_control_run_that_failed_before_it_ran_is_tried_again_as_it_was():
    job = Job(Plan("swap"), (), Times())
    job.begin(WARM)
    first = job.request()
    job.absorb(FAILED)
    again = job.request()
    assert (again["op"], again["tests"]) == (first["op"], first["tests"])
    job.absorb(answer(*map(told, IDS)))
    assert statuses(job, None) == ["PASSED"] * 4


def test_slow_is_honoured_once_and_where_it_was_asked_for():
    job = anew()
    job.absorb(Answer([["ready"], ["slow"]], 0, False))
    assert not job.request()["quickly"]
    job.absorb(Answer([["ready"], ["slow"]], 0, False))
    assert job.request() is None
    assert statuses(job) == ["CRASHED"] * 4


def test_a_forged_slow_ends_a_swapped_run():
    job = swap(("t.py::b",))
    assert not job.request()["quickly"]
    job.absorb(answer(["slow"], told("t.py::b")))
    assert job.request() is None
    assert statuses(job) == ["PASSED", "CRASHED", "PASSED", "PASSED"]


def test_a_forged_record_is_the_running_tests_crash():
    job = swap()
    job.request()
    job.absorb(replace(answer(told(IDS[0]), end=False), forged="state: no flag"))
    assert job.request()["tests"] == IDS[2:]
    job.absorb(answer(told(IDS[2]), told(IDS[3])))
    assert statuses(job) == ["PASSED", "CRASHED", "PASSED", "PASSED"]
    assert "state: no flag" in job.outcome(CONTROL, 1.0).results[1].message


def test_a_limit_that_a_program_asked_for_has_an_end():
    forged = dict.fromkeys(IDS, 1e9)
    assert Times(forged, 1e9, forged).limits(None, collecting=True) == (MOST, MOST)
    assert Times(dict.fromkeys(IDS, 1e308)).limits(None, collecting=True) == (MOST, MOST)


def test_stopping_at_the_first_failure():
    job = swap(first_failure_only=True)
    assert job.request()["first_failure_only"]
    job.absorb(answer(told(IDS[0]), told(IDS[1], "FAILED", "AssertionError")))
    assert job.request() is None
    assert statuses(job) == ["PASSED", "FAILED", "NOT_RUN", "NOT_RUN"]


@pytest.mark.parametrize(
    ("test", "node", "wanted"),
    [
        ("a/t.py::x", "", True),
        ("a/t.py::x", "a", True),
        ("a/t.py::x", "a/t.py", True),
        ("a/t.py::C::x", "a/t.py::C", True),
        ("a/t.py::Cx", "a/t.py::C", False),
        ("ab/t.py::x", "a", False),
    ],
)
def test_belongs(test, node, wanted):
    assert belongs(test, node) is wanted


@pytest.mark.parametrize(("cpu", "spent"), [(2.0, True), (0.1, False)])
def test_a_kill_after_all_cpu_time_is_a_timeout(cpu, spent):
    order = {"nonce": b"n" * 16, "cpu": 0.25}
    header = {"code": -9, "cpu": cpu, "out_of_time": False, "clock": {"asked": 0.0}}
    assert read_answer(header, b"", order).out_of_cpu is spent


def test_stages_follow_one_clock_over_both_sides():
    records = [["ready", 3.5], ["test", "t"], ["ran", 7.0], ["end"]]
    clock = {"asked": 1.0, "sent": 1.5, "handed": 2.0, "ended": 7.25, "read": 8.0}
    found = stages_of(records, clock)
    assert [seconds for _, seconds in found] == [0.5, 0.5, 1.5, 3.5, 0.25, 0.75]
    assert sum(seconds for _, seconds in found) == clock["read"] - clock["asked"]


def test_a_suite_whose_ids_differ_from_process_to_process_is_refused_by_name():
    warmth = Warmth(("a", "b[2]"), (), True, frozenset(), True, 0.1)
    job = Job(Plan("swap", ("a",)), ["a", "b[1]"], Times())
    with pytest.raises(TaskError, match=r"differ from process to process: b\[1\], b\[2\]"):
        job.begin(warmth)
