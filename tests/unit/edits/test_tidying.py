"""Tidying: what goes, moves or is written anew, and every reason to leave it."""

import ast
import textwrap

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.types.program import Focus, FunctionRef, Program
from tests.support.edits import results as checked

pytestmark = pytest.mark.pure


def results(name, source):
    """Return the files that an operator makes of a file, each checked."""
    return checked(source, name)


def inside(body, header="def f(a, b):"):
    return f"{header}\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


REMOVED = [
    ("return a\na(b)\n# why\nb(a)", ["return a"]),
    ("while a:\n    if b:\n        break\n        a()", ["while a:\n    if b:\n        break"]),
    ("if False:\n    a()", ["pass"]),
    ("a()\nwhile 0: b()", ["a()"]),
    ("a\nb()", ["b()"]),
    ("'''doc'''\n...\n", ["'''doc'''"]),
    ("pass\nb()", ["b()"]),
    ("a is b\nnot a\nb()", ["not a\nb()"]),
    ("c = 1\nprint(c)\nreturn c\nc = 2", ["c = 1\nprint(c)\nreturn c"]),
    ("return a\nc = 2", ["return a"]),
    ("return a\ndef g(): return g", ["return a"]),
]
KEPT = {
    "a generator": "return a\nyield b",
    "a local name would become global": "print(c)\nreturn a\nc = 1",
    "a local name of a closure": "def g(): return c\nreturn g\nc = 1",
    "a name that a function inside declares": """
        def g():
            nonlocal c
            c = 1
        return g
        c = 2
        """,
    "a declaration": "return a\nglobal c\nc = 1",
    "an import would be unused": "import c\nreturn a\nc.d()",
    "a variable would be unused": "c = a\nreturn a\nb(c)",
    "a name may have no value": "if a:\n    c = 1\nc\nreturn a",
    "a with may leave a name without a value": "with a:\n    b()\n    c = 1\nc\nreturn a",
    "a name is not known": "c\na()",
    "an attribute may run code": "a.b\na()",
    "a text would become documentation": "pass\n'text'",
    "a value would leave documentation": "...\n'text'\na()",
    "a text is a comment": "a()\n'text'",
    "a comment says why": "a()\npass  # why",
    "the line is shared": "a(); pass",
    "an else": "if False:\n    a()\nelse:\n    b()",
    "true": "if True:\n    a()",
    "alone": "...",
}


@pytest.mark.parametrize(("before", "after"), REMOVED)
def test_dead_code_goes(before, after):
    assert results("remove_dead_code", inside(before)) == [inside(one) for one in after]


def test_what_modules_and_classes_promise_stays():
    for source in (
        "if False:\n    from m import x\n__all__ = ['x']\n",
        "if 0:\n    from m import *\nprint(x)\n",
        "def f():\n  x = 1\n  class A:\n    if 0:\n      x = 2\n    y = x\n  return A\n",
        "if a: b()\nelif False: c()\n",
    ):
        assert results("remove_dead_code", source) == []


FLAT = [
    (
        "if a:\n\traise b  # no\n# else\nelse:\n\t# here\n\ta()\n\n\tif b:\n\t\tb()\nb()",
        "if a:\n\traise b  # no\n# else\n# here\na()\n\nif b:\n\tb()\nb()",
    ),
    (
        "if a: return 1\nelse:\n    a()",
        "if a: return 1\na()",
    ),
    (
        "if a:\n    if b: return 1\n    else: raise a\nelse :\n    a()",
        "if a:\n    if b: return 1\n    else: raise a\na()",
    ),
    (
        "for x in a:\n    if x:\n        continue\n    else:\n        b()",
        "for x in a:\n    if x:\n        continue\n    b()",
    ),
    (
        "if a:\n    return 1\nelif b:\n    return 2\nelse:\n    a()",
        "if a:\n    return 1\nif b:\n    return 2\nelse:\n    a()",
    ),
]
NESTED = {
    "goes on": "if a:\n    b()\nelse:\n    a()",
    "may go on": "if a:\n    if b: return\nelse:\n    a()",
    "a with may swallow": "if a:\n    with b: raise a\nelse:\n    a()",
    "a text spans lines": "if a:\n    return 1\nelse:\n    b('''x\n    y''')",
    "a comment stands at the else": "if a:\n    return 1\nelse:  # then\n    a()",
    "on one line": "if a:\n    return 1\nelse: a()",
    "the elif spans lines": "if a:\n    return 1\nelif (b and\n      a):\n    a()",
    "an if of an elif": "if a:\n    a()\nelif b:\n    return 1\nelse:\n    a()",
    "an if in an else is no elif": "if a:\n    b()\nelse:\n    if b: return 1\n    b()",
}


