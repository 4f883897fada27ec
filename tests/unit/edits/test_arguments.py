"""Arguments swapped, dropped, emptied, misnamed: hard cases by hand."""

import ast

import pytest

from nerion_gym.edits.analysis.call_text import Shape, measured, shape_of, takes
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.outside import Parameters
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def edits_of(source, *names):
    """The program of one file and the edits that these operators propose in it."""
    program = Program.from_files({"m.py": f"{source}\n".encode()})
    return program, enumerate_edits(program, tuple(map(operator, names)), None)


def results(source, *names):
    """Every result of these operators, without the last line end."""
    program, edits = edits_of(source, *names)
    return [apply(program, edit).source("m.py").decode()[:-1] for edit in edits]


SWAPS = [
    ("f(a, b, c)", ["f(b, a, c)", "f(a, c, b)"]),
    ("f(a, a)", []),
    ("f(a, *b)", []),
    ("f(a=x, **b)", []),
    ("f(a=x, *b, c=y)", ["f(a=y, *b, c=x)"]),
    ("f((a), b)", ["f((b), a)"]),
    ("f((a, b), c)", ["f(c, (a, b))"]),
    ("f((x := 1), k=(y := 2), l=z)", ["f((x := 1), k=(z), l=(y := 2))"]),
    ("f((x := 1), y)", ["f((y), (x := 1))"]),
    ("f(x := 1, y)", ["f(y, (x := 1))"]),
    ("def g(): f((yield), y)", ["def g(): f((y), (yield))"]),
    ("f(a if b else c, lambda: d)", ["f(lambda: d, a if b else c)"]),
    ("f(a, # a\n  b) # b", ["f(b, # a\n  a) # b"]),
    ("f('a'\n  'b', c)", ["f(c, 'a'\n  'b')"]),
    ("f(é, ß)", ["f(ß, é)"]),
    ("x: f(a, b) = f", []),
    ("f'{f(a, b)} {f(a, b)}'", ["f'{f(b, a)} {f(a, b)}'", "f'{f(a, b)} {f(b, a)}'"]),
    ("@f(a, b)\ndef g(): pass", ["@f(b, a)\ndef g(): pass"]),
]


@pytest.mark.parametrize(("source", "expected"), SWAPS, ids=lambda value: str(value)[:30])
def test_swap_arguments(source, expected):
    assert sorted(results(source, "swap_arguments")) == sorted(expected)


def test_a_swap_names_both_arguments():
    _, (edit,) = edits_of("move(here, there)", "swap_arguments")
    assert (edit.site.start, edit.site.end) == (5, 9)
    assert (edit.argument.start, edit.argument.end) == (11, 16)


DROPS = [
    ("f(a, b, c)", ["f(b, c)", "f(a, c)", "f(a, b)"]),
    ("f(a)", []),
    ("f(*a)", []),
    ("f(a=b)", ["f()"]),
    ("f(**a)", ["f()"]),
    ("x.f(a)", ["x.f()"]),
    ("x.f(a, )", ["x.f()"]),
    ("x.f(\n    a,\n)", ["x.f()"]),
    ("x.f(y for y in z)", ["x.f()"]),
    ("x.f((y for y in z))", ["x.f()"]),
    ("f(*a, **b,)", ["f(**b,)", "f(*a,)"]),
    ("f((a), ((b)), (c))", ["f(((b)), (c))", "f((a), (c))", "f((a), ((b)))"]),
    ("(f)(a, b)", ["(f)(b)", "(f)(a)"]),
    ("(f # (\n)(a, b)", ["(f # (\n)(b)", "(f # (\n)(a)"]),
    ("f(\n  a,\n  b,\n)", ["f(\n  b,\n)", "f(\n  a,\n)"]),
    ("f(a, # the first\n  b)", []),
    ("f(a, b # the second\n)", ["f(b # the second\n)", "f(a # the second\n)"]),
    ("f('#', b)", ["f(b)", "f('#')"]),
    ("f(\\\n  a, \\\n  b)", ["f(\\\n  b)", "f(\\\n  a)"]),
    ("f(a, (b := c))", ["f((b := c))"]),
    ("f(g(x, (b := c)), a)", ["f(g((b := c)), a)", "f(g(x, (b := c)))"]),
    ("f(a=1, *b)", ["f(*b)", "f(a=1)"]),
    ("f'{f(a, b)}'", ["f'{f(b)}'", "f'{f(a)}'"]),
    ("class A(B, metaclass=C): pass", []),
]


@pytest.mark.parametrize(("source", "expected"), DROPS, ids=lambda value: str(value)[:30])
def test_drop_argument(source, expected):
    assert sorted(results(source, "drop_argument")) == sorted(expected)


