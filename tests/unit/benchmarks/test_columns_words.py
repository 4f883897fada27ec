"""Columns of edits that words, order and flow of a text tell, against values worked by hand."""

from __future__ import annotations

import ast

import pytest

from benchmarks.columns_flow import Flows, follow, step, steps_of
from benchmarks.columns_parameters import default_beside, parameter, passes
from benchmarks.columns_turned import effects, turned_columns
from benchmarks.columns_words import caught, last_name, targets_of, word_columns
from benchmarks.sampling import Places
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import operator
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite

pytestmark = pytest.mark.pure


def edits_of(source, name):
    """Return a program with the edits of an operator, and a function that tells their functions."""
    program = Program.from_files({"m.py": source})
    edits = enumerate_edits(program, (operator(name),), None)
    return program, edits, Places(program, Coverage({}, {})).function


def words_of(source, name, number=0):
    """Return the columns of words of an edit."""
    program, edits, function = edits_of(source, name)
    return word_columns(program, edits[number], function(edits[number]))


@pytest.mark.parametrize(
    ("text", "name"),
    [("a.b[0].get(1)", "get"), ("f(x)(y)", "f"), ("x[1].y", "y"), ("'a'.join(b)", "join"),
     ("1 + 2", "")],
)  # fmt: skip
def test_last_names(text, name):
    assert last_name(ast.parse(text, mode="eval").body) == name


def test_words_of_a_message():
    source = b"""\
class Box(dict):
    def get(self, key):
        try:
            raise KeyError("no such key")
        except (KeyError, ValueError):
            pass
"""
    found = words_of(source, "change_string")
    assert found["syntax.raised_word"] == found["syntax.called_word"] == "KeyError"
    assert found["syntax.caught_word"] == "KeyError ValueError"
    assert (found["syntax.function_word"], found["syntax.base_word"]) == ("get", "dict")
    assert (found["syntax.text_length"], found["syntax.text_spaces"]) == (11, 2)
    assert (found["syntax.text_name"], found["syntax.caught_kinds"]) == (0, 2)
    assert found["syntax.key"] == found["syntax.caught_all"] == 0


def test_a_bare_except_catches_all():
    assert caught(ast.parse("try: f()\nexcept: g()").body[0]) == {""}


@pytest.mark.parametrize(
    ("body", "asked"),
    [(b"if x == 1: g()", 1), (b"return not x == 1", 1), (b"y = 2 if x == 1 else 3", 1),
     (b"return [y for y in x if y == 1]", 1), (b"return x == 1", 0), (b"g(x == 1)", 0)],
)  # fmt: skip
def test_what_only_asks_for_truth(body, asked):
    found = words_of(b"def f(x):\n    " + body + b"\n", "swap_comparison")
    assert found["syntax.truth_asked"] == asked


def test_where_a_function_ends():
    source = (
        b"def f(x):\n    if x:\n        return 1\n    while x:\n        return 2\n    return 3\n"
    )
    rows = [words_of(source, "return_none", number) for number in range(3)]
    assert [row["syntax.ends_block"] for row in rows] == [1, 0, 1]
    assert [row["syntax.ends_function"] for row in rows] == [0, 0, 1]
    assert [row["syntax.returned"] for row in rows] == ["1", "Constant", "Constant"]


def test_a_guard_that_binds_what_it_asks_for():
    source = b"def f(x):\n    if x is None:\n        x = 1\n    if x:\n        g()\n    return x\n"
    rows = [words_of(source, "force_condition", number) for number in (0, 2)]  # each is two edits
    assert [row["syntax.guard_binds"] for row in rows] == [1, 0]
    assert [row["syntax.guard_body"] for row in rows] == ["Assign", "Expr"]


def test_targets():
    assert [last_name(one) for one in targets_of(ast.parse("a.b = c = 1").body[0])] == ["b", "c"]
    assert targets_of(ast.parse("f()").body[0]) == []


def test_effects_of_a_statement():
    found = effects(ast.parse("self.x = put(a, len(b))").body[0])
    assert (found.reads, found.stores) == ({"self", "put", "a", "len", "b"}, {"self.x"})
    assert (found.touched, found.calls) == ({"a", "len", "b"}, 1)


def test_what_is_turned_round():
    source = b"def f(a):\n    b = a\n    c = b\n    put(a)\n    a.x = 1\n    return c\n"
    program, edits, _ = edits_of(source, "shuffle_statements")
    rows = [turned_columns(program, edit) for edit in edits]
    assert [row["syntax.turn_needed"] for row in rows] == [1, 0, 0, 0]
    assert [row["syntax.turn_touched"] for row in rows] == [0, 0, 1, 0]
    assert [row["syntax.turn_free"] for row in rows] == [0, 1, 1, 0]
    assert rows[3]["syntax.turn_second"] == "Return"


def test_steps_of_a_statement():
    found = step(ast.parse("x.items.append(y)").body[0])
    assert (found.reads, found.binds, found.kind) == ({"x", "y"}, {"x"}, "called")
    assert step(ast.parse("if x: y = 1").body[0]).binds == frozenset()
    assert step(ast.parse("x += 1").body[0]).reads == {"x"}
    assert step(ast.parse("x.y = z").body[0]).kind == "stored"


def test_names_are_followed():
    node = ast.parse("def f(a):\n    b = a\n    c = b + 1\n    if d: g(c)\n    return c").body[0]
    found = follow(steps_of(node), ["a"])
    assert found.names == {"a", "b", "c"}
    assert (found.counts["returned"], found.counts["asked"], found.counts["called"]) == (1, 0, 1)
    assert (found.hops["bound"], found.hops["returned"]) == (1, 3)


def test_only_lines_that_run_are_followed():
    source = b"def f(x):\n    y = x + 1\n    if x:\n        return y\n    return 0\n"
    program, edits, function = edits_of(source, "swap_arithmetic")
    suite = Suite((), ())
    lines = {"a": {"m.py": frozenset({2, 3, 5})}, "b": {"m.py": frozenset({2, 3, 4})}}
    flows = Flows(Baseline(program, suite, Outcome(()), Coverage(lines, {})))
    edit = edits[0]
    one, both = (flows.columns(edit, function(edit), tests) for tests in (("a",), ("a", "b")))
    assert (one["tests.flow_returned"], both["tests.flow_returned"]) == (0, 1)
    assert (both["tests.hops_returned"], both["tests.ways"]) == (1, 2)
    assert (one["tests.lines_after"], one["tests.function_ran"]) == (2, 0.6)


CALLEE = ast.parse("def f(self, a, b=None, *, c=1): pass").body[0]


@pytest.mark.parametrize(
    ("call", "number", "name", "default"),
    [("x.f(1, None)", 1, "b", "same"), ("x.f(1, 2)", 1, "b", "None"), ("f(5)", 0, "a", "needed"),
     ("f(*y, 5)", 1, None, ""), ("f(1, 2, 3)", 2, None, "")],
)  # fmt: skip
def test_parameters_of_arguments(call, number, name, default):
    node = ast.parse(call, mode="eval").body
    found = parameter(CALLEE, node, node.args[number])
    assert (found and found.name) == name
    assert found is None or default_beside(found, node.args[number]) == default


@pytest.mark.parametrize(
    ("call", "passed"),
    [("f(1)", False), ("f(1, 2)", True), ("f(1, b=3)", True), ("f(1, **k)", True),
     ("f(*a)", True)],
)  # fmt: skip
def test_who_passes_a_parameter(call, passed):
    default = CALLEE.args.defaults[0]
    assert passes(ast.parse(call, mode="eval").body, CALLEE, default) is passed
