"""Taps of functions: what they count and record, and that a program does the same with them."""

import threading

import pytest

from nerion_gym.execution.tapped import functions_in
from nerion_gym.execution.tracing import calls, recipes
from nerion_gym.execution.tracing.calls import MOST_RECORDED, Function, Recorder
from nerion_gym.execution.tracing.entries import entries_of
from nerion_gym.execution.tracing.instrument import instrumented
from nerion_gym.execution.tracing.marks import bound
from nerion_gym.execution.tracing.rebuilt import rebuilt
from nerion_gym.execution.tracing.taps import Clock
from nerion_gym.syntax.module import parse_module
from tests.support.tracing import plain

pytestmark = pytest.mark.pure
SOURCE = '''
"""Functions of every kind."""
import functools

def add(a, b=2, /, c=3, *rest, d, e=5, **named):
    """Text."""
    if a:
        return a + b + c + sum(rest) + d + e + len(named)
    return None

class Box:
    """A class."""
    def __init__(self, value):
        self.value = value
    @property
    def twice(self):
        return self.value * 2
    @staticmethod
    def of(value):
        return Box(value)
    @functools.lru_cache(maxsize=None)
    def cached(self, n):
        return n + 1
    def __private(self, __x):
        return __x
    def call(self):
        return self.__private(1)

def count(n):
    for i in range(n):
        yield i

async def later(x):
    return x

def outer(n):
    def inner(m):
        return n + m
    return inner(1)

def empty():
    """Nothing but a text."""

def counted():
    global TOTAL
    TOTAL = TOTAL + 1
    return TOTAL

TOTAL = 0

def fails(x):
    if x:
        raise ValueError(x)
    return x

def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)

def grows(items):
    items.append(len(items))
    return items
'''


def watched(source):
    """Return what a module with taps of its functions defines, the taps by name, and the clock."""
    module = parse_module("m.py", source.encode())
    entries = entries_of(module)
    clock = Clock()
    recorder = Recorder(clock, "/nowhere", frozenset())
    functions = {entry.function.qualname: Function(recorder) for entry in entries}
    names = {"__name__": "m"}
    code = bound(instrumented(module, [], entries), list(functions.values()))
    exec(code, names)  # noqa: S102 - a test's own text
    clock.test = 1
    return names, functions, clock


def arguments(function):
    """Return the recorded arguments, made again."""
    return [rebuilt(call.arguments) for call in function.recorded]


def test_every_outermost_function_has_taps():
    module = parse_module("m.py", SOURCE.encode())
    entries = {entry.function.qualname: entry for entry in entries_of(module)}
    assert set(entries) == {
        "add", "Box.__init__", "Box.twice", "Box.of", "Box.cached", "Box.__private", "Box.call",
        "count", "later", "outer", "counted", "fails", "depth", "grows",
    }  # fmt: skip
    assert entries["add"].arguments == ("a", "b", "c", "rest", "d", "e", "named")
    assert len(entries["add"].returns) == 2
    assert len(entries["outer"].returns) == 1
    assert not entries["count"].returns
    assert not entries["later"].returns
    code = compile(SOURCE, "m.py", "exec")
    named = {(one.co_qualname, one.co_firstlineno) for one in functions_in(code)}
    assert {entry.key for entry in entries.values()} <= named


def test_a_program_does_the_same_with_taps():
    calls = [
        "add(1, d=1)", "add(1, 2, 3, 4, 5, d=1, z=2)", "add(0, d=1)", "add()", "Box(2).twice",
        "Box.of(3).value", "Box(1).call()", "Box(1).cached(2)", "count(3)", "outer(4)", "empty()",
        "counted()", "counted()", "fails(0)", "fails(1)", "depth(30)", "grows([1])",
        "add.__doc__", "Box.twice.fget.__name__", "add.__code__.co_firstlineno",
        "add.__code__.co_varnames", "add.__defaults__, add.__kwdefaults__",
    ]  # fmt: skip
    names, _, _ = watched(SOURCE)
    other = plain(SOURCE)

    def said(space, call):
        try:
            given = eval(call, space)  # noqa: S307 - a test's own text
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an outcome
            return type(error), str(error), error.__traceback__.tb_next and _lines(error)
        return repr(list(given) if hasattr(given, "__next__") else given)

    for call in calls:
        assert said(names, call) == said(other, call), call


def _lines(error):
    found, entry = [], error.__traceback__.tb_next
    while entry:
        found.append(entry.tb_lineno)
        entry = entry.tb_next
    return found


def test_arguments_are_recorded_as_they_were_at_the_call():
    names, functions, _ = watched(SOURCE)
    names["add"](1, 2, 3, 4, d=5, z=6)
    assert arguments(functions["add"]) == [[1, 2, 3, (4,), 5, 5, {"z": 6}]]
    mine = [7]
    names["grows"](mine)
    assert arguments(functions["grows"]) == [[[7]]]
    assert mine == [7, 1]
    box = names["Box"](3)
    assert box.twice == 6
    (recorded,) = arguments(functions["Box.twice"])
    assert (recorded[0].value, recorded[0] is box) == (3, False)


