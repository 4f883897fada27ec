"""Variables, indices and attributes mistaken for others: hard cases by hand."""

import ast
import textwrap

import pytest

from nerion_gym.edits.analysis.places import (
    assigned_at,
    by_distance,
    distinct,
    in_order,
    nearest_others,
    scope_at,
)
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def results(source, name):
    """Every result of an operator; all of them compile and can be taken back by it."""
    found = once(source, name)
    assert all(source in once(text, name) for text in found)
    return found


def once(source, name):
    program = Program.from_files({"m.py": source.encode()})
    after = [apply(program, edit) for edit in enumerate_edits(program, (operator(name),), None)]
    assert [compiles(changed) for changed in after] == [[]] * len(after)
    return [changed.source("m.py").decode() for changed in after]


def lines(source, name):
    """The changed line of every result, sorted."""
    source = textwrap.dedent(source).strip("\n") + "\n"
    old = source.splitlines()
    return sorted(
        new.strip()
        for text in results(source, name)
        for line, new in zip(old, text.splitlines(), strict=True)
        if line != new
    )


VARIABLES = [
    ("def f(a, b): return a", ["def f(a, b): return b"]),
    ("def f(a, b): return a(b)", ["def f(a, b): return a(a)"]),
    ("def f(self, b): return self + b", []),
    ("def f(a, *b, **c): return a", []),
    ("def f(a, _, __b): return a", []),
    ("def f(a, b): a = 1", []),
    ("def f(a, b): a += b", ["def f(a, b): a += a"]),
    (
        "def f(a, b): a.x = b[a] = 1",
        [
            "def f(a, b): b.x = b[a] = 1",
            "def f(a, b): a.x = a[a] = 1",
            "def f(a, b): a.x = b[b] = 1",
        ],
    ),
    ("def f(a, b: 'a', c: a = b) -> a: pass", []),
    ("def f(a, b): x: a = b", ["def f(a, b): x: a = a"]),
    ("f = lambda a, b: a", ["f = lambda a, b: b"]),
    ("f = lambda a, b=a: 1", []),
    ("x = [a for a, b in c]", ["x = [b for a, b in c]"]),
    ("x = [a for a, b in c if b]", ["x = [b for a, b in c if b]", "x = [a for a, b in c if a]"]),
    ("x = [a for a in c for b in a]", []),
    (
        "def f(a, b): return f'{a!r} {b:{a}}'",
        [
            "def f(a, b): return f'{b!r} {b:{a}}'",
            "def f(a, b): return f'{a!r} {a:{a}}'",
            "def f(a, b): return f'{a!r} {b:{b}}'",
        ],
    ),
    ("def f(a, b): return f'{a=}'", []),
    ("def f(a, b): global a_, b_; return a_", []),
    ("class A:\n  a = b = 1\n  c = a", []),
    ("a = b = 1\nc = a", []),
    ("def f(a, b): return lambda: a", []),
    ("def f(é, ß): return é", ["def f(é, ß): return ß"]),
]


@pytest.mark.parametrize(("source", "expected"), VARIABLES, ids=lambda value: str(value)[:30])
def test_wrong_variable(source, expected):
    assert lines(source, "wrong_variable") == sorted(expected)


BOUND = [
    ("b = 1", True),
    ("b: int = 1", True),
    ("b: int", False),
    ("(b, *c) = x", True),
    ("if x: b = 1", False),
    ("if x: b = 1\nelse: b = 2", True),
    ("if x: b = 1\nelif y: b = 2\nelse: b = 3", True),
    ("if x: b = 1\nelif y: pass\nelse: b = 3", False),
    ("if x: b = 1\nelse: return", True),
    ("if x: b = 1\nelse: raise E", True),
    ("for b in x: pass", False),
    ("for c in x: b = 1", False),
    ("for c in x: b = 1\nelse: b = 2", False),
    ("while x: b = 1", False),
    ("with x as b: pass", False),
    ("with x: b = 1", False),
    ("with x as b, y as c: return a", False),
    ("try: b = 1\nfinally: pass", True),
    ("try: b = 1\nexcept E: pass", False),
    ("try: b = 1\nexcept E: b = 2", True),
    ("try: b = 1\nexcept E: return", True),
    ("try: x()\nexcept E: return\nelse: b = 1", True),
    ("try: x()\nfinally: b = 1", True),
    ("try: x()\nexcept E as b: b = 1", False),
    ("match x:\n  case b: pass", False),
    ("match x:\n  case 1: b = 1", False),
    ("b = 1\ndel b", False),
    ("import b", False),
    ("def b(): pass", False),
    ("b = 1\ndef g():\n  nonlocal b\n  b = 2", True),
    ("b = 1\ndef g():\n  nonlocal b\n  del b", False),
    ("global b\nb = 1", False),
    ("[b := 1]", False),
]