ORDERED = [
    ("c = 1\nd = a(b)\nreturn c, d", "d = a(b)\nc = 1\nreturn c, d"),
    ("c = a(b)  # x\nd = [1,\n  b]\nreturn c, d", "d = [1,\n  b]\nc = a(b)  # x\nreturn c, d"),
    (
        "try:\n    c = a\n    d = 1\nfinally:\n    a()",
        "try:\n    d = 1\n    c = a\nfinally:\n    a()",
    ),
    (
        "for x in a:\n    c = 0\n    d = x()\nreturn c, d",
        "for x in a:\n    d = x()\n    c = 0\nreturn c, d",
    ),
]
FIXED = {
    "the second reads the first": "c = a\nd = c",
    "the first reads what the second writes": "d = 1\nc = d\nd = 2",
    "both may fail": "c = a()\nd = b()",
    "a handler would see": "try:\n    c = 1\n    d = a()\nexcept E:\n    print(c)",
    "a with would see": "with a:\n    c = 1\n    d = a()\nprint(c)",
    "a closure would see": "def g(): return c\nc = 1\nd = a(g)\nreturn d",
    "a closure would change": """
        e = 1
        def g():
            nonlocal e
            e = 2
        c = e
        d = g()
        return c, d
        """,
    "a file may be closed": "c = a()\nprint(c)\nc = None\nd = b()\nreturn c, d",
    "one variable": "c = 1\nc = a()",
    "a walrus": "c = 1\nd = (e := a)",
    "a yield": "c = 1\nd = yield a",
    "an attribute": "a.c = 1\nd = b()",
    "locals() shows the order": "c = 1\nd = 2\nreturn locals()",
    "a comment speaks of the first": "# one\nc = 1\nd = a()\nreturn c, d",
    "a blank line": "c = 1\n\nd = a()\nreturn c, d",
    "one line": "c = 1; d = a()\nreturn c, d",
    "global": "global c\nc = 1\nd = a()\nreturn d",
}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        *(("remove_redundant_else", *row) for row in FLAT),
        *(("reorder_statements", *row) for row in ORDERED),
    ],
)
def test_code_is_tidied(name, before, after):
    assert results(name, inside(before)) == [inside(after)]


def test_modules_and_classes_keep_their_order():
    assert results("reorder_statements", "c = 1\nd = 2\n") == []
    assert results("reorder_statements", inside("c = 1\nd = 2", "class A:")) == []


HINTED = [
    ("c = 0\nc += 1\nreturn c", "c: int = 0\nc += 1\nreturn c"),
    ("c = {}\nreturn c", "c: dict = {}\nreturn c"),
    ("c = 'a'\nif b: c = 'b'\nreturn c", "c: str = 'a'\nif b: c = 'b'\nreturn c"),
]
BARE = {
    "unknown": "c = a\nreturn c",
    "another kind later": "c = 0\nif b: c = 'b'\nreturn c",
    "a float later": "c = 0\nc += 1.5\nreturn c",
    "anything later": "c = 0\nc += a\nreturn c",
    "bound by a loop too": "c = 0\nfor c in a: pass\nreturn c",
    "annotated elsewhere": "c = 0\nif a: c: int = 1\nreturn c",
    "a parameter": "a = 0\nreturn a",
    "global": "global c\nc = 0",
    "a closure's": "c = 0\ndef g():\n    nonlocal c\n    c = 'x'\ng()\nreturn c",
    "None": "c = None\nreturn c",
    "two targets": "c = d = 0\nreturn c, d",
    "in parentheses": "(c) = 0\nreturn c",
    "a type comment": "c = []  # type: list[int]\nreturn c",
    "int is something else": "int = a\nc = 0\nreturn c, int",
}


