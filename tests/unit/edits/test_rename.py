"""rename_local: what it renames whole, and everything that it must leave alone."""

import ast
import textwrap

import pytest

from nerion_gym.edits.analysis.naming import new_name
from nerion_gym.edits.analysis.safety import refusal
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure
RENAME = (operator("rename_local"),)


def renames(source):
    """New name -> the whole file under it."""
    program = Program.from_files({"m.py": textwrap.dedent(source).encode()})
    found = {}
    for edit in enumerate_edits(program, RENAME, None):
        result = apply(program, edit).source("m.py").decode()
        ast.parse(result)
        compile(result, "m.py", "exec", dont_inherit=True)
        found[edit.text] = result
    return found


def reason(source, name):
    module = parse_module("m.py", textwrap.dedent(source).encode())
    (binding,) = [
        binding
        for binding in module.scopes.bindings
        if binding.name == name and binding.scope is not module.scopes.root
    ]
    return refusal(module, binding)


WHOLE = [
    (
        "x = 1\ndef f():\n x = 2\n return x\ndef g(): return x",
        "x = 1\ndef f():\n X = 2\n return X\ndef g(): return x",
    ),
    ("def f():\n x = 1\n return g(x=x).x", "def f():\n X = 1\n return g(x=X).x"),
    (
        "def f():\n x = 1\n return lambda: [x for y in x]",
        "def f():\n X = 1\n return lambda: [X for y in X]",
    ),
    ("def f():\n x = 1\n return lambda x=x: x", "def f():\n X = 1\n return lambda x=X: x"),
    ("def f(n):\n return [x for x in n], x", "def f(n):\n return [X for X in n], x"),
    ("class A:\n a = [x for x in n if x]", "class A:\n a = [X for X in n if X]"),
    ("def f(n):\n return [x := m for m in n], x", "def f(n):\n return [X := m for m in n], X"),
    ("def f():\n x: int = 1\n x += 1\n x[0] = x.y", "def f():\n X: int = 1\n X += 1\n X[0] = X.y"),
    ("def f():\n for x, *y in z: print(x)", "def f():\n for X, *y in z: print(X)"),
    ("def f():\n with a as x, b as (c, [x]): x", "def f():\n with a as X, b as (c, [X]): X"),
    (
        "def f():\n try: pass\n except E as x: raise x",
        "def f():\n try: pass\n except E as X: raise X",
    ),
    (
        "def f():\n x = 1\n def g():\n  nonlocal x, x\n  x = 2",
        "def f():\n X = 1\n def g():\n  nonlocal X, X\n  X = 2",
    ),
    (
        "def f():\n x = 1\n class A:\n  nonlocal x\n  x = 2",
        "def f():\n X = 1\n class A:\n  nonlocal X\n  X = 2",
    ),
    (
        "def f():\n x = 1\n class A:\n  y = x\n  def m(self): return x",
        "def f():\n X = 1\n class A:\n  y = X\n  def m(self): return X",
    ),
    # The class body reads the module's x: a class never captures what it binds itself.
    (
        "def f():\n x = 1\n class A:\n  y = x; x = 2\n return x",
        "def f():\n X = 1\n class A:\n  y = x; x = 2\n return X",
    ),
    (
        "def f():\n x = 1\n def g():\n  global x\n  x = 2\n return x",
        "def f():\n X = 1\n def g():\n  global x\n  x = 2\n return X",
    ),
    (
        "def f(v):\n match v:\n  case [1, *x] | {'k': x}: return x",
        "def f(v):\n match v:\n  case [1, *X] | {'k': X}: return X",
    ),
    (
        "def f(v):\n match v:\n  case {**x} if x: return x",
        "def f(v):\n match v:\n  case {**X} if X: return X",
    ),
    ("def f(v):\n match v:\n  case P(x=x) as y: x", "def f(v):\n match v:\n  case P(x=X) as y: X"),
    ("def f(x, /): return x", "def f(X, /): return X"),
    ("def f(*x, **y): return x", "def f(*X, **y): return X"),
    (
        "def f():\n def g(x, y=1): return x\n return g(1) + g(2, 3)",
        "def f():\n def g(X, y=1): return X\n return g(1) + g(2, 3)",
    ),
    ("def f():\n g = lambda x: x\n return g(*a)", "def f():\n g = lambda X: X\n return g(*a)"),
    ("y = sorted(z, key=lambda x: -x)", "y = sorted(z, key=lambda X: -X)"),
    ("y = (lambda x: x)(1)", "y = (lambda X: X)(1)"),
    ("async def f():\n async for x in y: await x", "async def f():\n async for X in y: await X"),
    (
        "def f():\n x = 1\n return f'{x} {x!r:>{x}}' f'{{x}}' 'x'",
        "def f():\n X = 1\n return f'{X} {X!r:>{X}}' f'{{x}}' 'x'",
    ),
    (
        "def f():\n x = 1 # x\n 'x'\n return (x # x\n )",
        "def f():\n X = 1 # x\n 'x'\n return (X # x\n )",
    ),
    (
        "def f():\n  x = 1\n  return {x: x, 'x': x}['x']",
        "def f():\n  X = 1\n  return {X: X, 'x': X}['x']",
    ),
    (
        "if y:\n\tdef f():\r\n\t\tx = 1\r\n\t\treturn x",
        "if y:\n\tdef f():\r\n\t\tX = 1\r\n\t\treturn X",
    ),
]


