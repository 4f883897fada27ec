"""A program with taps does what it does without: step by step, and where it looks at itself."""

import asyncio
import gc
import sys
import sysconfig
import traceback
import warnings
import weakref
from pathlib import Path

import numpy as np
import pytest

from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
STDLIB = Path(sysconfig.get_paths()["stdlib"])


def both(source):
    """Return the names of a module run as it is, and with taps."""
    return plain(source), tapped(source).names


def test_order_of_evaluation_stays():
    source = """
seen = []
def note(x):
    seen.append(x)
    return x
class Box:
    @property
    def first(self):
        seen.append("first")
        return 1
    def __getitem__(self, key):
        seen.append(("item", key))
        return 2
def run():
    box = Box()
    a, b = note(1) + note(2) * note(3), box.first < note(4) < box[note(5)]
    c = note(0) and note(6) or note(7)
    d = note(8) if note(9) else note(10)
    e = [note(i) + box.first for i in range(3) if note(i) != 1]
    f = {note("k"): note("v"), **{"x": note(11)}}
    g = f"{note(12)!r:>{note(5)}}"
    h = max(note(1), note(2), key=lambda x: note(-x))
    box[note(1)]
    return a, b, c, d, e, f, g, h, seen
"""
    ours, theirs = both(source)
    assert ours["run"]() == theirs["run"]()


def test_generators_and_coroutines():
    source = """
def numbers(n):
    total = 0
    for i in range(n):
        got = yield total + i
        total = total + (got or 1)
    return total
def outer(n):
    result = yield from numbers(n)
    yield result * 2
async def later(x):
    return x + 1
async def run():
    return [await later(i) + await later(i * 2) async for i in agen(3)]
async def agen(n):
    for i in range(n):
        yield i + 1
"""
    ours, theirs = both(source)
    for names in (ours, theirs):
        steps = names["numbers"](3)
        assert [next(steps), steps.send(5), steps.send(0)] == [0, 6, 8]
        assert list(names["outer"](2)) == [0, 2, 4]
        assert asyncio.run(names["run"]()) == [5, 8, 11]


def test_recursion_keeps_the_values_of_each_call():
    source = """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def depth(n):
    return id(n) * 0 + depth(n - 1) + fib(3) if n else 0
"""
    ours, theirs = both(source)
    assert theirs["fib"](12) == ours["fib"](12) == 144
    assert theirs["depth"](5) == 10


def test_descriptors_decorators_and_class_bodies():
    source = """
import functools
def twice(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs) * 2
    return inner
class Base:
    size = 1 + 1
    __slots__ = ("_x",)
    def __init_subclass__(cls, extra=0, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.extra = extra + cls.size
    def __init__(self, x):
        self._x = x
    @property
    def x(self):
        return self._x + 1
    @x.setter
    def x(self, value):
        self._x = value * 2
    @classmethod
    def make(cls, n=3):
        return cls(n + cls.size)
class Sub(Base, extra=4):
    __private = 7
    @twice
    def get(self, k=1):
        return self.x + k + self.__private
    def me(self):
        return super().x, __class__.__name__, type(self).__mro__[1] is Base
"""
    for names in both(source):
        sub = names["Sub"].make()
        sub.x = sub.x + 1
        assert (sub._x, sub.get(), sub.get(k=0), sub.me()) == (14, 46, 44, (15, "Sub", True))
        assert names["Sub"].extra == 6


def test_objects_that_answer_in_their_own_way():
    source = """
class Odd:
    log = []
    def __eq__(self, other):
        self.log.append("eq")
        return True
    def __bool__(self):
        raise ValueError("no truth")
    def __hash__(self):
        raise TypeError("no hash")
def compare(a, b):
    return a == b
def truth(a, b):
    if a:
        return b
    return a and b
"""
    for names in both(source):
        odd = names["Odd"]()
        assert names["compare"](odd, 1) is True
        assert names["Odd"].log == ["eq"]
        with pytest.raises(ValueError, match="no truth"):
            names["truth"](odd, 1)


def test_operators_of_arrays():
    source = "def f(a, b):\n    return (a == b) & (a < b + 1), a[b > 1], -a\n"
    ours, theirs = both(source)
    a, b = np.arange(4), np.array([0, 2, 2, 9])
    for one, two in zip(ours["f"](a, b), theirs["f"](a, b), strict=True):
        assert np.array_equal(one, two)


def test_objects_die_when_they_did():
    source = """
class Thing:
    def __add__(self, other):
        return other
def made():
    return Thing()
def run(watch):
    result = made() + watch(made)
    thing = Thing()
    ref = watch(thing)
    x = thing + 1
    del thing
    return result, x, ref() is None
"""
    for names in both(source):

        def watch(thing, thing_class=names["Thing"]):
            return weakref.ref(thing) if isinstance(thing, thing_class) else 5

        gc.disable()
        try:
            assert names["run"](watch) == (5, 1, True)
        finally:
            gc.enable()


def test_tracebacks_and_lines_stay():
    source = """
def f(a,
      b):
    c = a + 1
    return (c +
            1 / b)
def g(x):
    return f(x,
             x - x)
"""
    shown = []
    for names in both(source):
        try:
            names["g"](1)
        except ZeroDivisionError as error:
            frames = traceback.extract_tb(error.__traceback__)[1:]
            shown.append([(frame.name, frame.lineno) for frame in frames])
            depth = 0
            step = error.__traceback__
            while step:
                depth += 1
                step = step.tb_next
            shown[-1].append(depth)
    assert shown[0] == shown[1]


