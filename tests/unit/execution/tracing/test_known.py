"""What is remembered of traces, and what an edited program's traced run is compared with."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.cache import Key
from nerion_gym.execution.routing import nearest
from nerion_gym.execution.tracing.known import (
    KnownTraces,
    as_baseline,
    edited_files,
    without_run,
)
from nerion_gym.execution.tracing.trace import OTHERWISE, doubts_of, tapped
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import EditTrace, Infection, Trace

pytestmark = pytest.mark.pure

FILES = {"a.py": b"def f(x):\n    return x + 1\n", "b.py": b"def g(x):\n    return x * 2\n"}
PROGRAM = Program.from_files(FILES)
EDITED = PROGRAM.replaced({"a.py": b"def f(x):\n    y = x\n    return y - 1\n"})
SUITE = Suite((("t.py", b""),), targets=("t.py",))
OPERATORS = resolve(["swap_arithmetic", "increment_number"])


def outcome(*statuses, phase="call"):
    results = [TestResult(f"t::{n}", status, None, phase) for n, status in enumerate(statuses)]
    return Outcome(tuple(results), selected=len(results))


def baseline(program=PROGRAM, lines=None, suite=SUITE):
    covered = {"t::0": lines or {"a.py": frozenset({2})}}
    return Baseline(program, suite, outcome(Status.PASSED), Coverage(covered, {}))


def trace(edits):
    return Trace((EditTrace(Infection.NEVER),) * len(edits), (), asked=tuple(edits))


def listed(program):
    return enumerate_edits(program, OPERATORS, None)


def test_a_file_that_two_programs_share_is_planned_once():
    before = {file.path: file for file in tapped(PROGRAM, listed(PROGRAM))}
    after = {file.path: file for file in tapped(EDITED, listed(EDITED))}
    assert before["b.py"].plan is after["b.py"].plan
    assert before["a.py"].plan is not after["a.py"].plan
    shared = [listed(EDITED)[number] for number in after["b.py"].numbers]
    assert {edit.site.path for edit in shared} == {"b.py"}
    backwards = {file.path: file for file in tapped(PROGRAM, listed(PROGRAM)[::-1])}
    assert set(backwards["b.py"].numbers) == set(range(len(backwards["b.py"].numbers)))


def test_traces_are_told_apart_by_program_suite_and_edits():
    known, edits = KnownTraces(), listed(PROGRAM)
    key, other = Key("p", "s"), Key("q", "s")
    kept = trace(edits)
    known.put(key, kept)
    assert known.get(key, list(edits)) is kept
    assert known.get(key, edits[1:]) is None
    assert known.get(key, edits[::-1]) is None
    assert known.get(other, edits) is None
    assert known.get(Key("p", "t"), edits) is None


def test_the_least_recently_used_go_first_and_the_newest_stays():
    edits = listed(PROGRAM)
    keys = [Key(str(number), "s") for number in range(4)]
    known = KnownTraces(3 * len(edits))
    for key in keys[:3]:
        known.put(key, trace(edits))
    assert known.get(keys[0], edits)
    known.put(keys[3], trace(edits))
    assert known.get(keys[1], edits) is None
    assert all(known.get(key, edits) for key in (keys[0], keys[2], keys[3]))
    known.put(keys[1], trace(edits * 4))
    assert known.get(keys[1], edits * 4)
    assert not any(known.get(key, edits) for key in keys)


def test_the_same_trace_again_counts_once():
    edits = listed(PROGRAM)
    known = KnownTraces(2 * len(edits))
    for key in (Key("p", "s"), Key("q", "s"), Key("q", "s"), Key("q", "s")):
        known.put(key, trace(edits))
    assert known.get(Key("p", "s"), edits)


def test_a_bound_of_nothing_keeps_nothing():
    known, edits = KnownTraces(0), listed(PROGRAM)
    known.put(Key("p", "s"), trace(edits))
    assert known.get(Key("p", "s"), edits) is None


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.MEMORY, Status.CRASHED])
def test_what_a_limit_ended_is_not_worth_a_traced_run(status):
    assert "limit" in without_run(outcome(Status.PASSED, status))
    assert without_run(outcome(Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED)) == ""
    assert "collect" in without_run(outcome(Status.ERROR, phase="collect"))


def test_files_that_are_read_whole_stay_so_in_an_edited_program():
    whole = baseline(lines={"a.py": frozenset(range(1, 9)), "b.py": frozenset({1, 2})})
    edited = as_baseline(whole, EDITED, outcome(Status.FAILED))
    assert edited.control.results[0].status is Status.FAILED
    assert doubts_of(edited, []) == {"a.py": OTHERWISE}
    assert doubts_of(as_baseline(baseline(), EDITED, outcome(Status.PASSED)), []) == {}


def test_a_test_that_was_left_out_may_have_run_any_file_of_an_edited_program():
    edited = as_baseline(baseline(), EDITED, outcome(Status.PASSED))
    assert set(doubts_of(baseline(), ["t::0"])) == {"a.py"}
    assert set(doubts_of(edited, ["t::0"])) == {"a.py", "b.py"}


def test_only_what_differs_is_sent():
    assert edited_files(PROGRAM, EDITED) == {"a.py": EDITED.source("a.py")}
    assert edited_files(PROGRAM, PROGRAM) == {}


def test_the_nearest_program_is_the_home_of_an_edited_one():
    far = PROGRAM.replaced({"a.py": b"x = 1\n", "b.py": b"y = 1\n"})
    other = Suite((("t.py", b"#"),), targets=("t.py",))
    rows = [baseline(far), baseline(), baseline(suite=other), baseline(Program.from_files({}))]
    assert nearest(rows, EDITED, SUITE) is rows[1]
    assert nearest(rows[:1], EDITED, SUITE) is rows[0]
    assert nearest(rows[2:], EDITED, SUITE) is None
    twins = [baseline(), baseline()]
    assert nearest(twins, EDITED, SUITE) is twins[1]