@pytest.mark.parametrize(("before", "after"), WHOLE, ids=lambda value: repr(value)[:40])
def test_a_variable_is_renamed_whole_and_nothing_else(before, after):
    assert renames(before).get("x_local") == after.replace("X", "x_local")


KEPT = [
    ("x = 1\nprint(x)", None),
    ("class A:\n x = 1", "class"),
    ("class P(NamedTuple):\n x: int = 1", "class"),
    ("def f(x): return x", "keyword"),
    ("def f(*, x): return x", "keyword"),
    ("class A:\n def f(self, x): return x", "keyword"),
    ("@d\ndef f(x, /): return x", "signature"),
    ("from inspect import signature\ndef f(x, /): return x", "signature"),
    ("def f():\n def g(x): return x\n return g(x=1)", "keyword"),
    ("def f():\n def g(x): return x\n return g(**k)", "keyword"),
    ("def f():\n def g(x): return x\n return g", "keyword"),
    ("def f():\n def g(x): return x\n g = d(g)\n return g(1)", "keyword"),
    ("def f():\n g = lambda x: x\n return map(g, a)", "keyword"),
    ("def sorted(z, key): return key(x=1)\ny = sorted(1, key=lambda x: x)", "keyword"),
    ("from a import *\ny = sorted(1, key=lambda x: x)", "keyword"),
    ("def f():\n global x\n x = 1", None),
    ("def f():\n import x\n return x", "definition or an import"),
    ("def f():\n from a import b as x\n return x", "definition or an import"),
    ("def f():\n def x(): pass\n return x", "definition or an import"),
    ("def f():\n class x: pass\n return x", "definition or an import"),
    ("def f():\n x = 1\n return locals()", "locals"),
    ("def f():\n x = 1\n return vars()", "vars"),
    ("def f():\n x = 1\n return dir()", "dir"),
    ("def f():\n x = 1\n g = locals\n return g()", "locals"),
    ("def f():\n x = 1\n return eval('x')", "eval"),
    ("def f():\n x = 1\n exec('x = 2')\n return x", "exec"),
    ("def f():\n x = 1\n return '%(x)s' % globals()", "globals"),
    ("def f():\n x = 1\n def g():\n  x\n  return locals()\n return g", "locals"),
    ("def f():\n x = 1\n return [eval('x') for y in x]", "eval"),
    ("def f():\n x = 1\n return df.query('@x')", "query"),
    (
        "def f():\n x = 1\n return peek()\ndef peek(): return sys._getframe(1).f_locals",
        "frames",
    ),
    ("def f():\n x = 1\n return (lambda: x).__closure__", "__closure__"),
    ("def f():\n x = 1\n try: x\n except UnboundLocalError: raise", "UnboundLocalError"),
    ("def f():\n x = 1\n del x", "deleted"),
    ("def f():\n x = int\n def g(y: x): pass", "annotation"),
    ("def f():\n x = int\n def g(y: 'list[x]'): pass", "quoted annotation"),
    ("from __future__ import annotations\ndef f():\n x = int\n def g() -> x: pass", "annotation"),
    ("def f():\n __x = 1\n return __x", None),
    ("class A:\n def f(self):\n  __x = 1\n  return __x", None),
    ("def f():\n _ = 1", None),
]