@pytest.mark.parametrize(("before", "answer"), BOUND, ids=lambda value: str(value)[:30])
def test_a_variable_is_mistaken_for_one_that_has_a_value_there_for_certain(before, answer):
    source = f"def f(a):\n{textwrap.indent(before, '  ')}\n  return a\n"
    found = [text.splitlines()[-1].strip() for text in once(source, "wrong_variable")]
    assert ("return b" in found) is answer


def test_inside_a_block_its_own_variable_has_a_value():
    source = """
        def f(a):
            for b in a:
                for c in a: return a
    """
    assert "for c in a: return b" in lines(source, "wrong_variable")
    source = "def f(a):\n    with a as b: return a"
    assert "with a as b: return b" in lines(source, "wrong_variable")
    assert "with b as b: return a" not in lines(source, "wrong_variable")


def test_a_name_is_mistaken_only_where_it_could_be_for_it():
    # `d` stands far from every other mention of `a`, so that `a` would not be put back.
    source = "def f(a, b, c, d, e):\n    return d, c, e, b, c, e, b, a\n"
    assert not [text for text in once(source, "wrong_variable") if text.endswith(", d\n")]
    assert results(source, "wrong_variable")


def test_a_long_chain_of_elif_is_followed():
    arms = "".join(f"    elif a == {number}: b = {number}\n" for number in range(200))
    source = f"def f(a):\n    if a: b = 1\n{arms}    else: b = 0\n    return a\n"
    assert source.replace("return a", "return b") in once(source, "wrong_variable")


INDICES = [
    (
        "def f(a, i, j): return a[i][j] + a[i, j]",
        [
            "def f(a, i, j): return a[j][j] + a[i, j]",
            "def f(a, i, j): return a[i][i] + a[i, j]",
            "def f(a, i, j): return a[i][j] + a[j, j]",
            "def f(a, i, j): return a[i][j] + a[i, i]",
        ],
    ),
    ("def f(a, i, j): return a[i][j]", []),
    ("def f(a, i): return a[i]", []),
    (
        "def f(a, i, j): return a[i:-j + 1], a[i:j]",
        [
            "def f(a, i, j): return a[j:-j + 1], a[i:j]",
            "def f(a, i, j): return a[i:-i + 1], a[i:j]",
            "def f(a, i, j): return a[i:-j + 1], a[j:j]",
            "def f(a, i, j): return a[i:-j + 1], a[i:i]",
        ],
    ),
    ("def f(a, i, j): return a[g(i)][g(j)], a[i.k], a[j.k]", []),
    ("x = [a[i] for i, j in b]", ["x = [a[j] for i, j in b]"]),
    ("def f(a, i, j):\n  b: a[i][j] = a[i]", []),
]


@pytest.mark.parametrize(("source", "expected"), INDICES, ids=lambda value: str(value)[:30])
def test_wrong_index(source, expected):
    assert lines(source, "wrong_index") == sorted(expected)


def test_a_place_belongs_to_indices_or_to_variables():
    source = "def f(a, i, j):\n    a[i] = a[j] = a[i] = a[j]\n    a[i] = i + j\n"
    assert results(source, "wrong_index")
    assert results(source, "wrong_variable")
    assert not {*once(source, "wrong_index")} & {*once(source, "wrong_variable")}


