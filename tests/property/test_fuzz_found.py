"""What fuzzing found, made small: each program once broke an operator, a gate or a mark."""

from __future__ import annotations

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import pyflakes_clean
from nerion_gym.edits.registry import resolve
from nerion_gym.types.program import Program
from tests.support.edits import complaints, is_repairable
from tests.support.fuzz import faults

pytestmark = pytest.mark.pure

PROGRAMS = {
    "a comment with a parenthesis behind a call's last argument": "f(1, (n + 1) # ) é\n)\n",
    "the same, behind a keyword": "f(a, step=2, speed=f'{a}' # ) é\n)\n",
    "the same, behind the callee": "f # ( é\n(a, b)\n",
    "a comment with a comma behind an operand": "f(a # , b\n, b)\nx = [a # , é\n, b]\n",
    "a comment with a parenthesis behind parameters": (
        "def f(a, b=1 # ) é\n):\n    return a + b\nf(1, b=2 # ) é\n)\n"
    ),
    "a literal would be compared by identity": "def f(a):\n    n = 1\n    return a and n is None\n",
    "operands that are the same in parentheses": "x = (a) - a\nf((a), a)\ny = (a) if b else a\n",
    "branches that are the same but for parentheses": "if a:\n    f(a)\nelse:\n    f((a))\n",
    "a condition would be a tuple": "def f(a):\n    if a and (1, 2):\n        f(a)\n",
    "a literal would be called": "def f(a):\n    n = 0\n    n(a)\n",
    "neighbours that are the same but for their layout": (
        "def f(a):\n    with a: pass\n    with a:\n        pass\n    g(a)\n"
        "class A:\n    def f(self): pass\n    def f(self):\n        pass\n"
    ),
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_nothing_is_wrong_any_more_where(source):
    found, edits = faults(source.encode(), np.random.default_rng(0))
    assert found == []
    assert edits != ()


def edits_of(source, *names):
    program = Program.from_files({"m.py": source.encode()})
    return program, enumerate_edits(program, resolve(names), None)


def test_a_repair_inside_parentheses_is_found():
    program, edits = edits_of("if (not ((((a)\n) or b))):\n    f()\n", "swap_boolean")
    assert [edit for edit in edits if not is_repairable(program, edit)] == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(c):\n    n = 3\n    return c\n\n    def n():\n        return 1\n",
        "def f(c):\n    while n:\n        n = c(n)\n    return c\n    n()\n",
    ],
    ids=["behind a definition", "read only before it is bound"],
)
def test_dead_code_stays_where_it_hides_an_unused_variable(source):
    assert edits_of(source, "remove_dead_code")[1] == ()


def test_dead_code_goes_where_its_variables_are_read_elsewhere():
    source = "def f(c):\n    n = c\n    g = lambda: n\n    return g\n    n()\n"
    assert len(edits_of(source, "remove_dead_code")[1]) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    limit = a\n    return a\n",
        "def f(a):\n    x_local = a\n    return a\n",
        "def f(a):\n    a_local, b = (1, 2)\n\ndef a():\n    return b\n",
    ],
)
def test_what_was_found_of_a_name_is_not_new_of_its_next_one(source):
    program, edits = edits_of(source, "rename_local")
    assert edits != ()
    assert [complaints(program, edit) for edit in edits] == [[]] * len(edits)


def test_where_else_a_name_is_bound_does_not_count():
    before = "x = 1\ndef f():\n    print(x)\n    x = 2\n    return x\n"
    programs = [Program.from_files({"m.py": text.encode()}) for text in (before, "\n" + before)]
    assert pyflakes_clean(*programs) == []


def test_two_names_for_one_and_another_mistake_are_new():
    before = Program.from_files({"m.py": b"def f():\n    x = 1\n    return y\n"})
    for text in (
        b"def f():\n    z = 1\n    w = 2\n    return y\n",
        b"def f():\n    x = 1\n    return z + w\n",
        b"def f():\n    y = 1\n    return x\n",
    ):
        assert pyflakes_clean(before, Program.from_files({"m.py": text})) != []
