"""Micro-execution: what it says of an edit, beside what running the edited function here shows."""

import contextlib
import os
import signal
import time

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.errors import ConfigError
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import control_of, corpus_task, measured
from nerion_gym.types.edit import Edit, Kind, Splice
from nerion_gym.types.program import Span
from nerion_gym.types.suite import CONTAINMENTS, STRICT
from nerion_gym.types.trace import Infection
from tests.support.processes import descendants
from tests.support.projects import project

pytestmark = pytest.mark.sandbox
MUTATIONS = tuple(row for row in OPERATORS if row.kind is Kind.MUTATION)


@pytest.fixture(scope="module")
def runner():
    with LocalRunner() as made:
        yield made


def replaced(program, before, after):
    """Return the edit that replaces a text that stands once in the module."""
    source = program.source("m.py")
    assert source.count(before.encode()) == 1
    start = source.index(before.encode())
    splice = Splice("m.py", start, start + len(before), before.encode(), after.encode())
    return Edit("swap_constant", (splice,), Span("m.py", start, start + len(before)))


def adopted(runner, source, tests, containment=STRICT):
    """Return a small project that the runner has measured."""
    program, suite = project(source, tests, containment)
    runner.adopt(measure(runner, program, suite))
    return program, suite


def tried(runner, source, tests, changes, containment=STRICT):
    """Return what micro-execution tells of changes (before, after) to a small module."""
    program, suite = adopted(runner, source, tests, containment)
    edits = [replaced(program, before, after) for before, after in changes]
    return runner.micro(program, edits, runner.trace(program, suite, edits))


KINDS = """
class Box:
    def __init__(self, value):
        self.value = value
    def add(self, n):
        self.value += n
        return self
    def twice(self):
        return Box(self.value * 2)

def first(items, default=None, *, key=len):
    for item in items:
        if key(item) > 1:
            return item
    return default

def count(n):
    for i in range(n):
        yield i + 1

async def later(x):
    return x + 2

def fill(target):
    target.append(3)

def check(x):
    if x > 10:
        raise ValueError(x)
    return True

def say(x):
    print("said", x)

def make(n):
    def inner(m):
        return n + m
    return inner

def total(*numbers, **weights):
    return sum(numbers) + 4 * len(weights)
"""
USES = """
import asyncio
import pytest
import m

def test_box():
    assert m.Box(1).add(2).twice().value == 6

def test_first():
    assert m.first(["a", "bb"]) == "bb"
    assert m.first([], 5) == 5

def test_count():
    assert list(m.count(2)) == [1, 2]

def test_later():
    assert asyncio.run(m.later(1)) == 3

def test_fill():
    mine = []
    m.fill(mine)
    assert mine == [3]

def test_check():
    assert m.check(10)
    with pytest.raises(ValueError):
        m.check(11)

def test_say(capsys):
    m.say("x")
    assert capsys.readouterr().out == "said x" + chr(10)

def test_make():
    assert m.make(1)(2) == 3

def test_total():
    assert m.total(1, 2, a=1) == 7
"""


@pytest.mark.parametrize("containment", CONTAINMENTS)
def test_each_kind_of_function(runner, containment):
    changes = [
        ("self.value += n", "self.value -= n"),
        ("self.value * 2", "self.value * 3"),
        ("> 1:", "> 2:"),
        ("return default", "return None"),
        ("yield i + 1", "yield i"),
        ("x + 2", "x + 3"),
        ("append(3)", "append(4)"),
        ("x > 10", "x > 11"),
        ("x > 10", "x >= 10"),
        ("(x)\n    return True", "(str(x))\n    return True"),
        ('"said", x', '"said"'),
        ("4 * len", "5 * len"),
        ("n + m", "n - m"),
    ]
    found = tried(runner, KINDS, USES, changes, containment)
    box, twice, first, default, count, later, fill, more, less, text, say, total, inner = found
    assert box.results == box.differs == 1
    assert box.tests == ("test_m.py::test_box",)
    for one in (twice, first, default, count, later, say, total):
        assert (one.differs, one.results) == (1, 1), one
    assert (first.ran, default.ran, count.ran) == (1, 1, 1)  # of two calls of `first` one each
    assert (fill.differs, fill.arguments) == (1, 1)
    assert (more.ran, more.differs, more.exceptions) == (2, 1, 1)
    assert (less.ran, less.differs, less.exceptions) == (2, 1, 1)
    assert (text.differs, text.exceptions) == (1, 1)
    assert (inner.ran, "comes to the place" in inner.why) == (0, True)