def test_names_that_are_not_there_are_missed_in_the_same_way():
    source = "def f(flag):\n    if flag:\n        x = 1\n    return x + y\n"
    for names in both(source):
        with pytest.raises(UnboundLocalError, match="x"):
            names["f"](False)
        with pytest.raises(NameError, match="y"):
            names["f"](True)


def test_functions_that_look_at_their_variables():
    source = """
def f(a, b=2):
    before = dict(locals())
    c = a + b
    return before, sorted(locals()), eval("a + b + c"), [name for name in dir()]
"""
    ours, theirs = both(source)
    assert ours["f"](1) == theirs["f"](1)


def test_a_tracer_of_the_program_sees_its_lines():
    source = "def f(a):\n    b = a + 1\n    return b * 2\n"
    seen = []
    for names in both(source):
        lines = []

        def trace(frame, event, _argument, lines=lines):
            if frame.f_code.co_filename == "m.py" and event == "line":
                lines.append(frame.f_lineno)
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            assert names["f"](1) == 4
        finally:
            sys.settrace(before)
        seen.append(lines)
    assert seen == [[2, 3], [2, 3]]


def test_patterns_walrus_lambdas_and_loops():
    source = """
def f(value):
    match value:
        case [x, y] if x + y > 3:
            return x - y
        case {"k": k, **rest}:
            return k, rest
        case str() | bytes():
            return len(value) + 1
        case _:
            return (n := value or 5) + n
g = lambda a, *b, c=1 + 1, **d: (a, b, c, d)
def h(n):
    out = []
    while True:
        n -= 1
        if n % 2:
            continue
        if n < -4:
            break
        out += [n]
    else:
        out = None
    for i, j in zip(range(3), "abc"):
        try:
            out.append(1 / i if i != 2 else int(j))
        except (ZeroDivisionError, ValueError) as error:
            out.append(type(error).__name__)
        finally:
            out.append(-i)
    return out
"""
    ours, theirs = both(source)
    for value in ([3, 1], [1, 1], {"k": 1, "z": 2}, "abc", b"", 0, 7):
        assert ours["f"](value) == theirs["f"](value)
    assert ours["g"](1, 2, d=3) == theirs["g"](1, 2, d=3)
    assert ours["h"](4) == theirs["h"](4)


def test_modules_with_everything_at_their_top():
    source = '''"""Doc."""
from __future__ import annotations
import os as system
__all__ = ["A", "b"]
A: int = 1 + 1
b = [i for i in range(A) if i]
if A > 1:
    C = "x" * A
assert A, "message"
del b[0:]
'''
    ours, theirs = both(source)
    for name in ("__doc__", "__all__", "A", "b", "C", "__annotations__"):
        assert ours[name] == theirs[name]


def test_warnings_name_the_same_place():
    source = """
import warnings
def old(x):
    warnings.warn("old" + x, DeprecationWarning, stacklevel=2)
    return x
def caller():
    return old("a") + old("b")
"""
    places = []
    for names in both(source):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert names["caller"]() == "ab"
        places.append([(one.lineno, str(one.message)) for one in caught])
    assert places[0] == places[1]


@pytest.mark.parametrize("name", ["textwrap.py", "shlex.py", "fnmatch.py", "heapq.py", "bisect.py"])
def test_modules_of_the_standard_library_compile_with_taps(name):
    source = (STDLIB / name).read_text(encoding="utf-8")
    ours, theirs = both(source)
    assert ours.keys() == theirs.keys()


def test_a_formatter_of_texts_gives_the_same():
    ours, theirs = both((STDLIB / "textwrap.py").read_text(encoding="utf-8"))
    rng = np.random.default_rng(0)
    words = ["a", "two", "three-four", "x" * 30, "", "\t", "end.", "(b)"]
    for _ in range(60):
        text = " ".join(rng.choice(words, rng.integers(1, 40)))
        options = {
            "width": int(rng.integers(1, 40)),
            "fix_sentence_endings": bool(rng.integers(2)),
            "break_long_words": bool(rng.integers(2)),
            "max_lines": int(rng.integers(1, 5)) if rng.integers(2) else None,
            "placeholder": "..",
        }
        results = []
        for names in (ours, theirs):
            try:
                results.append(names["wrap"](text, **options))
            except ValueError as error:
                results.append(str(error))
        assert results[0] == results[1]


def test_a_name_without_a_value_is_missed_when_it_is_read():
    source = """
def f(a):
    try:
        return 1 / a + missing
    except (ZeroDivisionError, NameError) as error:
        return type(error).__name__
def g(a, flag):
    if flag:
        b = 1
    try:
        return a[0] + b
    except (IndexError, NameError) as error:
        return type(error).__name__
"""
    ours, theirs = both(source)
    for names in (ours, theirs):
        assert [names["f"](0), names["f"](1)] == ["ZeroDivisionError", "NameError"]
        assert [names["g"]([], 0), names["g"]([1], 0), names["g"]([1], 1)] == [
            *("IndexError", "UnboundLocalError", 2)
        ]


def test_slices_of_several_axes():
    source = """
class Grid:
    def __getitem__(self, key):
        return repr(key)

def cut(grid, row, column):
    return grid[:-1, row] + grid[row, :column] + grid[(row, column)] + grid[row:column, 1:2, ...]
"""
    calls = ("cut(Grid(), 1, 2)", "cut(Grid(), None, (3,))")
    assert outcomes(tapped(source).names, calls) == outcomes(plain(source), calls)
