"""What a traced run says of edits, beside what a run of each of them shows."""

from dataclasses import replace

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS, resolve
from nerion_gym.errors import ConfigError
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.tracing.reading import NO_VALUE
from nerion_gym.tasks.builder import control_of, corpus_task, measured
from nerion_gym.types.coverage import Baseline
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Program
from nerion_gym.types.protocols import Tracer
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import EditTrace, Infection
from tests.support.projects import project

pytestmark = pytest.mark.sandbox
RULED_OUT = {Infection.NEVER, Infection.NOT_REACHED}
MUTATIONS = tuple(row for row in OPERATORS if row.kind is Kind.MUTATION)


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


def traced(runner, source, tests):
    """Return the trace of all mutations of a small project."""
    program, suite = project(source, tests)
    runner.adopt(measure(runner, program, suite))
    return runner.trace(program, suite, enumerate_edits(program, MUTATIONS, None))


def survivors(runner, task, edits):
    """Return for each edit whether no test's class is another than without it."""
    control = control_of(task).classes
    outcomes = runner.run_many([apply(task.program, edit) for edit in edits], task.suite)
    return [outcome.classes == control for outcome in outcomes]


@pytest.mark.parametrize("name", ["math_logic", "logic_v2"])
def test_what_never_differs_survives(runner, name):
    task = measured(corpus_task(name), runner)
    edits = enumerate_edits(task.program, MUTATIONS, None)
    trace = runner.trace(task.program, task.suite, edits)
    classes = [found.infection for found in trace.edits]
    assert not trace.left_out
    assert {Infection.NEVER, Infection.SOMETIMES, Infection.ALWAYS} <= set(classes)
    quiet = [n for n, one in enumerate(classes) if one in (Infection.NEVER, Infection.NOT_REACHED)]
    assert all(survivors(runner, task, [edits[n] for n in quiet]))
    loud = [n for n, one in enumerate(classes) if one is Infection.ALWAYS][:40]
    assert sum(survivors(runner, task, [edits[n] for n in loud])) < len(loud) / 4


def test_an_edit_differs_in_the_tests_that_fail(runner):
    task = measured(corpus_task("logic_v2"), runner)
    edits = enumerate_edits(task.program, resolve(["swap_comparison", "swap_arithmetic"]), None)
    trace = runner.trace(task.program, task.suite, edits)
    control = control_of(task).classes
    outcomes = runner.run_many([apply(task.program, edit) for edit in edits], task.suite)
    failing = 0
    for found, outcome in zip(trace.edits, outcomes, strict=True):
        assert set(found.infected) <= set(found.reached)
        failed = {test for test, one in outcome.classes.items() if one != control[test]}
        failing += len(failed)
        if not found.at_import:
            assert failed <= set(found.infected)
    assert failing >= 50


def test_traces_repeat():
    with LocalRunner(cache=False) as forgetful:
        task = measured(corpus_task("math_logic"), forgetful)
        edits = enumerate_edits(task.program, MUTATIONS, None)
        once = forgetful.trace(task.program, task.suite, edits)
        assert forgetful.trace(task.program, task.suite, edits) == once
        assert forgetful.stats.traces == 2
        assert isinstance(forgetful, Tracer)


def test_a_known_trace_is_not_run_again(runner):
    task = measured(corpus_task("math_logic"), runner)
    edits = enumerate_edits(task.program, MUTATIONS, None)
    once = runner.trace(task.program, task.suite, edits)
    count = runner.stats.traces
    assert runner.trace(task.program, task.suite, list(edits)) is once
    assert runner.trace(task.program, task.suite, edits[:9]).edits == once.edits[:9]
    assert runner.stats.traces == count + 1
    assert once.of(edits[4]) is once.edits[4]
    assert once.of(edits[4].inverse()) is None


def unlit(trace):
    """Return a trace without what hangs on the lines that run, unknown of an edited program."""
    unseen = EditTrace(Infection.UNKNOWN)
    dark = [one.infection is Infection.NOT_REACHED or one.why == NO_VALUE for one in trace.edits]
    edits = [unseen if is_dark else one for one, is_dark in zip(trace.edits, dark, strict=True)]
    return replace(trace, edits=tuple(edits))