def test_what_changes_nothing_is_run_and_does_not_differ(runner):
    source = "def f(x):\n    y = x + 0\n    return y + 1\n"
    tests = (
        "import m\n\ndef test_f():\n    assert [m.f(x) for x in range(9)] == list(range(1, 10))\n"
    )
    same, other = tried(runner, source, tests, [("x + 0", "x - 0"), ("y + 1", "y + 2")])
    assert (same.ran, same.differs, same.tests, same.why) == (8, 0, (), "")
    assert (other.ran, other.differs) == (4, 4)  # where a few differ, no more are run


SPENT = """
import os, time
def spin(n):
    while n > 0:
        n = n - 1
    return n

def wait(seconds):
    time.sleep(seconds)
    return seconds

def leave(code):
    if code > 3:
        os._exit(code)
    return code

def eat(n):
    return len("x" * n)

def swallow(n):
    while n:
        try:
            n = n - 1
        except BaseException:
            pass
    return n

def power(n):
    return len(str(n ** n)) if n > 3 else n ** n

def after(n):
    return n + 1
"""
SPENDS = """
import m
def test_all():
    assert m.spin(3) == 0
    assert m.wait(0) == 0
    assert m.leave(3) == 3
    assert m.eat(3) == 3
    assert m.swallow(3) == 0
    assert m.power(3) == 27
    assert m.after(1) == 2
"""


UNSEEN = """
TABLE = []
def register(x):
    TABLE.append(x + 1)

def decorate(f):
    def inner(x):
        return f(x) + 1
    inner.depth = 3
    return inner

def count(x):
    register(x)
    return len(TABLE) > 0
"""
LOOKS = """
import m
def test_register():
    m.TABLE.clear()
    m.register(1)
    assert m.TABLE == [2]

def test_decorate():
    assert m.decorate(abs)(-1) == 2
    assert m.decorate(abs).depth == 3

def test_count():
    m.TABLE.clear()
    assert m.count(1)
"""


def test_functions_that_only_move_are_no_obstacle(runner):
    source = "def f(x):\n    x = x + 1\n    x = x * 2\n    return x\n\n\ndef g(x):\n    return x\n"
    tests = "import m\n\ndef test_f():\n    assert m.g(m.f(1)) == 4\n"
    (removed,) = tried(runner, source, tests, [("    x = x * 2\n", "")])
    assert (removed.ran, removed.results) == (1, 1)


def test_a_call_that_does_not_come_to_the_place_says_nothing(runner):
    source = """
def f(x):
    if x > 5:
        y = (
            x +
            1
        )
        return y
    for n in range(x):
        if n == 3:
            break
    else:
        x = x * 2
    return x
"""
    tests = "import m\n\ndef test_f():\n    assert [m.f(1), m.f(2), m.f(4)] == [2, 4, 4]\n"
    changes = [("1\n        )", "2\n        )"), ("x * 2", "x * 3"), ("n == 3", "n == 2")]
    away, doubled, found = tried(runner, source, tests, changes)
    assert (away.ran, away.differs) == (0, 0)
    assert "comes to the place" in away.why
    assert (doubled.ran, doubled.differs) == (2, 2)
    assert (found.ran, found.differs) == (3, 0)  # a call of 3 would tell


def test_what_no_comparison_shows_is_not_called_the_same(runner):
    changes = [
        ("x + 1)", "x - 1)"),
        ("(x + 1)", "(x + nothing)"),
        ("inner.depth = 3", "inner.depth = 4"),
        ("> 0", "> 9"),
    ]
    register, raises, decorate, count = tried(runner, UNSEEN, LOOKS, changes)
    for one in (register, decorate):
        assert (one.ran, one.differs, "nothing" in one.why) == (0, 0, True), one
    assert (raises.differs, raises.exceptions) == (1, 1)
    assert count.results == 1