@pytest.mark.parametrize(("source", "why"), KEPT, ids=lambda value: repr(value)[:50])
def test_a_name_that_may_be_seen_is_kept(source, why):
    assert "x_local" not in renames(source)
    if why is not None:
        assert why in reason(source, "x")


def test_f_strings_that_print_the_name_are_refused():
    assert renames("def f():\n x = 1\n return f'{x=}'") == {}
    assert renames("def f():\n x = 1\n return f'{ x !r} {(x) = :>3}'") == {}
    assert set(renames("def f():\n x = y = 1\n return f'{x=} {y}'")) == {"y_local"}
    assert "f'{x_local==1}'" in renames("def f():\n x = 1\n return f'{x==1}'")["x_local"]


def test_names_inside_long_f_strings_are_renamed_right_or_not_at_all():
    source = 'def f():\n x = 1\n return (f"""x{{x}}\n  {x}\n\n{ x }""" f"é{x}"\n  rf"\\d{x}")'
    expected = source.replace("x = 1", "X = 1").replace("{x}\n", "{X}\n").replace("{ x }", "{ X }")
    expected = expected.replace("é{x}", "é{X}").replace("\\d{x}", "\\d{X}")
    assert renames(source).get("x_local") in (None, expected.replace("X", "x_local"))


def test_other_unicode_forms_of_a_name_are_refused():
    # Python reads the ligature in "ﬁx" as "fi": both are one variable, in different bytes.
    assert renames("def f():\n \ufb01x = 1\n return fix") == {}
    assert set(renames("def f():\n é = 1\n return é")) == {"é_local"}


def test_a_new_name_never_means_something_already():
    source = "def f():\n x = 1\n def g(): return x_local, x\n return x_local_2"
    assert list(renames(source)) == ["x_local_3"]
    assert new_name("is_local", ()) == "is_local_2"
    assert new_name("list_local", ()) == "list_local_2"
    assert new_name("match_local", ()) == "match_local_2"
    assert new_name("_local", ()) == "_local_local"
    assert new_name("_x_local", ()) == "_x"


def test_renaming_twice_is_undoing():
    source = b"def f():\n    rate = 0\n    return rate\n"
    program = Program.from_files({"m.py": source})
    for _ in range(5):
        (edit,) = enumerate_edits(program, RENAME, None)
        once = apply(program, edit)
        (again,) = enumerate_edits(once, RENAME, None)
        assert apply(once, again).source("m.py") == program.source("m.py")
        program = once
    assert program.source("m.py").count(b"rate") == 2


def test_the_site_is_the_first_binding_and_every_splice_is_the_name():
    program = Program.from_files(
        {"m.py": b"def f(a):\n    use = lambda: x\n    x = a\n    return x\n"}
    )
    edits = {edit.text: edit for edit in enumerate_edits(program, RENAME, None)}
    edit = edits["x_local"]
    assert program.source("m.py")[edit.site.start : edit.site.end] == b"x"
    assert edit.site.start == program.source("m.py").index(b"x = a")
    assert [(splice.before, splice.after) for splice in edit.splices] == [(b"x", b"x_local")] * 3