def test_an_edited_program_is_traced_as_if_it_were_the_unchanged_one(runner):
    """In the processes of the program that it was made from, whatever its tests say."""
    task = measured(corpus_task("logic_v2"), runner)
    edits = enumerate_edits(task.program, MUTATIONS, None)
    chosen = np.random.default_rng(0).choice(len(edits), 8, replace=False).tolist()
    compared = 0
    for number in chosen:
        program = apply(task.program, edits[number])
        listed = enumerate_edits(program, MUTATIONS, None)
        mine = runner.trace(program, task.suite, listed)
        outcome = runner.run(program, task.suite)
        with LocalRunner() as other:
            coverage = other.coverage(program, task.suite)
            other.adopt(Baseline(program, task.suite, outcome, coverage))
            assert unlit(mine) == unlit(other.trace(program, task.suite, listed))
        compared += mine.complete
    assert compared >= 6
    assert runner._far.warmth(program, task.suite) is None  # no processes of its own


FILES = {
    "a.py": b"import b\n\n\ndef f(x):\n    return b.g(x) + 1 if x else []\n",
    "b.py": b"LIMIT = 4\n\n\ndef g(x):\n    return min(x * 2, LIMIT)\n\n\n"
    b"def h():\n    return g(1)\n",
}
OVER_FILES = (
    b"import a, b\n\ndef test_f():\n    assert a.f(1) == 3\n\n"
    b"def test_h():\n    assert b.h() == 2\n\ndef test_none():\n    assert a.f(0) == []\n"
)


