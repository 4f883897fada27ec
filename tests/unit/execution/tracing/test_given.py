"""Calls with `*args`, loops, and what the traced process makes of their values."""

from collections import OrderedDict

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.tracing.given import called, length, spread
from nerion_gym.execution.tracing.values import UnknownError
from tests.support.tracing import outcomes, plain, tapped, word

pytestmark = pytest.mark.pure
HEAD = """
from os.path import *
def g(*args, **kwargs):
    return args, kwargs
def grow(a):
    a.append(1)
    return 1
class T(tuple):
    def __iter__(self):
        return iter(())
"""


class Texts(tuple):
    __slots__ = ()


def said(operator, body, *calls):
    """Return what is said of the edits of an operator in a function f(a, b)."""
    inner = "".join(f"    {line}\n" for line in body.split("\n"))
    source = f"{HEAD}def f(a, b):\n{inner}"
    found = tapped(source, resolve([operator]))
    found.clock.test = 1
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    words = {}
    for planned, seen in zip(found.plan.sites, found.sites, strict=True):
        for choice in planned.choices:
            edit = found.edits[choice.edit]
            if edit.site.start < len(HEAD):
                continue
            before = b"".join(one.before for one in edit.splices).decode().strip(", ")
            words[before] = word(seen.seen(), choice.bit)
            if words[before] == "never":
                edited = splice_bytes(source.encode(), edit.splices).decode()
                assert outcomes(plain(edited), calls) == known
    return words


@pytest.mark.parametrize(
    ("body", "calls", "edit", "expected"),
    [
        ("return g(*a, b)", ("f((), 1)",), "*a", "never"),
        ("return g(*a, b)", ("f((1,), 1)",), "*a", "always"),
        ("return g(*a, b)", ("f((1,), 1)", "f([], 1)"), "*a", "sometimes"),
        ("return g(*a, b)", ("f({}, 1)",), "*a", "never"),
        ("return g(*a, **b)", ("f((len, max), {})",), "**b", "never"),
        ("return g(*a, **b)", ("f((len, max), {'x': max})",), "**b", "always"),
        ("return g(*a, **b)", ("f(iter(()), {})",), "**b", "unknown"),
        ("return g(1, *a)", ("f(T((1,)), 1)",), "*a", "unknown"),
        ("return g(1, *a)", ("f(iter(()), 1)",), "*a", "unknown"),
        ("return g(1, *a, b=b)", ("f((), 1)", "f((1,), 1)"), "b=b", "always"),
        ("a = []\nreturn g(*a, grow(a))", ("f(0, 0)",), "*a", "unknown"),
        ("return g(*a, g(b))", ("f((), 0)",), "*a", "unknown"),  # another order
    ],
)
def test_arguments_that_stand_for_several(body, calls, edit, expected):
    assert said("drop_argument", body, *calls)[edit] == expected


@pytest.mark.parametrize(
    ("body", "calls", "expected"),
    [
        ("for x in a: g(x)", ("f([], 0)", "f('', 0)", "f({}, 0)"), "never"),
        ("for x in a: g(x)", ("f([g, f], 0)",), "always"),
        ("for x in a: g(x)", ("f([g] * 99, 0)", "f((), 0)"), "sometimes"),
        ("for x in a: g(x)", ("f(range(0), 0)",), "unknown"),
        ("for x in a: g(x)", ("f(T((1,)), 0)",), "unknown"),
        ("for x in enumerate(a): g(x)", ("f([], 0)",), "unknown"),
    ],
)
def test_loops_in_a_file_that_imports_whatever_there_is(body, calls, expected):
    (found,) = said("remove_loop", body + "\nreturn b", *calls).values()
    assert found == expected


def test_values_of_other_classes_are_not_gone_through():
    for value in (Texts((1,)), OrderedDict(a=1), iter(()), range(3), {1: 2}, {1}, "ab"):
        with pytest.raises(UnknownError):
            spread(value)
    for value in (Texts((1,)), OrderedDict(a=1), iter(()), range(3), {}.items(), 1):
        with pytest.raises(UnknownError):
            length(value)


def test_what_a_call_is_given():
    assert called(len, 1, spread([2, 3]), spread({"a": 4})) == (len, 1, 2, 3, ("a", 4))
    assert called(len, (1, 2)) == (len, (1, 2))
    assert length({1: 2, 3: 4}) == 2