ATTRIBUTES = [
    (
        "def f(a): return a.x + a.y + a.x",
        ["def f(a): return a.y + a.y + a.x", "def f(a): return a.x + a.y + a.y"],
    ),
    ("def f(a): a.x = a.y = a.x", ["def f(a): a.x = a.y = a.y"]),
    ("def f(a): return a.x + a.y() + a.x.z", []),
    (
        "def f(a): return a.x() + a.y() + a.x()",
        ["def f(a): return a.y() + a.y() + a.x()", "def f(a): return a.x() + a.y() + a.y()"],
    ),
    ("def f(a): return a.x + a.__y + a.x + a.__z__", []),
    ("def f(a, b): return a.x + b.y + a.x + b.y", []),
    ("def f(a): return a.x + a.y\ndef g(a): return a.x + a.y", []),
    (
        "def f(a): return a . x + a.y + a. x",
        ["def f(a): return a . y + a.y + a. x", "def f(a): return a . x + a.y + a. y"],
    ),
    (
        "def f(a): return f'{a.x}' + a.y + a.x",
        ["def f(a): return f'{a.y}' + a.y + a.x", "def f(a): return f'{a.x}' + a.y + a.y"],
    ),
    ("def f(a):\n  b: a.x = a.y + a.x", []),
]


@pytest.mark.parametrize(("source", "expected"), ATTRIBUTES, ids=lambda value: str(value)[:30])
def test_wrong_attribute(source, expected):
    assert lines(source, "wrong_attribute") == sorted(expected)


def test_the_attributes_of_self_are_those_of_the_class():
    source = """
        class A:
            def f(self): self.x, self.y = 1, 2
            def g(self): return self.x
            def h(self): return lambda: self.y
        class B:
            def f(self): self.z = self.x = self.t
    """
    assert lines(source, "wrong_attribute") == [
        "def g(self): return self.y",
        "def h(self): return lambda: self.x",
    ]


def test_a_method_is_mistaken_for_one_that_takes_such_arguments():
    source = """
        class A:
            def f(self, a): self.f(1), self.g(1), self.h(1), self.k(1)
            def g(self, a): self.f(1), self.g(1), self.h(1), self.k(1)
            def h(self): pass
            @decorated
            def k(self): pass
    """
    found = lines(source, "wrong_attribute")
    assert "def f(self, a): self.g(1), self.g(1), self.h(1), self.k(1)" in found
    assert "def f(self, a): self.f(1), self.k(1), self.h(1), self.k(1)" in found
    assert not [line for line in found if line.count("self.h") != 1]


def test_the_nearest_comes_first_one_before_and_one_behind_in_turn():
    assert list(by_distance("abcde", 2, 3)) == ["b", "d", "a", "e"]
    assert list(by_distance("abcde", 2, 2)) == ["b", "c", "a", "d", "e"]
    assert list(by_distance("abcde", 0, 0)) == ["a", "b", "c", "d", "e"]
    assert list(by_distance("abcde", 5, 5)) == ["e", "d", "c", "b", "a"]
    assert list(by_distance("", 0, 0)) == []
    assert len(list(by_distance("a" * 1000, 500, 500))) == 60
    assert distinct("aabcd", 3) == ["a", "b", "c"]
    assert nearest_others("abcxba", 3, {"a", "b", "x"}) == ["b", "a"]


def test_things_are_put_in_the_order_of_the_text():
    assert in_order({"k": [(3, "b"), (1, "z")], "l": []}) == {
        "k": ([1, 3], ["z", "b"]),
        "l": ([], []),
    }


SCOPES = """
@deco(x1)
def outer(a=x2):
    x3
    [x4 for b in x5 if x6 for c in x7]
    lambda d=x8: x9
    class Inner(x10):
        x11
        def method(self): x12
"""


def test_the_scope_of_a_place_is_that_of_its_name():
    module = parse_module("m.py", SCOPES.encode())
    found = 0
    for access in module.scopes.accesses:
        if access.name.startswith("x"):
            assert scope_at(module, sites_of(module).of[access.node]) is access.scope
            found += 1
    assert found == 12


def test_what_is_assigned_is_asked_of_statements():
    source = "def f():\n    a = 1\n    if a: b = a\n    return a\n"
    module = parse_module("m.py", source.encode())
    function = module.tree.body[0]
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    reads = [node for node in names if isinstance(node.ctx, ast.Load)]
    of = sites_of(module).of
    assert [assigned_at(module, of[node], function) for node in reads] == [{"a"}] * 3
    assert assigned_at(module, of[function], function) == set()