@pytest.mark.parametrize(("before", "after"), HINTED)
def test_a_variable_is_annotated_and_back(before, after):
    assert results("add_annotation", inside(before)) == [inside(after)]
    assert results("remove_annotation", inside(after)) == [inside(before)]


UNTOUCHED = {
    "remove_dead_code": KEPT,
    "remove_redundant_else": NESTED,
    "reorder_statements": FIXED,
    "add_annotation": BARE,
}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param(name, source, id=f"{name}, {reason}")
        for name, sources in UNTOUCHED.items()
        for reason, source in sources.items()
    ],
)
def test_code_stays_where(name, source):
    assert results(name, inside(source)) == []


def test_annotations_of_modules_and_classes_show():
    for name, line in (("add_annotation", "c = 0"), ("remove_annotation", "c: int = 0")):
        assert results(name, line + "\n") == []
        assert results(name, inside(line, "class A:")) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    c: int\n    return c\n",
        "from m import T\ndef f():\n    c: T = 0\n    return c\n",
        "from m import T\ndef f():\n    c: 'T' = 0\n    return c\n",
        "def f(c: int = 0):\n    return c\n",
        "def f(c):\n    c.d: int = 0\n    (e): int = 0\n    return c, e\n",
    ],
)
def test_an_annotation_stays(source):
    assert results("remove_annotation", source) == []


def test_an_annotation_goes_where_its_name_is_used_elsewhere():
    source = "from m import T\ndef f():\n    c: T[int] | None=0  # x\n    return c, T\n"
    (after,) = results("remove_annotation", source)
    assert after == "from m import T\ndef f():\n    c =0  # x\n    return c, T\n"


DOCUMENTED = [
    ("'It\\'s \\\"so\\\"!'", '"""It\'s "so"!"""'),
    ("'''A\n\n    b.\n    '''", '"""A\n\n    b.\n    """'),
    ("R'\\d'", 'r"""\\d"""'),
    ("U'a'", '"""a"""'),
    ("'a\\\nb'", '"""a\\\nb"""'),
    ("('a')", '("""a""")'),
    ("'tab\\tnew\\n'", '"""tab\\tnew\\n"""'),
]


@pytest.mark.parametrize(("before", "after"), DOCUMENTED)
@pytest.mark.parametrize("header", ["def f():\n    ", "class A:\n    ", ""])
def test_a_docstring_gets_three_double_quotes(header, before, after):
    (changed,) = results("normalise_docstring", f"{header}{before}\n")
    assert changed == f"{header}{after}\n"
    old, new = (ast.parse(text).body for text in (f"{header}{before}\n", changed))
    assert [ast.dump(node) for node in old] == [ast.dump(node) for node in new]


@pytest.mark.parametrize(
    "text",
    [
        '"""a"""',
        "'a' 'b'",
        "'\"a\" b'",
        "'a \"b\"'",
        "b'a'",
        "f'a'",
        "''",
        "' '",
        "'a\\\\'[0:]",
        "x",
    ],
)
def test_a_docstring_stays(text):
    assert results("normalise_docstring", f"def f():\n    {text}\n") == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("remove_dead_code", "a()\npass"),
        ("remove_dead_code", "return a\nb()"),
        ("remove_redundant_else", "if a:\n    return 1\nelse:\n    return 2"),
        ("reorder_statements", "c = 1\nd = 2"),
        ("range_to_while", "for i in range(9):\n    a(i)"),
        ("while_to_range", "i = 0\nwhile i < 9:\n    a(i)\n    i += 1"),
        ("comprehension_to_loop", "c = [x for x in a]"),
    ],
)
@pytest.mark.parametrize("behind", ["", "\n", "\n# more\n"])
def test_what_ends_a_function_ends_inside_it(name, body, behind):
    program = Program.from_files({"m.py": (inside(body).rstrip() + behind).encode()})
    focus = Focus((FunctionRef("m.py", "f"),))
    (edit,) = enumerate_edits(program, (operator(name),), focus)
    assert not compiles(apply(program, edit))
    assert apply(program, edit).source("m.py").decode().endswith(behind)