def test_a_walrus_that_a_nonlocal_name_needs_is_not_dropped():
    source = "def f():\n    g(1, (x := 2))\n    def h():\n        nonlocal x"
    assert results(source, "drop_argument", "none_argument") == [
        source.replace("1, ", ""),
        source.replace("1, ", "None, "),
    ]


NONES = [
    ("f(a, b=c)", ["f(None, b=c)", "f(a, b=None)"]),
    ("f(None, *a, **b)", []),
    ("f((a))", ["f((None))"]),
    ("f(x for x in y)", ["f(None)"]),
    ("f((x for x in y))", ["f(None)"]),
    ("f((x for x in y), z)", ["f(None, z)", "f((x for x in y), None)"]),
    ("f'{f(a)}'", ["f'{f(None)}'"]),
    ("def g(): f((yield))", []),
]


@pytest.mark.parametrize(("source", "expected"), NONES, ids=lambda value: str(value)[:30])
def test_none_argument(source, expected):
    assert sorted(results(source, "none_argument")) == sorted(expected)


KEYWORDS = [
    ("dict(a=1)", ["dict(aXX=1)"]),
    ("dict(a=1, aXX=2)", ["dict(a=1, aXXXX=2)"]),
    ("x.update(a=1)", ["x.update(aXX=1)"]),
    ("def dict(a): pass\ndict(a=1)", []),
    ("f(a=1)", []),
    ("f(a=1, b=2)", []),
    ("f(a=1), g(b=2)", ["f(b=1), g(b=2)", "f(a=1), g(a=2)"]),
    ("f(a=1)\ndef h(): g(b=2)", []),
    ("f(a=1, b=2), g(b=3)", ["f(a=1, b=2), g(a=3)"]),
    ("f( a = 1), g(é=2)", ["f( é = 1), g(é=2)", "f( a = 1), g(a=2)"]),
    ("f'{dict(a=b)}'", ["f'{dict(aXX=b)}'"]),
]


@pytest.mark.parametrize(("source", "expected"), KEYWORDS, ids=lambda value: str(value)[:30])
def test_rename_keyword_argument(source, expected):
    assert sorted(results(source, "rename_keyword_argument")) == sorted(expected)


def test_only_the_two_nearest_keywords_are_tried():
    source = "def h():\n    f(a=1)\n    f(b=1)\n    f(c=1)\n    f(d=1)\n    f(e=1)"
    names = [edit.text for edit in edits_of(source, "rename_keyword_argument")[1]]
    assert names == ["b", "c", "a", "c", "b", "d", "c", "e", "c", "d"]


def test_arguments_are_found_with_their_parentheses():
    source = b"( f )( ( a ) , # x)\n  k=(b), * c , )"
    module = parse_module("m.py", source)
    found = measured(module, module.tree.body[0].value)
    assert [source[one.start : one.end] for one in found] == [b"( a )", b"k=(b)", b"* c"]
    assert [ast.unparse(one.value) for one in found] == ["a", "b", "*c"]


TAKEN = [
    ("a, b", "f(1, 2)", True),
    ("a, b", "f(1)", False),
    ("a, b=1", "f(1)", True),
    ("a, b", "f(1, 2, 3)", False),
    ("a, *b", "f(1, 2, 3)", True),
    ("a, *, b", "f(1, 2)", False),
    ("a, *, b", "f(1, b=2)", True),
    ("a, *, b=1", "f(1)", True),
    ("a, *, b", "f(1)", False),
    ("a", "f(1, a=2)", False),
    ("a", "f(b=2)", False),
    ("a, **b", "f(1, c=2)", True),
    ("a, **b", "f(1, a=2)", False),
    ("a, /, **b", "f(1, a=2)", True),
    ("a, /", "f(a=1)", False),
    ("a, /, **b", "f(a=1)", False),
    ("*, a=1, b", "f(b=1)", True),
    ("", "f()", True),
]


@pytest.mark.parametrize(("parameters", "call", "answer"), TAKEN)
def test_what_a_function_takes(parameters, call, answer):
    function = ast.parse(f"def f({parameters}): pass").body[0]
    shape = shape_of(ast.parse(call, mode="eval").body)
    assert takes(Parameters.of(function.args), shape) is answer
    assert python_takes(f"def f({parameters}): pass\n{call}") is answer


def python_takes(source):
    """What Python itself says, which wrote down none of the answers above."""
    space = {}
    try:
        exec(compile(source, "m.py", "exec"), space)  # noqa: S102 - Python is the oracle
    except TypeError:
        return False
    return True


def test_a_star_hides_how_a_call_gives_its_arguments():
    calls = ("f(*a)", "f(**a)", "f(1, b=2)")
    shapes = [shape_of(ast.parse(call, mode="eval").body) for call in calls]
    assert shapes == [None, None, Shape(1, frozenset({"b"}))]
