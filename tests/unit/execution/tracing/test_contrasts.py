"""Which expression an edit changes."""

import ast

import pytest

from nerion_gym.execution.tracing import contrasts
from nerion_gym.execution.tracing.contrasts import Unchanged, contrast_of
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span

pytestmark = pytest.mark.pure


def edit_of(source, before, after, operator="some_edit", site=None):
    start = source.index(before)
    end = start + len(before)
    splice = Splice("m.py", start, end, before.encode(), after.encode())
    first = source.index(site) if site else start
    span = Span("m.py", first, first + len(site) if site else end)
    return Edit(operator, (splice,), span)


def contrast(source, *words, **more):
    return contrast_of(parse_module("m.py", source.encode()), edit_of(source, *words, **more))


@pytest.mark.parametrize(
    ("source", "before", "after", "expected"),
    [
        ("x = a + b\n", "+", "-", ("a + b", "a - b")),
        ("x = a + b * c\n", "*", "+", ("a + b * c", "a + b + c")),
        ("x = f(a, b)\n", "a", "b", ("a", "b")),
        ("x = f(a, b)\n", "a, ", "", ("f(a, b)", "f(b)")),
        ("x = f(a)\n", "f", "g", ("f(a)", "g(a)")),
        ("x = a.f(b)\n", "f", "g", ("a.f(b)", "a.g(b)")),
        ("x = a.b.f(c)\n", "a.b", "a", ("a.b", "a")),
        ("if a < b:\n    pass\n", "<", "<=", ("a < b", "a <= b")),
        ("if c:\n    pass\nelif a < b:\n    x = 1\n", "<", "<=", ("a < b", "a <= b")),
        ("while a:\n    x()\nelse:\n    y(z)\n", "z", "1", ("z", "1")),
        ("for x in y:\n    f(x)\n", "y", "[]", ("y", "[]")),
        ("def f(a=1):\n    return a\n", "1", "2", ("1", "2")),
        ("def f(a=1):\n    @g\n    def h(): pass\n", "1", "2", ("1", "2")),
        ("def f(a):\n    return a\n", "return a", "return None", ("a", "None")),
        ("x = [a for a in b if a]\n", "if a", "if not a", ("a", "not a")),
        ("x = f'{a + 1}'\n", "+", "-", ("a + 1", "a - 1")),
        ("x = a[1:2]\n", "2", "3", ("2", "3")),
        ("x = a[1:2]\n", "1:", ":", ("a[1:2]", "a[:2]")),
        ("x = (a\n  + b)\n", "+", "-", ("a + b", "a - b")),
        ("x += 1\n", "+=", "-=", ("x + 1", "x - 1")),
        ("x += 1\n", "+=", "=", ("(x + 1,)", "(1,)")),
        ("x = 1\n", "=", "+=", ("(1,)", "(x + 1,)")),
        ("try:\n    a()\nexcept B as e:\n    c()\n", "B", "C", ("B", "C")),
        ("with a(b) as c:\n    pass\n", "b", "1", ("b", "1")),
        ("async def f():\n    await g(a)\n", "a)", "b)", ("a", "b")),
        ("class A:\n    @b(c, 1)\n    def f(): pass\n", "1", "2", ("1", "2")),
        ("@a\nclass A: pass\n", "a", "b", ("a", "b")),
    ],
)
def test_the_smallest_expression_that_changes(source, before, after, expected):
    found = contrast(source, before, after)
    assert (ast.unparse(found.before), ast.unparse(found.after)) == expected


LONG = "x = {\n" + "".join(f"    'k{n}': f({n}, a + {n}),\n" for n in range(200)) + "}\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a + 77", "a - 77", ("a + 77", "a - 77")),
        ("f(78, ", "g(78, ", ("f(78, a + 78)", "g(78, a + 78)")),
        ("79, a + 79", "a + 79", ("f(79, a + 79)", "f(a + 79)")),
        ("80),", "80) + f(1),", ("f(80, a + 80)", "f(80, a + 80) + f(1)")),
        ("'k81'", "'K81'", ("'k81'", "'K81'")),
    ],
)
def test_an_edit_of_a_long_statement(before, after, expected):
    found = contrast(LONG, before, after)
    assert (ast.unparse(found.before), ast.unparse(found.after)) == expected


def test_long_statements_are_not_parsed_for_each_edit(monkeypatch):
    parsed = []
    known = contrasts.statements_in
    monkeypatch.setattr(contrasts, "statements_in", lambda text: parsed.append(text) or known(text))
    assert contrast(LONG, "a + 77", "a - 77") is not None
    assert not parsed


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("x = 1\n", "x", "y"),
        ("a.b += 1\n", "+=", "-="),
        ("def f(): 'doc'\n", "'doc'", "'dog'"),
        ("x: int = 1\n", "int", "str"),
        ("def f(a) -> int: pass\n", "int", "str"),
        ("x = 1\ny = 2\n", "x = 1\ny = 2", "y = 2\nx = 1"),
        ("@a\ndef f(): pass\n", "@a\n", ""),
        ("x = a\n", "a", "a; y = b"),
        ("match x:\n    case 1: pass\n", "1", "2"),
    ],
)
def test_what_is_more_than_an_expression(source, before, after):
    assert contrast(source, before, after) is None


def test_what_changes_nothing_that_is_evaluated():
    assert contrast("x = 1  # one\n", "1  #", "1   #") is None  # beyond the statement
    assert contrast("x = (1)\n", "(1)", "1") == Unchanged()
    assert contrast("x = 0x10\n", "0x10", "16") == Unchanged()


@pytest.mark.parametrize(
    ("source", "operator", "site", "before", "expected"),
    [
        ("x = f(a)\n", "remove_assignment", "x = f(a)", "x = f(a)", ("f(a)", "x")),
        ("x: int = a\n", "remove_assignment", "x: int = a", "x: int = a", ("a", "x")),
        ("x *= a\n", "remove_statement", "x *= a", "x *= a", ("x * a", "x")),
        ("raise a\n", "remove_raise", "raise a", "raise a", ("True", "False")),
        ("def f(): return a\n", "remove_return", "return a", "return a", ("True", "False")),
        ("if a: b()\n", "remove_condition", "if a: b()", "if a: b()", ("not a", "True")),
        ("while a: b()\n", "remove_loop", "while a: b()", "while a: b()", ("not a", "True")),
        ("for x in a: b()\n", "remove_loop", "for x in a: b()", "for", ("_len(a)", "0")),
        (
            "if a: b()\nelse: c()\n",
            "swap_branches",
            "if a: b()\nelse: c()",
            "b()",
            ("not a", "not not a"),
        ),
        (
            "if a: b()\nelse: c()\n",
            "remove_else",
            "if a: b()\nelse: c()",
            "else: c()",
            ("not a", "not a and False"),
        ),
    ],
)
def test_what_becomes_of_statements(source, operator, site, before, expected):
    found = contrast(source, before, "pass", operator=operator, site=site)
    assert (ast.unparse(found.before), ast.unparse(found.after)) == expected


def test_a_condition_that_goes_and_leaves_what_it_guards():
    source = "if a: b()\n"
    module, edit = (
        parse_module("m.py", source.encode()),
        edit_of(source, "if a: b()", "b()", operator="remove_condition"),
    )
    found = contrast_of(module, edit)
    assert (ast.unparse(found.before), ast.unparse(found.after)) == ("not a", "False")


def test_nothing_is_what_the_end_of_a_function_returns_anyway():
    for text in ("return", "return None"):
        source = f"def f(): {text}\n"
        assert contrast(source, text, "pass", operator="remove_return", site=text) is None