def test_what_does_not_end_or_ends_the_process_costs_no_other_edit(runner):
    found = tried(
        runner,
        SPENT,
        SPENDS,
        [
            ("n = n - 1\n    return", "n = n + 1\n    return"),
            ("sleep(seconds)", "sleep(seconds + 60)"),
            ("code > 3", "code >= 3"),
            ('"x" * n', '"x" * (n + (1 << 40))'),
            ("        n = n - 1\n        except", "        n = n + 1\n        except"),
            ("else n ** n", "else n ** 9 ** 9 ** n"),
            ("n + 1\n", "n + 2\n"),
        ],
    )
    spin, wait, leave, eat, swallow, power, after = found
    for one in (spin, wait, leave, swallow, power):
        assert (one.differs, one.late) == (1, 1), one
    assert (eat.differs, eat.exceptions) == (1, 1)
    assert (after.differs, after.results) == (1, 1)


STATE = """
SEEN = {}
CALLS = [0]
def note(x):
    SEEN.setdefault("last", x)
    return SEEN["last"]

def pure(x):
    return x + len(SEEN)

def counted(x):
    CALLS[0] += 1
    return CALLS[0]

def reads(path):
    with open(path) as file:
        return file.read()
"""
STATES = """
import m
def test_note():
    assert m.note(1) == 1

def test_pure():
    m.SEEN.clear()
    assert m.pure(1) == 1

def test_counted():
    before = m.CALLS[0]
    assert m.counted(1) == before + 1

def test_reads(tmp_path):
    (tmp_path / "a").write_text("b")
    assert m.reads(tmp_path / "a") == "b"
"""


def test_what_hangs_on_more_than_arguments_is_not_run(runner):
    changes = [("return CALLS[0]", "return CALLS[0] + 1"), ("file.read()", "file.read(0)")]
    for one in tried(runner, STATE, STATES, changes):
        assert one.ran == 0
        assert "does not do" in one.why


def test_what_an_edit_leaves_behind_is_not_for_the_next(runner):
    changes = [
        ("return SEEN[", "SEEN[x] = SEEN['last'] = 7; return SEEN["),
        ("x + len(SEEN)", "x + len(SEEN) + 0"),
    ]
    program, suite = adopted(runner, STATE, STATES)
    edits = [replaced(program, *change) for change in changes]
    trace = runner.trace(program, suite, edits)
    # One after the other in one process: pure() would see what the edit before it left.
    left, same = runner.micro(program, edits, trace)
    assert (left.differs, left.results) == (1, 1)
    assert (same.ran, same.differs) == (1, 0)


def test_a_traced_process_that_is_gone_is_made_again_and_counted():
    source = "def f(x):\n    return x + 1\n"
    tests = "import m\n\ndef test_f():\n    assert m.f(1) == 2\n"
    with LocalRunner() as runner:
        program, suite = adopted(runner, source, tests)
        edits = [replaced(program, "x + 1", "x - 1")]
        trace = runner.trace(program, suite, edits)
        before = set(descendants(os.getpid()))
        assert runner.micro(program, edits, trace)[0].differs == 1
        assert (runner.stats.traces, runner.stats.retraced) == (1, 0)
        with LocalRunner() as other:  # it has no process of its own that was traced
            other.adopt(measure(other, program, suite))
            assert other.micro(program, edits, trace)[0].differs == 1
            assert (other.stats.traces, other.stats.retraced) == (1, 1)
        for pid in before:
            with contextlib.suppress(ProcessLookupError):  # a run that has ended meanwhile
                os.kill(pid, signal.SIGKILL)
        assert runner.micro(program, edits, trace)[0].differs == 1
        assert (runner.stats.traces, runner.stats.retraced) == (2, 1)


