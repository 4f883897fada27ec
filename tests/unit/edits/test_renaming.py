"""Renaming what other code may call by name: whole, and only where all of it is seen."""

import ast

import pytest

from nerion_gym.edits.analysis.naming import may_be_renamed, new_name
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses, pyflakes_clean
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.edits.rewriting.callers import fits
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def program_of(source, **others):
    files = {"m.py": source.encode()}
    return Program.from_files(files | {f"{k}.py": v.encode() for k, v in others.items()})


def results(name, source, **others):
    program = program_of(source, **others)
    found = [apply(program, edit) for edit in enumerate_edits(program, (operator(name),), None)]
    for after in found:
        assert parses(after) == compiles(after) == pyflakes_clean(program, after) == []
    return [after.source("m.py").decode() for after in found]


PARAMETERS = [
    "def _g(X, y=1): return X\n_g(1)\n_g(X=2, y=3)\n",
    "def _g(y, *, X=1): return f'{X}{y}'\n_g(1, X=2)\n",
    "def f(X):\n    def g(X): return X\n    return g(X=X), dict(X=X)\n".replace("f(X)", "f(x)")
    .replace("X=X), dict(X=X)", "X=x), dict(x=x)"),
    "def _g(X, **k): return _g(X=X, z=1) if k else X\n",
    "async def _g(X): return X\nasync def f(): return await _g(X=1)\n",
]  # fmt: skip


@pytest.mark.parametrize("template", PARAMETERS)
def test_a_parameter_is_renamed_with_its_keywords(template):
    expected = template.replace("X", "x_local")
    assert expected in results("rename_parameter", template.replace("X", "x"))


PARAMETERS_KEPT = [
    "def g(x): return x\ng(x=1)\n",
    "def __g(x): return x\n__g(x=1)\n",
    "def _g(x): return x\n_g(**k)\n",
    "def _g(x): return x\n_g(*k)\n",
    "def _g(x): return x\n_g()\n",
    "def _g(x): return x\n_g(1, x=2)\n",
    "def _g(x): return x\n_g(1)\nh = _g\n",
    "def _g(x): return x\n_g(1)  # _g\n",
    "def _g(x): return x\n_g(1)\n'_g'\n",
    "def _g(x): return x\n_g(1)\nself._g\n",
    "def _g(x): return x\n",
    "@d\ndef _g(x): return x\n_g(1)\n",
    "def _g(x): return x\ndef _g(x): return x\n_g(1)\n",
    "def _g(x): return locals()\n_g(1)\n",
    "def _g(x): return f'{x=}'\n_g(1)\n",
    "def _g(x): del x\n_g(1)\n",
    "def _g(self): return self\n_g(1)\n",
    "from inspect import signature\ndef _g(x): return x\n_g(1)\n",
    "class A:\n    def _g(x): return x\n    _g(1)\n",
    "def f():\n    def g(x): return x\n    return g\n",
]


@pytest.mark.parametrize("source", PARAMETERS_KEPT)
def test_a_parameter_that_others_may_pass_is_kept(source):
    assert results("rename_parameter", source) == []


def test_other_files_are_looked_at():
    source = "def _g(x): return x\n_g(x=1)\n"
    assert results("rename_parameter", source, n="print(1)\n")
    assert results("rename_parameter", source, n="import m\nm._g(x=2)\n") == []
    assert results("rename_parameter", source, n="# see m._g\n") == []