def test_an_edit_of_one_file_changes_what_is_seen_in_others(runner):
    """Every edit of a program of two files, and then a trace that knows of the unchanged one."""
    program = Program.from_files(FILES)
    suite = Suite((("test_a.py", OVER_FILES),), targets=("test_a.py",))
    runner.adopt(measure(runner, program, suite))
    runner.trace(program, suite, enumerate_edits(program, MUTATIONS, None))
    edits = enumerate_edits(program, MUTATIONS, None)
    moved = 0
    for edit in edits[:: len(edits) // 10]:
        edited = apply(program, edit)
        listed = enumerate_edits(edited, MUTATIONS, None)
        mine = runner.trace(edited, suite, listed)
        outcome = runner.run(edited, suite)
        with LocalRunner() as other:
            coverage = other.coverage(edited, suite)
            other.adopt(Baseline(edited, suite, outcome, coverage))
            theirs = other.trace(edited, suite, listed)
        assert mine.edits == theirs.edits
        assert mine.sites == theirs.sites
        moved += mine.sites != runner.trace(program, suite, edits).sites
    assert moved >= 5


def test_what_a_limit_ends_is_not_traced(runner):
    source = "def f(n):\n    while n > 0:\n        n -= 1\n    return n\n"
    program, suite = project(source, "import m\n\ndef test_f():\n    assert m.f(3) == 0\n")
    runner.adopt(measure(runner, program, suite))
    endless = program.replaced({"m.py": source.replace("n -= 1", "n += 1").encode()})
    count = runner.stats.traces
    edits = enumerate_edits(endless, MUTATIONS, None)
    trace = runner.trace(endless, suite, edits)
    assert {found.infection for found in trace.edits} == {Infection.UNKNOWN}
    assert "limit" in trace.edits[0].why
    assert not trace.complete
    assert runner.stats.traces == count


def test_tests_that_notice_the_taps_are_left_out_by_name(runner):
    source = "def f(a):\n    return a + 1\n\n\ndef g(a):\n    return a * 1\n"
    tests = (
        "import m\n\n"
        "def test_names():\n"
        "    assert m.f.__code__.co_consts[-1] == 1\n"
        "    plain = int, str, type(None)\n"
        "    assert all(isinstance(one, plain) for one in m.g.__code__.co_consts)\n"
        "    assert m.g(2) == 2\n\n"
        "def test_f():\n"
        "    assert m.f(1) == 2\n"
    )
    trace = traced(runner, source, tests)
    assert list(trace.left_out) == ["test_m.py::test_names"]
    assert "failed with taps, passed without" in trace.left_out["test_m.py::test_names"]
    # It ended before it came to `g`: what it would have evaluated there, no tap saw.
    assert RULED_OUT.isdisjoint(found.infection for found in trace.edits)


def test_tests_that_are_not_collected_with_taps_are_left_out_by_name(runner):
    source = "def f(a):\n    return a + 0\n\n\ndef g(a):\n    return a\n"
    tests = (
        "import m\n\nassert not any(map(callable, m.f.__code__.co_consts))\n\n"
        "def test_f():\n    assert m.f(1) == m.g(1)\n"
    )
    trace = traced(runner, source, tests)
    assert dict(trace.left_out) == {"test_m.py::test_f": "not run with taps"}
    assert RULED_OUT.isdisjoint(found.infection for found in trace.edits)


def test_a_suite_that_ends_its_process_is_no_evidence(runner):
    source = "import os\n\n\ndef f(a):\n    return a + 0\n\n\ndef end():\n    os._exit(3)\n"
    tests = (
        "import m, pytest\n\n"
        "def test_f():\n    assert m.f(1) == 1\n\n"
        "@pytest.mark.skipif(not m.f.__code__.co_consts[1:], reason='')\n"
        "def test_more():\n    assert m.f(2) == 2\n"
        "    any(callable(one) for one in m.f.__code__.co_consts) and m.end()\n"
    )
    trace = traced(runner, source, tests)
    assert all(found.infection is Infection.UNKNOWN for found in trace.edits)


@pytest.mark.parametrize(
    "test",
    [
        "subprocess.run([sys.executable, '-c', 'import m; assert m.f(0) == 0'], check=True)",
        "assert 'a + 0' in open(m.__file__).read()",
        "assert 'a + 0' in inspect.getsource(m.f)",
    ],
)
def test_what_notices_by_other_means_is_not_ruled_out(runner, test):
    source = "def f(a):\n    return a + 0\n\n\ndef g(a):\n    return a\n"
    tests = (
        f"import inspect, subprocess, sys\nimport m\n\ndef test_f():\n    {test}\n\n"
        "def test_g():\n    assert m.f(1) == m.g(1)\n"
    )
    trace = traced(runner, source, tests)
    assert not trace.left_out
    assert RULED_OUT.isdisjoint(found.infection for found in trace.edits)
    assert any("starts processes" in found.why for found in trace.edits)


def test_what_was_not_adopted_has_nothing_to_compare_with():
    program, suite = project("x = 1\n", "def test_x():\n    pass\n")
    with LocalRunner() as fresh, pytest.raises(ConfigError, match="call adopt"):
        fresh.trace(program, suite, [])


def test_a_place_whose_parts_raise_is_not_said_to_be_out_of_reach(runner):
    source = """
def inner(x):
    raise KeyError(x)

def outer(x):
    return inner(x)

def away(x):
    if x > 100:
        return inner(x + 1)
    return x
"""
    tests = (
        "import m\nimport pytest\n\ndef test_outer():\n    with pytest.raises(KeyError):\n"
        "        m.outer(1)\n\ndef test_away():\n    assert m.away(1) == 1\n"
    )
    program, suite = project(source, tests)
    runner.adopt(measure(runner, program, suite))
    edits = enumerate_edits(program, MUTATIONS, None)
    trace = runner.trace(program, suite, edits)
    control = runner.run(program, suite).classes
    outcomes = runner.run_many([apply(program, edit) for edit in edits], suite)
    classes = set()
    for edit, found, outcome in zip(edits, trace.edits, outcomes, strict=True):
        if found.infection in RULED_OUT:
            assert outcome.classes == control, edit
        classes.add((edit.operator, found.infection))
    assert ("return_none", Infection.UNKNOWN) in classes  # of `outer`: it would raise no more
    assert Infection.NOT_REACHED in {kind for _, kind in classes}  # in `away`: no line of it runs


GUARDED = """
def one(x):
    try:
        y = 1 // x
    except KeyError:
        y = 0
    return y


def two(x):
    try:
        y = 1 // x
    except ZeroDivisionError:
        y = 0
    return y


def three(x, b=3):
    return x


def four(x, b=4):
    yield x


def five(x, b=5):
    return x
"""
GUARDED_TESTS = """
import pytest
from calc import five, four, one, three, two

def test_one():
    with pytest.raises(ZeroDivisionError):
        one(0)

def test_two():
    assert two(1) == 1

def test_three():
    assert three(1, 2) == 1

def test_four():
    four(1)
"""


@pytest.mark.parametrize("reads", [False, True])
def test_handlers_and_defaults_that_no_test_comes_to(runner, reads):
    """A handler that looks at an exception is come to, whatever it says of it."""
    more = "\nimport inspect\nSEEN = inspect.signature(three)\n" if reads else ""
    files = {"calc.py": GUARDED.encode()}
    program = Program.from_files(files)
    suite = Suite((("test_calc.py", (GUARDED_TESTS + more).encode()),), targets=("test_calc.py",))
    runner.adopt(measure(runner, program, suite))
    edits = enumerate_edits(program, resolve(["remove_try", "remove_default"]), None)
    trace = runner.trace(program, suite, edits)
    said = [found.infection for found in trace.edits]
    unseen = [Infection.NEVER, Infection.UNKNOWN, Infection.NOT_REACHED]
    assert said[:2] == [Infection.UNKNOWN, Infection.NOT_REACHED]
    assert said[2:] == ([Infection.UNKNOWN] * 3 if reads else unseen)
