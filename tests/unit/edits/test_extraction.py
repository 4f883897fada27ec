"""Names for parts and back: what is found, and everything that must stay."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses, pyflakes_clean
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def results(source, name):
    program = Program.from_files({"m.py": source.encode()})
    found = [apply(program, edit) for edit in enumerate_edits(program, (operator(name),), None)]
    for after in found:
        assert parses(after) == compiles(after) == pyflakes_clean(program, after) == []
    return [after.source("m.py").decode() for after in found]


def body(text):
    return "def f(a, b, c):\n" + "".join(f"    {line}\n" for line in text.split("\n"))


EXTRACTED = [
    ("return c(a.b(c))[0].x() + b", "x = c(a.b(c))[0].x()\nreturn x + b"),
    ("return a < len(b.c()) < c", "length = len(b.c())\nreturn a < length < c"),
    ("return (a + b) * c", "value = a + b\nreturn value * c"),
    ("return a[b + 1].x", "value = a[b + 1]\nreturn value.x"),
    ("return len(a.b())", "value = a.b()\nreturn len(value)"),
    ("return c.get_size() + b()", "size = c.get_size()\nreturn size + b()"),
    ("if callable(a) and b:\n    c()", "condition = callable(a)\nif condition and b:\n    c()"),
    ("raise E(f'{a} of {b}')  # E", None),
    ("raise OSError(f'{a}:{b}')", "message = f'{a}:{b}'\nraise OSError(message)"),
    ("for a in range(len(b)):\n    c(a)", "length = len(b)\nfor a in range(length):\n    c(a)"),
    ("return a(b, x=c.d(), **b)", "d = c.d()\nreturn a(b, x=d, **b)"),
    ("return a(**c.d(), x=b)", "d = c.d()\nreturn a(**d, x=b)"),
    ("b += len(a)", "length = len(a)\nb += length"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), EXTRACTED)
def test_what_is_evaluated_first_gets_a_name(before, after):
    found = results(body(before), "extract_variable")
    assert found == [] if after is None else body(after) in found


KEPT_WHOLE = [
    "return a.b(c)",  # the whole value: a temporary
    "return b.d(a)[0] and c",
    "return a.x and b.y",
    "return a or b(c).x",
    "return a() if b(c).d else c",
    "return lambda: a.b(c).d",
    "return [a.b(c) for x in b.y()]",
    "return f'{a.b(c).d}'",
    "return b.c(a.d(c).e)",  # the method is looked up before
    "b(a.c(b).d)",  # the value would live on
    "x = a.c(b).d\nb(x)\nb(x)",
    "while len(a) < b:\n    c()",
    "return a(**b, x=c.d())",
    "return a(*b, c.d())",
    "return [*b, c.d()]",
    "return {b: 1, c.d(): 2}",
    "if a:\n    b()\nelif len(a) < 3:\n    c()",
    "with a:\n    return b.c(a).d",
    "try:\n    return b.c(a).d\nfinally:\n    c()",
    "assert len(a) < 3",
    "return super().f",
    "return (yield a.b(c))",
    "return a.b(\n    c).d",
    "c(); return a.b(c).d",
    "return locals().get(a).b",
    "return (x := a.b(c)).d + x",
    "a = b; b += (b := len(a))",
]


@pytest.mark.parametrize("before", KEPT_WHOLE)
def test_what_comes_later_or_lives_longer_stays(before):
    assert results(body(before), "extract_variable") == []


def test_a_value_is_not_moved_before_one_that_it_may_change():
    rebound = "def f(a):\n    def g():\n        nonlocal a\n        a = 1\n    return a + g().x\n"
    assert results(rebound, "extract_variable") == []
    direct = "def f(a):\n    def g():\n        return a\n    return a + g()\n"
    assert results(direct, "extract_variable")
    unbound = "def f(b):\n    if b:\n        a = 1\n    return a + b()\n"
    assert results(unbound, "extract_variable") == []
    swallowed = "def f(b):\n    with b:\n        a = b.x\n        b.y()\n    return a + b()\n"
    assert results(swallowed, "extract_variable") == []
    module = "from m import *\nk = 1\ndef f(b):\n    return k + b()\n"
    assert results(module, "extract_variable") == []
    fixed = "k = 1\ndef f(b):\n    return k + b()\n"
    assert len(results(fixed, "extract_variable")) == 1
    rewritten = "k = 1\ndef f(b):\n    return k + b()\ndef g():\n    global k\n    k = 2\n"
    assert results(rewritten, "extract_variable") == []


def test_a_name_that_means_something_already_gets_another():
    source = "def f(a, value):\n    return lambda: value_2, (a[0] + 1) * 2\n"
    assert results(source, "extract_variable") == []
    source = "def f(a, value):\n    def g(): return value_2\n    return (a() + 1) * g()\n"
    assert (
        "    value_3 = a() + 1\n    return value_3 * g()\n"
        in results(source, "extract_variable")[0]
    )


def test_line_ends_and_tabs_stay_as_they_are():
    source = "def f(a):\r\n\treturn a.b().c  # é\r\n"
    assert results(source, "extract_variable") == [
        "def f(a):\r\n\tb = a.b()\r\n\treturn b.c  # é\r\n"
    ]
    assert results("def f(a):\n\treturn(a)+1", "introduce_temporary") == [
        "def f(a):\n\tresult = (a)+1\n\treturn result"
    ]


def test_a_returned_value_gets_a_name():
    assert results(body("return a, *b"), "introduce_temporary") == [
        body("result = a, *b\nreturn result")
    ]
    assert results(body("return (a\n        + b)  # sum\n# end"), "introduce_temporary") == [
        body("result = (a\n        + b)  # sum\nreturn result\n# end")
    ]
    assert results(body("return a + b"), "introduce_temporary")
    for kept in ("return a", "return 1", "return", "if a: return a + 1", "return eval(a)"):
        assert results(body(kept), "introduce_temporary") == []
    taken = "def f(a):\n    global result\n    return a + 1\n"
    assert results(taken, "introduce_temporary") == [
        "def f(a):\n    global result\n    result_2 = a + 1\n    return result_2\n"
    ]


def test_a_temporary_goes():
    assert results(body("x = a + b  # sum\nreturn x"), "remove_temporary") == [
        body("return a + b  # sum")
    ]
    assert results(body("x=(\n    a)\nreturn x"), "remove_temporary") == [body("return (\n    a)")]
    twice = "x = a\nif b:\n    x = x + 1\n    return x\nreturn x"
    assert results(body(twice), "remove_temporary") == [
        body("x = a\nif b:\n    return x + 1\nreturn x")
    ]
    bare = "def f(a):\r\n    x = a + 1\r\n    return x"
    assert results(bare, "remove_temporary") == ["def f(a):\r\n    return a + 1"]


KEPT_TEMPORARIES = [
    "x = a\nreturn x  # why",
    "x = a\n# why\nreturn x",
    "x = a; return x",
    "x = yield a\nreturn x",
    "x = y = a\nreturn x",
    "global x\nx = a\nreturn x",
    "g = lambda: x\nx = a\nreturn x",
    "try:\n    x = a()\n    return x\nfinally:\n    b(x)",
    "x = b\nx = a\nreturn x",  # x = b would be left alone
    "x = a\nreturn x + 1",
    "x = a()  # type: int\nreturn x",
    "if b:\n    return x\nx = a\nreturn x",  # x would be another
]


@pytest.mark.parametrize("before", KEPT_TEMPORARIES)
def test_a_temporary_that_is_more_stays(before):
    assert results(body(before), "remove_temporary") == []


INLINED = [
    ("x = a + b\nreturn x * c", "return (a + b) * c"),
    ("x = a.b(\n    c)\nreturn x.d  # d", "return a.b(\n    c).d  # d"),
    ("x = (a +\n     b)\nreturn c(x)", "return c((a +\n     b))"),
    ("x = a if b else c\nreturn len(x)", "return len(a if b else c)"),
    ("x = f'{a} of'\nraise ValueError(x)", "raise ValueError(f'{a} of')"),
    ("x = 1\nb.c(a, x)", "b.c(a, 1)"),
    ("x = await_(a)\nreturn (x)[0]", "return (await_(a))[0]"),
    ("x = a if b else c\nreturn a[x]", "return a[(a if b else c)]"),
]


@pytest.mark.parametrize(("before", "after"), INLINED)
def test_a_variable_gives_way_to_its_value(before, after):
    assert results(body(before), "inline_variable") == [body(after)]


KEPT_VARIABLES = [
    "x = a()\nreturn x",  # remove_temporary's
    "x = a()\nb(x)",  # the value would go earlier
    "x = a()\nreturn b().c(x)",
    "x = a()\nreturn b.c(x)",
    "x = a()\nreturn x.y.z",
    "x = a()\nreturn x.y + b()",
    "x = a()\nreturn x and b",
    "x = a()\nreturn x < b < c",
    "x = a()\nreturn [x for y in b]",
    "x = a()\nreturn lambda: x",
    "x = a()\nc()\nreturn len(x)",
    "x = a()  # why\nreturn len(x)",
    "x = a()\nwhile len(x): c()",
    "x = a()\nreturn f'{x}'",
    "x = a()\nreturn len(x) + len(x)",
    "x = a, b\nreturn len(x)",
    "x = yield a\nreturn len(x)",
    "x = (c := a)\nreturn c[x]",
    "with a:\n    x = b()\n    return x.c",
    "x = 1\ndel x",
    "x = a\nx += 1",
    "global x\nx = a()\nreturn x.b",
    "x = a.n + 1\nb.c(x)",  # it may fail, and so before b.c is looked up
]


@pytest.mark.parametrize("before", KEPT_VARIABLES)
def test_a_variable_whose_value_may_not_move_stays(before):
    assert results(body(before), "inline_variable") == []