def test_a_suite_that_leaves_threads_is_not_forked(runner):
    source = (
        "import threading\n\ndef start(event):\n"
        "    threading.Thread(target=event.wait, daemon=True).start()\n    return 1\n"
    )
    tests = (
        "import threading\nimport m\n\nEVENT = threading.Event()\n\n"
        "def test_start():\n    assert m.start(EVENT) == 1\n"
    )
    (found,) = tried(runner, source, tests, [("return 1", "return 2")])
    assert (found.ran, "threads" in found.why) == (0, True)


def test_only_an_adopted_program_is_run(runner):
    program, suite = adopted(runner, "def f(x):\n    return x + 1\n",
                             "import m\n\ndef test_f():\n    assert m.f(1) == 2\n")  # fmt: skip
    edit = replaced(program, "x + 1", "x + 2")
    trace = runner.trace(program, suite, [edit])
    other = program.replaced({"m.py": b"def f(x):\n    return x + 3\n"})
    with pytest.raises(ConfigError, match="trace"):
        runner.micro(other, [edit], trace)
    with pytest.raises(ConfigError, match="adopt"):
        runner.micro(other, [], runner.trace(other, suite, []))


@pytest.mark.parametrize("name", ["math_logic", "logic_v2"])
def test_what_differs_is_killed_more_often_than_what_does_not(runner, name):
    task = measured(corpus_task(name), runner)
    edits = enumerate_edits(task.program, MUTATIONS, None)
    trace = runner.trace(task.program, task.suite, edits)
    found = runner.micro(task.program, edits, trace)
    assert found == runner.micro(task.program, edits, trace)  # the same each time
    assert sum(one.ran > 0 for one in found) > len(edits) * 0.6
    control = control_of(task).classes
    outcomes = runner.run_many([apply(task.program, edit) for edit in edits], task.suite)
    killed = [outcome.classes != control for outcome in outcomes]
    seen = [n for n, one in enumerate(found) if one.differs]
    quiet = [n for n, one in enumerate(found) if one.ran and not one.differs]
    assert sum(killed[n] for n in seen) > 0.9 * len(seen)
    assert sum(killed[n] for n in quiet) < 0.5 * len(quiet)
    for number in quiet:
        if trace.edits[number].infection is Infection.NEVER:
            assert not killed[number]


def test_what_an_edit_leaves_behind_for_one_call_alone_is_not_for_the_next(runner):
    source = (
        "CACHE = {}\n\ndef f(x):\n    if x in CACHE:\n        return CACHE[x]\n    return x * 10\n"
    )
    tests = "import m\n\ndef test_f():\n    assert [m.f(n) for n in range(8)][7] == 70\n"
    leaves = "    if x == 6:\n        CACHE[6] = 7\n    return x * 10"
    changes = [("    return x * 10", leaves), ("return x * 10", "return x * 5 * 2"),
               ("return x * 10", "return x * 11")]  # fmt: skip
    left, same, other = tried(runner, source, tests, changes)
    assert left.ran == 8
    assert (same.ran, same.differs) == (8, 0)
    assert other.differs == 4


HELD = """
class BadError(Exception):
    def __init__(self, text, code):
        super().__init__(text)
        self.code = code

def fails(x):
    raise BadError("bad", x + 1)

def chained(x):
    raise BadError("bad", 1) from KeyError(x)

def missing(path):
    raise OSError(2, "no such file", path + "x")

def wrapped(items):
    return [items]

def given(x):
    return x

def pair(x):
    return [x, x, (x, x)]
"""
HOLDS = """
import pytest
import m

def test_fails():
    with pytest.raises(m.BadError) as found:
        m.fails(1)
    assert found.value.code == 2

def test_chained():
    with pytest.raises(m.BadError) as found:
        m.chained(1)
    assert found.value.__cause__

def test_missing():
    with pytest.raises(OSError):
        m.missing("a")

def test_wrapped():
    items = [1]
    assert m.wrapped(items)[0] is items

def test_given():
    assert m.given(100000) == 100000
    assert m.given(1.5) == 1.5
    assert m.given((1.5, 2)) == (1.5, 2)

def test_pair():
    assert m.pair(100000)[0] == 100000
    assert m.pair(1.5)[0] == 1.5
"""