def test_calls_are_counted_by_test_and_results_by_kind():
    names, functions, clock = watched(SOURCE)
    for value in (0, 1, 1, 2):
        names["add"](value, d=1)
    clock.test = 3
    names["add"](0, d=1)
    with pytest.raises(ValueError, match="1"):
        names["fails"](1)
    names["fails"](0)
    for function in functions.values():
        function.finish()
    added = functions["add"]
    assert added.calls == {1: 4, 3: 1}
    assert added.returned == 5
    assert added.kinds == {"None": 1, "int +": 2}
    assert (functions["fails"].calls, functions["fails"].returned) == ({3: 2}, 1)
    assert [call.test for call in added.recorded] == [1, 1, 1]
    assert functions["count"].calls == {}


def test_equal_arguments_are_recorded_once_and_never_too_many():
    names, functions, clock = watched(SOURCE)
    for test in range(1, 200):
        clock.test = test
        names["outer"](5)
        names["depth"](0)
        names["add"](test, d=1)
    assert arguments(functions["outer"]) == [[5]]
    kept = [one[0] for one in arguments(functions["add"])]
    assert len(kept) == len(set(kept)) == MOST_RECORDED
    assert max(kept) > 40  # not the first ones alone


def test_the_same_calls_are_recorded_each_time():
    found = []
    for _ in range(2):
        names, functions, clock = watched(SOURCE)
        for test in range(1, 120):
            clock.test = test
            names["add"](test, d=1)
        found.append([(call.test, rebuilt(call.arguments)) for call in functions["add"].recorded])
    assert found[0] == found[1]


def test_a_result_belongs_to_its_own_call():
    names, functions, _ = watched(SOURCE)
    with pytest.raises(ValueError, match="1"):
        names["fails"](1)
    for _ in range(3):
        names["fails"](0)
    names["depth"](3)
    raised, gave = functions["fails"].recorded
    assert raised.result == []
    assert len(gave.result) == 1
    assert all(len(call.result) == 1 for call in functions["depth"].recorded)
    by_depth = {rebuilt(call.arguments)[0]: call.result[0] for call in functions["depth"].recorded}
    assert len(set(by_depth.values())) == len(by_depth)


def test_what_cannot_be_recorded_is_said():
    names, functions, _ = watched("def f(x):\n    return 1\n")
    names["f"](n for n in [1])
    assert functions["f"].recorded == []
    ((why, count),) = functions["f"].skipped.items()
    assert ("generator" in why, count) == (True, 1)


def test_a_call_without_room_on_the_stack_goes_on(monkeypatch):
    names, functions, _ = watched("def f(x):\n    return x\n")

    def full(*_args, **_named):
        raise RecursionError

    monkeypatch.setattr(calls, "snapshot", full)
    assert names["f"]([1]) == [1]
    assert (functions["f"].recorded, functions["f"].skipped) == ([], {"RecursionError": 1})


def test_arguments_that_change_meanwhile_are_not_recorded():
    names, functions, _ = watched("def f(x):\n    return 1\n")

    stop = threading.Event()
    shared = {n: n for n in range(1_500)}

    def change():
        while not stop.is_set():
            shared[len(shared)] = 1
            shared.popitem()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert [names["f"](shared) for _ in range(200)] == [1] * 200
    finally:
        stop.set()
        thread.join()
    assert set(functions["f"].skipped) <= {"RuntimeError", "values that are too big"}


def test_a_report_holds_no_value():
    names, functions, clock = watched(SOURCE)
    clock.test = 2
    names["outer"](424242)
    functions["outer"].finish()
    assert "424242" not in repr(functions["outer"].report())
    assert "424243" not in repr(functions["outer"].report())


@pytest.mark.parametrize("value", ["10**5000", "{10**5000, 1}", "range(10**5000)", "[-(10**5000)]"])
def test_numbers_that_python_does_not_show_are_taken_like_others(value):
    names, functions, _ = watched("def f(x):\n    return x\n")
    given = eval(value)  # noqa: S307 - a test's own text
    assert names["f"](given) is given
    assert arguments(functions["f"]) == [[given]]
    assert len(functions["f"].recorded[0].result[0]) == 12


def test_no_metaclass_is_asked_what_is_returned_or_held():
    ran = []
    names, functions, _ = watched("def f(x):\n    return x\n")

    class Meta(type):
        __name__ = property(lambda _cls: ran.append("name") or [])

        def __hash__(cls):
            ran.append("hash")
            return 1

    class Odd(metaclass=Meta):
        pass

    Odd.__qualname__ = "Odd"
    pinned, other = Odd(), Odd()
    recipes.pin([pinned])
    ran.clear()
    for value in (pinned, other, Odd, {other}, {pinned: pinned}):
        assert names["f"](value) is value
    assert ran == []
    assert len(functions["f"].recorded) == 5


def test_results_that_change_meanwhile_are_given_back(monkeypatch):
    names, functions, _ = watched("def f(x):\n    return x\n")

    def changed(*_args):
        raise RuntimeError("dictionary changed size during iteration")

    monkeypatch.setattr(calls, "is_plain", changed)
    assert names["f"]({}) == {}
    assert functions["f"].returned == 1
