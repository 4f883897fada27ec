"""Functions for statements and back: what may move, and what may not."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses, pyflakes_clean
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS, operator
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def results(source, name):
    program = Program.from_files({"m.py": source.encode()})
    found = [apply(program, edit) for edit in enumerate_edits(program, (operator(name),), None)]
    for after in found:
        assert parses(after) == compiles(after) == pyflakes_clean(program, after) == []
    return [after.source("m.py").decode() for after in found]


def body(text, head="def f(a, b, c):"):
    return f"import m\n{head}\n" + "".join(f"    {line}\n" for line in text.split("\n"))


def extracted(text, head="def f(a, b, c):"):
    return results(body(text, head), "extract_function")


def test_the_end_of_a_function_moves_with_its_returns():
    found = extracted("a.b()\nyield a\nx = b(a)\nif x: return x\nb.c = a")
    assert (
        "import m\ndef _f_part(a, b):\n    x = b(a)\n    if x: return x\n    b.c = a\n\n\n"
        "def f(a, b, c):\n    a.b()\n    yield a\n    return _f_part(a, b)\n"
    ) in found


def test_what_is_read_later_comes_back():
    found = extracted("x = a()\ny = b(x)\nwhile c(x): yield y")
    assert found == [
        "import m\ndef _f_part(a, b):\n    x = a()\n    y = b(x)\n    return x, y\n\n\n"
        "def f(a, b, c):\n    x, y = _f_part(a, b)\n    while c(x): yield y\n"
    ]


def test_comments_above_stay_above_and_names_stay_free():
    source = (
        "import m\n\n_f_part = 1\n# what f is\n# for\n@property\ndef f(a):\n"
        '    """Doc."""\n    a.b()\n    a.c()  # c\n    # between\n    a.d()\n    yield a\n'
    )
    assert results(source, "extract_function") == [
        "import m\n\n_f_part = 1\ndef _f_part_2(a):\n    a.b()\n    a.c()  # c\n    # between\n"
        "    a.d()\n\n\n# what f is\n# for\n@property\ndef f(a):\n"
        '    """Doc."""\n    _f_part_2(a)\n    yield a\n'
    ]


KEPT = [
    "x = 1\nawait a\ny = a",
    "while a:\n    b()\n    break",
    "x = a()\nx.b()\nyield 1",  # x would go earlier
    "with a:\n    b()\n    c()",
    "try:\n    b()\n    c()\nexcept E: pass",
    "a = b()\na.c()\nyield a",  # the parameter's old value would live on
    "if a: x = 1\nc(b)\nyield x",  # x may be unbound
    "if a: x = 1\nyield 1\nb(x)\nc(x)",  # and here too
    "for i in a:\n    x = i()\n    b(x)\n    yield x",  # the last x would live on
    "def g(): return x\nx = 1\nb(x)\nyield g",
    "x = 1\ng = lambda: x\nx = 2\nyield g",
    "global k\nk = a\nb(k)\nyield 1",
    "del a\nb()\nyield 1",
    "import os\nos.x()\nyield 1",
    "super().x()\nb()\nyield 1",
    "locals()\nb()\nyield 1",
    "b('''x\n''')\nb()\nyield 1",
    "a(); b(); c(); yield 1",
    "x: int\nb()\nyield 1",
    "m.warn('x', stacklevel=2)\nb()\nyield 1",
    "if a: x = 1\na[[x for x in b]] = 1\nyield 1\nc(x)",
    "b(x for x in c if a)\nb()\nyield 1\ndel a",
    "match a:\n    case [x]: pass\nb()\nyield x",
    "with a: x = 1\nb()\nyield 1\nc(x)\nc(x)",
]


@pytest.mark.parametrize("text", KEPT)
def test_statements_that_cannot_move_stay(text):
    head = "async def f(a, b, c):" if "await" in text else "def f(a, b, c):"
    assert extracted(text, head) == []


def test_some_functions_stay_whole():
    text = "a.b()\na.c()\nyield a"
    assert extracted(text, "def f(a):")
    assert extracted(text, "@compiled\ndef f(a):") == []
    assert extracted(text, "def g():\n  def f(a):") == []
    assert extracted(text.replace("a.b", "a.__b"), "class A:\n  def f(a):") == []
    assert extracted("a.b()\na.c()", "def f(a):") == []
    assert results("def f(a):\n    a.b()\n    a.c()\n    yield a\n", "extract_function")
    hidden = "# one\ndef f(a):\n    a.b()\n    a.c()\n    yield a\n"
    assert results(hidden, "extract_function") == []


def test_a_parameter_hides_nothing_of_the_module():
    text = "a.b()\na.c()\nyield a"
    assert results(f"a = 1\n{body(text, 'def f(a):')}", "extract_function") == []


def test_lazy_code_may_see_only_what_never_changes():
    assert extracted("any(x for x in a if x is c)\nb()\nyield 1")
    assert extracted("b(x for x in a)\nb()\nyield 1") == []  # the generator bears a name
    assert extracted("b(lambda: a)\nb()\nyield 1") == []
    assert extracted("k = 1\nyield 1\nany(x for x in a if x is k)\nb()\nyield k") == []
    assert extracted("k = 1\nyield 1\nb([x for x in a if x is k])\nb()\nyield k")


def inlined(source):
    return results(source, "inline_function")


def test_a_call_gives_way_to_what_it_returns():
    twice = "def f(x):\n    def g(a, b): return a * b\n    return g(x + 1, 2) + g(x, x)\n"
    assert set(inlined(twice)) == {
        twice.replace("g(x + 1, 2)", "(x + 1) * 2"),
        twice.replace("g(x, x)", "x * x"),
    }
    once = "def f(x):\n    def g(a):\n        return a or x\n    y = not g(x.y)\n    return y\n"
    assert inlined(once) == []  # x is evaluated after x.y, as another operation
    once = once.replace("a or x", "a + x")
    assert inlined(once) == ["def f(x):\n    y = not x.y + x\n    return y\n"]
    choice = "def f(x):\n    def g(a): return 1 if a else 2\n    return [y for y in g(x)]\n"
    assert inlined(choice) == ["def f(x):\n    return [y for y in (1 if x else 2)]\n"]


CALLS_KEPT = [
    "def g(a): return a\ndef f(x):\n    return g(x)\n",
    "def f(x):\n    def g(a): return a\n    return g(x), g\n",
    "def f(x):\n    def g(a): return a + a\n    return g(x())\n",
    "def f(x):\n    def g(a): return x + a\n    return g(x())\n",
    "def f(x):\n    def g(a): return a.b.c\n    return g(x())\n",
    "def f(x):\n    def g(a=1): return a\n    return g(x)\n",
    "def f(x):\n    def g(a): return a\n    return g(a=x)\n",
    "def f(x):\n    def g(*a): return a\n    return g(x)\n",
    "def f(x):\n    @d\n    def g(a): return a\n    return g(x)\n",
    "def f(x):\n    def g(a): return (yield a)\n    return g(x)\n",
    "def f(x):\n    async def g(a): return a\n    return g(x)\n",
    "def f(x):\n    def g(a): return g(a)\n    return g(x)\n",
    "def f(x):\n    def g(a): return lambda: a\n    return g(x)\n",
    "def f(x):\n    def g(a): return a + k\n    return lambda k: g(k)\n",
    "def f(x):\n    def g(a): return a\n    g = x\n    return g(x)\n",
    "def f(x):\n    if x:\n        def g(a): return a\n    return g(x)\n",
    "def f(x):\n    def g(a): return a  # a\n    return g(x)\n",
    "def f(x):\n    def g(a): return a\n    return f'{g(x)}'\n",
    "def f(x):\n    def g(a): return a + k\n    y = g(x)\n    k = 1\n    return y\n",
    "def f(x):\n    def g(a): return a\n    return locals(), g(x)\n",
]


@pytest.mark.parametrize("source", CALLS_KEPT)
def test_a_call_that_means_more_stays(source):
    assert inlined(source) == []


def test_a_variable_that_is_only_deleted_breaks_nothing():
    source = "def f(a):\n    print(a)\n    print(a, z)\n    del z\n    print(a)\n    return a\n"
    program = Program.from_files({"m.py": source.encode()})
    edits = enumerate_edits(program, OPERATORS, None)
    assert edits != ()
    assert all(parses(apply(program, edit)) == [] for edit in edits)
