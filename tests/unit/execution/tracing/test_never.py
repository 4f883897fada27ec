"""What is said never to differ: the edit is really applied, and nothing of the calls may change."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure


def lies(source, calls):
    """Return the edits that are said never to differ and do, and what they make of the calls."""
    found = tapped(source)
    found.clock.test = 1
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    wrong = {}
    for edit in [*map(found.edits.__getitem__, found.plan.unchanged), *found.quiet()]:
        edited = outcomes(plain(splice_bytes(source.encode(), edit.splices).decode()), calls)
        if edited != known:
            after = b"".join(splice.after for splice in edit.splices).decode()
            wrong[f"{edit.operator} {after}"] = edited
    return wrong


def assert_true(source, *calls):
    assert lies(source, calls) == {}


def test_numbers_that_share_a_hash():
    assert_true("def f(a):\n    return a > -2\n", "f(-1)", "f(-2)")
    assert_true("def f(a):\n    return a < 1\n", "f(0)", "f(2**61 - 1)")
    assert_true("def f(a, b):\n    return a + b\n", "f(0j, 0)", "f(complex(0, -0.0), 0)")


def test_what_is_not_a_number():
    source = """
import math
nan = float("nan")
def f(x):
    y = x
    x = x * 1.0
    return x in [y]
def g(x):
    return math.copysign(1, -x)
"""
    assert_true(source, "f(nan)", "g(nan)")


def test_sets_in_another_order():
    assert_true("def f(a, b):\n    x = {a, b}\n    return list(x)\n", "f(0, 8)", "f(8, 0)")


def test_builtins_that_give_what_they_are_given():
    source = """
def f(a, b):
    x = max(a, b)
    x.append(1)
    return a, b
def g(a, b):
    x = sum(a, b)
    x.append(1)
    return a, b
"""
    assert_true(source, "f([1], [1])", "g([], [])")


def test_what_changes_in_place_and_what_is_bound_anew():
    source = """
def f(out):
    out += [1]
def call():
    out = []
    f(out)
    return out
def merged():
    one = set()
    two = one
    two |= {1}
    return one
"""
    assert_true(source, "call()", "merged()")
    source = """
def f():
    one = []
    two = one
    two = [1]
    return one
"""
    assert_true(source, "f()")


def test_a_condition_that_is_not_evaluated_any_more():
    source = """
log = []
def noted():
    log.append(1)
    return True
def f():
    if noted():
        return 1
def g(a):
    if a[0]:
        return 1
"""
    assert_true(source, "f()", "log")
    assert_true(source, "g([1])", "g([])")


def test_who_registers_codecs_is_not_called_by_taps():
    source = """
import codecs
log = []
def handler(error):
    log.append(1)
    return "?", error.end
def f(a, b):
    codecs.register_error("mine", handler)
    return a.encode("ascii", "mine") + b, str(a.encode() + b, "ascii", "mine")
"""
    assert_true(source, "f('é', b'')", "log")


def test_assignments_that_leave_the_variable_of_another_scope():
    source = """
x = 1
class A:
    x = x
class B:
    x += 0
max = max
def f():
    global min
    min = min
"""
    assert_true(source, "A.x", "'x' in vars(B)", "'max' in globals()", "f()", "'min' in globals()")


def test_assignments_of_what_is_not_bound_otherwise():
    source = """
x = 1
__y = 2
def f(a):
    x = a
    x = x + 0
    return x
def outer(a):
    x = 5
    def inner():
        x = a
        return x
    return inner()
class A:
    def f(self, a):
        __y = a
        return __y
"""
    assert_true(source, "f(1)", "outer(1)", "A().f(2)")


def test_variables_that_somebody_else_asked_for():
    source = """
import sys
def grabbed():
    return sys._getframe(1).f_locals
def f(a, b):
    given = grabbed()
    c = a + b
    return given
"""
    assert_true(source, "f(1, 2)['a']")


def test_code_that_never_runs_and_makes_a_generator():
    source = """
def f(xs):
    for x in xs:
        yield x
def g(a):
    if a:
        yield 1
def h(a):
    while a:
        yield a
def i(a):
    if a:
        return
    else:
        yield 1
"""
    assert_true(source, "f([])", "g(0)", "h(0)", "i(1)")


def test_code_that_never_runs_and_makes_a_local_variable():
    source = """
x = 5
def f(a):
    if a:
        x = 1
    return x
def g(xs):
    for x in xs:
        pass
    return x
def h(a):
    def inner():
        return x
    if a:
        import os as x
    return inner()
"""
    assert_true(source, "f(0)", "g([])", "h(0)")


def test_code_that_never_runs_and_binds_what_others_bind_too():
    found = tapped("def f(a, xs):\n    if a:\n        a = b = 1\n        c = b\n    return a\n")
    found.clock.test = 1
    found.names["f"](0, [])
    assert found.said("a")["remove_condition "] == "never"


def test_lists_that_change_between_two_looks():
    source = """
def changed(a):
    a[0] = 2
    return 2
def longer(a):
    a.append(1)
    return 2
def pair(a, b):
    return a, b
def f(a):
    return a[0] * changed(a)
def g(a):
    return pair(len(a), longer(a))
"""
    assert_true(source, "f([5])", "g([1])")


def test_variables_that_are_bound_anew_between_two_looks():
    source = """
total = 3
def zero():
    return 0
def step():
    global total
    total = 0
    return 1
def pair(*given):
    return given
def f():
    return total * step() * zero()
def g():
    return pair(total, step())
def h(x):
    return pair(x, (x := 1), x)
"""
    assert_true(source, "f()")
    assert_true(source.replace("total = 0", "total += 1").replace("= 3", "= 1"), "g()")
    assert_true(source, "h(1)", "h(2)")


def test_what_raises_before_the_program_runs_on():
    source = """
log = []
def step():
    log.append(1)
    return 1
def pair(a, b):
    return a, b
def f(a):
    return pair(a[0], step())
"""
    assert_true(source, "f([1])", "f([])", "log")


def test_what_stays_the_same_whatever_runs():
    found = tapped(
        "def g(n): return n\n"
        "def pair(a, b): return a, b\n"
        "def f(a, n): return pair(a, g(n))\n"
        "def h(n): return n * 2 + g(n)\n"
    )
    found.clock.test = 1
    found.names["f"](1, 1)
    found.names["h"](0)
    assert found.said("pair(a, g(n))")["swap_arguments g(n)a"] == "never"
    assert found.said("n * 2 + g(n)")["swap_arithmetic -"] == "never"


def test_builtins_that_a_test_puts_something_in_the_place_of():
    source = "def fake(a):\n    return 1\ndef f(a):\n    return len(a) > 1\n"
    assert_true(source, "globals().update(len=fake)", "f([1, 2])")