@pytest.mark.parametrize(
    ("head", "call", "answer"),
    [
        ("a, b=1", "(1)", True),
        ("a, b=1", "(1, 2)", True),
        ("a, b=1", "(1, 2, 3)", False),
        ("a, b=1, *c", "(1, 2, 3)", True),
        ("a, b=1", "(b=2)", False),
        ("a, b=1", "(b=2, a=1)", True),
        ("a, b=1", "(1, a=1)", False),
        ("a, /, b", "(a=1, b=2)", False),
        ("a, /, b", "(1, b=2)", True),
        ("a, *, b", "(1)", False),
        ("a, *, b=1", "(1)", True),
        ("a, *, b", "(1, b=2)", True),
        ("a", "(*a)", False),
        ("a", "(1, c=2)", False),
        ("a, **k", "(1, c=2)", True),
        ("a, **k", "(1, a=2)", False),
        ("a, /, **k", "(1, a=2)", True),
        ("a, **k", "(1, **c)", False),
    ],
)
def test_a_call_fits_a_function_or_not(head, call, answer):
    arguments = ast.parse(f"def f({head}): pass").body[0].args
    node = ast.parse(f"f{call}").body[0].value
    assert fits(arguments, node) is answer
    if answer:
        method = ast.parse(f"def f(self, {head}): pass").body[0].args
        assert fits(method, node, 1)
        assert not fits(method, ast.parse("f()").body[0].value, 0)


FUNCTIONS = [
    "def f():\n    def X(n): return n and X(n - 1)\n    return X(1), f'{X(2)}', dict(x=1)\n",
    "def f():\n    def g(): return X()\n    def X(): return [y for y in '']\n    return g\n",
    "class A:\n    def __X(self, a=1): return a\n    def g(self): return self.__X(2), self.x\n",
]


@pytest.mark.parametrize("template", FUNCTIONS)
def test_a_function_that_is_only_called_is_renamed(template):
    expected = template.replace("X", "x_local")
    assert expected in results("rename_function", template.replace("X", "x"))


FUNCTIONS_KEPT = [
    "def x(): return 1\nx()\n",
    "def _x(): return 1\n_x()\n",
    "def f():\n    def x(): return 1\n    return x\n",
    "def f():\n    def x(): return 1\n    return x(1)\n",  # the error shows the name
    "def f():\n    def x(): yield 1\n    return x()\n",
    "def f():\n    async def x(): return 1\n    return x()\n",
    "def f():\n    def x(): return lambda: 1\n    return x()\n",
    "def f():\n    def x(): return (y for y in '')\n    return x()\n",
    "def f():\n    @d\n    def x(): return 1\n    return x()\n",
    "def f():\n    def x(): return 1\n    x = d(x)\n    return x()\n",
    "def f():\n    def x(): return 1\n    return x(), locals()\n",
    "def f():\n    def x(): return 1\n    return x(), (lambda: eval(''))\n",
    "class A:\n    def __x(self): return 1\n    def g(self): return self.__x\n",
    "class A:\n    def __x(self): return 1\n    def g(self): return self.__x(1)\n",
    "class A:\n    def __x(self): return 1\n    def g(self): return self.__x(), '_A__x'\n",
    "class A:\n    def __x(self): return 1\n    def g(self): return self.__x(), dir(self)\n",
    "@d\nclass A:\n    def __x(self): return 1\n    def g(self): return self.__x()\n",
    "class A(metaclass=M):\n    def __x(self): return 1\n    def g(self): return self.__x()\n",
    "class A(Base):\n    def __x(self): return 1\n    def g(self): return self.__x()\n",
    "class A:\n    def __x(self): return 1\n    h = __x\n    def g(self): return self.__x()\n",
    "class A:\n    def __x(self): return 1\n    def g(self): self.__x = 1; self.__x()\n",
]


@pytest.mark.parametrize("source", FUNCTIONS_KEPT)
def test_a_function_whose_name_may_show_is_kept(source):
    assert results("rename_function", source) == []


def test_members_of_known_bases_are_renamed():
    method = "    def __x(self): return 1\n    def g(self): return self.__x()\n"
    for base in ("dict", "ValueError", "abc.Mapping", "Generic[T]", "B"):
        source = f"class B(object): pass\nclass A({base}):\n{method}"
        assert len(results("rename_function", source)) == 1
    assert results("rename_function", f"class B(E): pass\nclass A(B):\n{method}") == []
    other = f"class A(dict):\n{method}"
    assert len(results("rename_function", other, n="x = 1\n")) == 1
    assert results("rename_function", other, n="class A:\n    y = lambda s: s.__x\n") == []
    assert results("rename_function", other, n="print(a.__dict__)\n") == []
    assert len(results("rename_function", other, n="class _B:\n    y = lambda s: s.__x\n")) == 1


