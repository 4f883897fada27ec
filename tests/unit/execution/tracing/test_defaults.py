"""Edits of defaults: what is said of them is said of calls, not of the `def`."""

import ast
from contextlib import suppress

import pytest

from nerion_gym.execution.tracing.contrasts import contrast_of
from nerion_gym.execution.tracing.defaults import other_default, parameters_of
from nerion_gym.execution.tracing.given import defaulted, required
from nerion_gym.execution.tracing.planning import LEFT_TO_DEFAULT
from nerion_gym.execution.tracing.reading import Reading
from nerion_gym.execution.tracing.told import Tapped, Told
from nerion_gym.execution.tracing.values import UnknownError
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span
from nerion_gym.types.trace import Infection
from tests.support.tracing import tapped, word

pytestmark = pytest.mark.pure


def said(source, *calls, name="b"):
    """Return what is said of the edits of a parameter's default after some calls."""
    found = tapped(source)
    found.clock.test = 1
    for call in calls:
        with suppress(TypeError):
            eval(call, found.names)  # noqa: S307 - a test's own text
    words = {}
    for planned, seen in zip(found.plan.sites, found.sites, strict=True):
        if planned.shown is not None and planned.shown.arg == name:
            words |= {
                found.edits[choice.edit].operator: word(seen.seen(), choice.bit)
                for choice in planned.choices
            }
    return words


DEF = "def f(a, b={}):\n    'What it does.'\n    return a, b\n"


@pytest.mark.parametrize(
    ("default", "calls", "expected"),
    [
        ("1", (), "not reached"),
        ("1", ("f(0)",), "always"),
        ("1", ("f(0, 2)",), "never"),
        ("1", ("f(0)", "f(0, 2)"), "sometimes"),
        ("1", ("f(0, b=2)", "f(0, 1)"), "sometimes"),  # the same value is no other
        ("1", ("f(0, True)", "f(0, 1.0)"), "never"),
        ("1", ("f()",), "not reached"),  # nothing of it runs
        ("0.5", ("f(0, 0.5)",), "always"),
        ("-1", ("f(0)",), "always"),
        ("-1", ("f(0, 1)",), "never"),
        ("None", ("f(0, [])", "f(0, object())"), "never"),
        ("None", ("f(0)",), "always"),
        ("True", ("f(0, 1)",), "never"),
        ("'x'", ("f(0, 'y')", "f(0, type('T', (str,), {})('x'))"), "never"),
        ("()", ("f(0, (1,))",), "never"),
        ("()", ("f(0)",), "always"),
        ("[]", ("f(0)",), "always"),
        ("[]", ("f(0, (1,))",), "never"),
        ("[]", ("f(0, [1])",), "unknown"),
        ("{}", ("f(0, {1: 2})",), "unknown"),
    ],
)
def test_what_calls_begin_with(default, calls, expected):
    found = said(DEF.format(default), *calls)
    assert "remove_default" in found
    assert len(found) > 1
    assert set(found.values()) == {expected}


def test_a_default_that_is_filled_in_the_meantime():
    source = "def f(a, b=[]):\n    b.append(a)\n    return len(b)\n"
    assert set(said(source, "f(1)", "f(1)").values()) == {"sometimes"}
    # As if the first call had come before a tap was there.
    found = tapped(source)
    found.names["f"].__defaults__[0].append(1)
    found.clock.test = 1
    found.names["f"](1)
    report = next(
        seen.seen()
        for planned, seen in zip(found.plan.sites, found.sites, strict=True)
        if planned.shown is not None
    )
    assert int(report.unknown, 16)
    assert not any(int(mask, 16) for mask in report.differs)


