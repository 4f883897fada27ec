"""Literals that Python warns of: the judgement is the compiler's own, place by place."""

import ast
import warnings

import pytest

from nerion_gym.edits.rewriting.doubtful import is_doubtful
from tests.support.edits import results

pytestmark = pytest.mark.pure

VALUES = (
    "1", "1.5", "None", "True", "...", "'a'", "b'a'", "()", "(1, 2)", "[1]", "{1}", "{1: 2}",
    "lambda: 1", "[a for a in b]", "{a for a in b}", "(a for a in b)", "f'{a}'", "a", "a()", "a.b",
    "-a", "a + 1",
)  # fmt: skip
PLACES = (
    "x()", "x[0]", "x[a]", "x['k']", "x[1:]", "'word'[x]", "(1, 2)[x]", "a[x]", "a(x)", "x.b",
    "x is a", "a is not x", "a < x is b", "x == a", "a < x", "a is b < x", "x + 1", "not x",
)  # fmt: skip


def warns(text):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        compile(text, "m", "exec")
    return [str(one.message) for one in said if one.category is SyntaxWarning]


def judged(text, value):
    statement = ast.parse(text).body[0]
    for parent in ast.walk(statement):
        for place in ast.iter_child_nodes(parent):
            if isinstance(place, ast.Name) and place.id == "x":
                return is_doubtful(parent, place, ast.parse(value, mode="eval").body)
    raise AssertionError(text)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", VALUES)
def test_what_the_compiler_warns_of_is_doubtful(place, value):
    written = place.replace("x", f"({value})", 1)
    if warns(written):
        assert judged(place, value), written
    elif judged(place, value):
        assert "is" in place or "[" in place, "more is left alone than the compiler asks for"


@pytest.mark.parametrize("place", ["if x: pass", "x if x else a", "assert x"])
def test_a_condition_that_is_a_tuple_is_doubtful(place):
    place = place.replace("x if x", "a if x")
    assert judged(place, "(1, 2)")
    assert not judged(place, "()")
    assert not judged(place, "1")


@pytest.mark.parametrize("value", VALUES)
def test_an_assertion_of_a_pair_is_doubtful(value):
    assert judged("assert x", value) == bool(warns(f"assert {value}"))


@pytest.mark.parametrize(
    "use", ["x(a)", "x is None", "a is not x", "'word'[x]", "x['key'] if a else x", "assert x"]
)
def test_inlining_writes_nothing_that_python_warns_of(use):
    value = "('a', 'b')" if use == "assert x" else "1.5"
    source = f"def f(a):\n    x = {value}\n    {use}\n"
    assert [text for text in results(source, "inline_variable") if warns(text)] == []
    whole = (
        f"def g(x):\n    return {use.removeprefix('assert ')}\n\ndef f(a):\n    return g({value})\n"
    )
    assert [text for text in results(whole, "inline_function") if warns(text)] == []


def test_the_rest_is_inlined():
    source = "def f(a):\n    x = 2\n    return a is None or x + 1\n"
    assert results(source, "inline_variable") == ["def f(a):\n    return a is None or 2 + 1\n"]