ATTRIBUTES = [
    "class A:\n    def __init__(self): self.__X = 1\n    def g(self, o): return o.__X, o.x\n",
    "class A:\n    __X = 1\n    y = __X\n    def g(self): self.__X += 1; return self.__X\n",
    "class A:\n    def __init__(self):\n        self.a, self.__X = 1, 2\n        f'{self.__X}'\n",
]


@pytest.mark.parametrize("template", ATTRIBUTES)
def test_a_mangled_attribute_is_renamed(template):
    expected = template.replace("X", "x_local")
    assert results("rename_attribute", template.replace("X", "x")) == [expected]


ATTRIBUTES_KEPT = [
    "class A:\n    def __init__(self): self._x = 1\n    def g(self): return self._x\n",
    "class A:\n    def g(self): return self.__x\n    def h(self): self.__x = 1\n",
    "class A:\n    def __init__(self, a):\n        if a: self.__x = 1\n        print(self.__x)\n",
    "class A:\n    def __init__(self, a):\n        if a: return\n        self.__x = self.__x\n",
    "class A:\n    def __init__(self, a): a.__x = 1\n    def g(self): return self.__x\n",
    "class A:\n    def __init__(self): self.__x = 1\n    def g(self): del self.__x; self.__x\n",
    "class A:\n    __slots__ = ('__x',)\n    def __init__(self): self.__x = 1; self.__x\n",
    "class A:\n    def __init__(self): self.__x = 1\n    def g(self): return f'{self.__x=}'\n",
    "class A:\n    def __init__(self): self.__x = 1\n    def g(s): return vars(s), s.__x\n",
    "class A:\n    __x: int\n    def g(self): return self.__x\n",
    "class A:\n    def __setattr__(self, k, v): 1\n    def __init__(self): self.__x = self.__x\n",
    "class A:\n    def __init__(self): self.__x__ = 1; self.__x__\n",
]


@pytest.mark.parametrize("source", ATTRIBUTES_KEPT)
def test_an_attribute_that_may_be_missing_or_seen_is_kept(source):
    assert results("rename_attribute", source) == []


def test_renaming_twice_gives_the_first_name_back():
    source = "class A:\n    def __init__(self): self.__x = 1; print(self.__x)\n"
    (once,) = results("rename_attribute", source)
    assert results("rename_attribute", once) == [source]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("rename_function", "def f(a):\n    def __g(b): return b\n    return __g(a)\n"),
        ("rename_function", "def f(a):\n    def _(b): return b\n    return _(a)\n"),
        ("rename_function", "class A:\n    def ____g(self): pass\n    def f(self): self.____g()\n"),
        ("rename_attribute", "class A:\n    ____g = 1\n    def f(self): return self.____g\n"),
    ],
    ids=["private to Python", "underscore alone", "method", "attribute"],
)
def test_a_name_of_which_none_can_be_made_is_kept(name, source):
    """Looking for a free name among those that will not do once went on for ever."""
    assert results(name, source) == []


@pytest.mark.parametrize("name", ["__x", "_", "___", "__x_local", "__local"])
def test_no_name_is_made_of_what_is_private_to_python(name):
    assert not may_be_renamed(name)
    with pytest.raises(ValueError, match="no name can be made of"):
        new_name(name, ())


@pytest.mark.parametrize("name", ["x", "_x", "x_", "é", "x_local", "x__local_2", "print", "if_"])
def test_a_name_is_made_of_any_other(name):
    assert may_be_renamed(name)
    assert new_name(name, ()) not in (name, "")