@pytest.mark.parametrize(
    ("source", "call", "expected"),
    [
        ("f = lambda a, b=1: a\n", "f(0)", "always"),
        ("f = lambda a, b=1: a\n", "f(0, 2)", "never"),
        ("def f(a, *, b=1):\n    return b\n", "f(0)", "always"),
        ("def f(a, *, b=1):\n    return b\n", "f(0, b=2)", "never"),
        ("def f(a, b=1, /):\n    return b\n", "f(0, 2)", "never"),
        ("class A:\n    def f(self, b=1):\n        return b\n", "A().f(2)", "never"),
        ("class A:\n    def f(self, b=1):\n        return b\n", "A().f()", "always"),
        ("def g():\n    def f(b=1):\n        return b\n    return f\n", "g()(2)", "never"),
        ("def g():\n    def f(b=1):\n        return b\n    return f\n", "g()()", "always"),
        ("def f(b=1):\n    global x\n    x = b\n", "f(2)", "never"),
        # Nothing runs before somebody asks for the first value.
        ("def f(b=1):\n    yield b\n", "list(f(2))", "unknown"),
        ("def f(b=1):\n    yield b\n", "list(f())", "always"),
        ("async def f(b=1):\n    return b\n", "f(2).close()", "not reached"),
        ("f = lambda b=1: [(yield b)]\n", "list(f(2))", "unknown"),
        # `dataclass` writes down how the class is called.
        ("d = lambda c: c\n@d\nclass A:\n    def __init__(self, b=1):\n        self.b = b\n",
         "A(2)", "unknown"),
    ],
)  # fmt: skip
def test_all_sorts_of_functions(source, call, expected):
    assert set(said(source, call).values()) == {expected}


def test_functions_do_what_they_did():
    source = "def f(a, b=[]):\n    b.append(a)\n    return b\ng = lambda *a, b=1, **k: (a, b, k)\n"
    found = tapped(source)
    assert found.names["f"](1) is found.names["f"](2)
    assert found.names["g"](1, c=2) == ((1,), 1, {"c": 2})
    assert found.names["f"].__defaults__ == ([1, 2],)


@pytest.mark.parametrize(
    "source",
    [
        "def f(b=g()): return b\n",
        "def f(b=x): return b\n",
        "def f(b=1 + 1): return b\n",
        "def f(b=...): return b\n",
        "def f(b=[1]): return b\n",
        "def f(b=1):\n    'Nothing to stand before.'\n",
        "class A:\n    def __del__(self, b=1): pass\n",
        "class A:\n    b: int = 1\n",
        "f = lambda b=1: (yield b)\n",
    ],
)
def test_what_is_judged_where_it_stands(source):
    assert parameters_of(parse_module("m.py", source.encode())) == {}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1", "2", "_defaulted(x, 1, 2)"),
        ("5", "6", "_defaulted(x, -5, -6)"),
        ("-5", "None", "_defaulted(x, -5, None)"),
        ("1", "g()", None),
        ("1", "a", None),
        ("-5", "-g", None),
    ],
)
def test_what_a_default_becomes(before, after, expected):
    source = "def f(a=1, b=-5):\n    return a\n"
    module, start = parse_module("m.py", source.encode()), source.index(before)
    span = Span("m.py", start, start + len(before))
    splice = Splice("m.py", start, span.end, before.encode(), after.encode())
    edit = Edit("some_edit", (splice,), span)
    found = other_default(module, edit, contrast_of(module, edit))
    text = None if found is None else ast.unparse(found.form.tree).replace("#0", "x")
    assert text == expected


def test_nothing_is_ruled_out_where_signatures_are_read():
    found = tapped("def f(a, b=1):\n    return a\n")
    numbers = tuple(range(len(found.edits)))
    file = Tapped("m.py", numbers, found.plan, ("", "", b"", b"", []), ())

    def known(seen):
        told = Told(("t",), {}, {}, complete=True, functions={}, lost="")
        edits = dict(Reading(told, {}, "", seen, frozenset()).edits(file))
        return [edits[number] for number in sorted(found.plan.doubtful)]

    assert {edit.infection for edit in known(seen=False)} == {Infection.NOT_REACHED}
    assert {edit.infection for edit in known(seen=True)} == {Infection.UNKNOWN}
    assert {edit.why for edit in known(seen=True)} == {LEFT_TO_DEFAULT}


def test_helpers():
    assert defaulted(2, 1, 3) == 2
    assert defaulted(1, 1, 3) == 3
    assert defaulted(True, 1, 3) is True
    assert defaulted([], [], None) is None
    assert defaulted((1,), (), None) == (1,)
    assert required(2, 1) == 2
    with pytest.raises(UnknownError):
        defaulted([1], [], None)
    with pytest.raises(TypeError):
        required(1, 1)