def test_which_object_counts_but_not_which_of_equal_numbers(runner):
    changes = [
        ("x + 1)", "x - 1)"),
        (" from KeyError(x)", ""),
        ('path + "x"', 'path + "y"'),
        ("[items]", "[list(items)]"),
        ("return x\n", "return (*x,) if type(x) is tuple else x * 3 / 3 if x < 2 else x + 1 - 1\n"),
        ("[x, x, (x, x)]", "[x, x * 1, (x * 1, x)]"),
    ]
    fails, chained, missing, wrapped, given, pair = tried(runner, HELD, HOLDS, changes)
    for one in (fails, chained, missing):
        assert (one.ran, one.exceptions) == (1, 1)
    assert (wrapped.ran, wrapped.results) == (1, 1)
    assert (given.ran, given.differs) == (3, 0)
    assert (pair.ran, pair.differs) == (2, 0)


ENDING = """
import gc
import os
import sys

QUIET = [False]

def leaves(x):
    if not QUIET[0]:
        os._exit(3)
    return x + 1

def closes(x):
    sys.stdout.close()
    return x + 2

def lies(x):
    return x + 3

def other(x):
    return x + 4

def teller():
    return next(one for one in gc.get_objects() if type(one).__name__ == "Teller")
"""
ENDS = """
import io
import sys
import m

def test_all(monkeypatch):
    monkeypatch.setattr(m, "QUIET", [True])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert [m.leaves(1), m.closes(1), m.lies(1), m.other(1)] == [2, 3, 4, 5]
"""


def test_a_function_that_ends_the_process_unedited_costs_no_other(runner):
    changes = [
        ("x + 1", "x - 1"), ("x + 2", "x - 2"), ("x + 3", "teller().tell('gone') or x + 3"),
        ("x + 4", "x - 4"),
    ]  # fmt: skip
    leaves, closes, lies, other = tried(runner, ENDING, ENDS, changes)
    assert (leaves.ran, "ended the process" in leaves.why) == (0, True)
    assert (closes.ran, closes.results) == (1, 1)
    assert lies.ran == 1
    assert (other.ran, other.results) == (1, 1)


WAITING = """
import asyncio
import threading

async def later(x):
    y = x - 1
    await asyncio.sleep(y)
    return x + 2

def elsewhere(x):
    thread = threading.Thread(target=str, args=(x,))
    thread.start()
    thread.join()
    return x + 1
"""
WAITS = """
import asyncio
import m

def test_later():
    assert asyncio.run(m.later(1)) == 3

def test_elsewhere():
    assert m.elsewhere(1) == 2
"""


def test_nothing_is_said_of_what_comes_after_a_wait(runner):
    changes = [("x + 2", "x + 3"), ("x - 1", "x.nothing"), ("x + 1", "x + 3")]
    after, before, threaded = tried(runner, WAITING, WAITS, changes)
    assert (after.ran, bool(after.why)) == (0, True)
    assert (before.ran, before.exceptions) == (1, 1)
    assert (threaded.ran, threaded.results) == (1, 1)  # its thread was joined


def test_what_no_exception_ends_costs_seconds_and_no_other_edit(runner):
    source = "def f(x):\n    return sum(range(x))\n\ndef g(x):\n    return x + 3\n"
    tests = "import m\n\ndef test_all():\n    assert (m.f(3), m.g(1)) == (3, 4)\n"
    changes = [("range(x)", "range(x + 10**13)"), *[("x + 3", f"x + {n}") for n in range(4, 24)]]
    program, suite = adopted(runner, source, tests)
    edits = [replaced(program, *change) for change in changes]
    trace = runner.trace(program, suite, edits)
    started = time.monotonic()
    endless, *others = runner.micro(program, edits, trace)
    assert time.monotonic() - started < 15  # a second of processor time, and not twenty
    assert (endless.differs, endless.late) == (1, 1)
    assert all(one.results == 1 for one in others)
