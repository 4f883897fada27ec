"""Expressions over what only the program can evaluate."""

import ast
import builtins

import pytest

from nerion_gym.execution.tracing.forms import Holes
from nerion_gym.execution.tracing.written import function_text

pytestmark = pytest.mark.pure


def expression(text):
    return ast.parse(text, mode="eval").body


def is_builtin(name):
    return hasattr(builtins, name)


def over(before, after, read=lambda _name: None):
    holes = Holes(expression(before), is_builtin)
    form = holes.over(expression(after), read)
    texts = [ast.unparse(hole) for hole in holes.nodes]
    return texts, form, None if form is None else function_text(holes, form)


@pytest.mark.parametrize(
    ("text", "holes", "function"),
    [
        ("a + b", ["a", "b"], "lambda h0, h1: h0 + h1"),
        ("a + a", ["a"], "lambda h0: h0 + h0"),
        ("a.b + a.b", ["a.b", "a.b"], "lambda h0, h1: h0 + h1"),
        ("f(x) < len(y)", ["f(x)", "y"], "lambda h0, h1: h0 < len(h1)"),
        ("f(x)", ["f(x)"], "lambda h0: h0"),
        ("a is None", ["a"], "lambda h0: h0 is None"),
        ("a is b", ["a is b"], "lambda h0: h0"),
        ("x[1:n]", ["x", "n"], "lambda h0, h1: h0[1:h1]"),
        ("'a' * n", ["n"], "lambda h0: _mul('a', h0)"),
        ("n % 2", ["n"], "lambda h0: _mod(h0, 2)"),
        ("2 ** n << m", ["n", "m"], "lambda h0, h1: _shl(_pow(2, h0), h1)"),
        ("s.strip().upper()", ["s"], "lambda h0: h0.strip().upper()"),
        ("s.pop()", ["s.pop()"], "lambda h0: h0"),
        ("s.title", ["s.title"], "lambda h0: h0"),
        ("len(a, key=b)", ["len(a, key=b)"], "lambda h0: h0"),
        ("[a, *b]", ["[a, *b]"], "lambda h0: h0"),
        ("a if b else c", ["b", "a", "c"], "lambda h0, h1, h2: h1 if h0 else h2"),
        ("1 + 2", [], "lambda : 1 + 2"),
    ],
)
def test_what_is_looked_through(text, holes, function):
    found = Holes(expression(text), is_builtin)
    assert [ast.unparse(hole) for hole in found.nodes] == holes
    assert function_text(found, found.form) == function


def test_a_shadowed_builtin_is_not_looked_through():
    found = Holes(expression("len(a)"), lambda _name: False)
    assert [ast.unparse(hole) for hole in found.nodes] == ["len(a)"]


@pytest.mark.parametrize(
    ("before", "after", "function"),
    [
        ("a + b", "a - b", "lambda h0, h1: h0 - h1"),
        ("a + b", "b", "lambda h0, h1: h1"),
        ("f(a)", "None", "lambda h0: None"),
        ("f(a) + 1", "f(a)", "lambda h0: h0"),
        ("a + b", "a + c", None),
        ("a + b", "f(a + b)", None),
        ("a", "a.b", "lambda h0, x0: x0"),
        ("a", "a.__b", None),
        ("a", "b.c", None),
        ("a", "a.b.c", None),
    ],
)
def test_edits_over_the_same_holes(before, after, function):
    assert over(before, after)[2] == function


def test_what_runs_code_must_run_as_often_and_in_order():
    def faithful(before, after):
        return over(before, after)[1].faithful

    assert faithful("f() + a", "f() - a")
    assert faithful("a + b", "b")  # reading a name does nothing
    assert not faithful("f() + a", "a")
    assert not faithful("f() + g()", "g() + f()")
    assert not faithful("f() + a", "f() + f()")
    assert faithful("f() + f()", "f() - f()")
    assert over("f() + f()", "f() - f()")[2] == "lambda h0, h1: h0 - h1"
    assert not faithful("f() + f()", "f()")


def test_a_long_display_is_one_hole():
    names = ", ".join(f"a{number}" for number in range(40))
    found = Holes(expression(f"[{names}]"), is_builtin)
    assert len(found.nodes) == 1
    assert found.over(expression("None"), lambda _name: None) is not None
    assert found.over(expression("[a1]"), lambda _name: None) is None


def test_values_that_are_only_passed_on_need_not_be_plain():
    def used(text):
        return sorted(Holes(expression(text), is_builtin).form.used)

    assert used("a") == used("a is None") == used("(a, b)") == []
    assert used("a + b") == used("a[b] + 1") == used("a[b][c]")[:2] == [0, 1]
    assert used("not -a") == [0]
    assert used("a or b") == used("a and (a or b)") == used("b if a else c") == [~0]
    assert used("not (a or b)") == used("len(a or b)") == [~1, ~0]
    assert used("(a or b) + 1") == [0, 1]
    assert used("(b if a else c) + 1") == [~0, 1, 2]
    assert used("not (a is None)") == []


def test_where_items_are_only_counted_or_looked_up():
    def used(text):
        return sorted(Holes(expression(text), is_builtin).form.used)

    assert used("not a") == used("len(a)") == used("-len(a)") == [~0]
    assert used("a[b]") == [~0, 1]
    assert used("a in b") == [~1, 0]
    assert used("a in b in c") == [0, 1, 2]
    assert used("not a[b]") == used("a[b] < 1") == [0, 1]
    assert used("a[0][1]") == used("len(a[0])") == [0]
    assert used("a[b:]") == [~0, 1]
    assert used("len(a) + a") == [~0, 0]


def test_what_may_not_be_evaluated_is_known():
    assert Holes(expression("a + b < c"), is_builtin).form.strict
    for text in ("a and b", "a if b else c", "a < b < c"):
        assert not Holes(expression(text), is_builtin).form.strict


def test_variables_that_only_an_edit_reads():
    texts, form, function = over("a + b", "a + c", {"c": ("c", "l")}.get)
    assert texts == ["a", "b"]
    assert function == "lambda h0, h1, x0: h0 + x0"
    assert sorted(form.read) == [0, 2]
    assert over("a + b", "a + d", {"c": ("c", "l")}.get)[1] is None


def test_attributes_that_only_an_edit_reads():
    holes = Holes(expression("f(a)"), is_builtin)
    form = holes.over(expression("a.b"), {"a": ("a", "")}.get)
    assert holes.extras == [("a", ""), ("1.b", "a")]
    assert sorted(form.read) == [2]
    assert not form.faithful
