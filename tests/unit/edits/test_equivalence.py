"""Equal code is found, and nothing that differs is taken for equal."""

import pytest

from nerion_gym.edits.equivalence import ORIGINAL, code_digest, equivalents
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Program, Span

pytestmark = pytest.mark.pure


def replaced(program, before, after):
    source = program.source("m.py")
    start = source.index(before)
    splice = Splice("m.py", start, start + len(before), before, after)
    return Edit("any", (splice,), Span("m.py", start, start + len(before)))


def same(one, two):
    return code_digest("m.py", one.encode()) == code_digest("m.py", two.encode())


def test_what_python_folds_is_equivalent_to_the_original_and_to_another():
    program = Program.from_files({"m.py": b"def f(x):\n    return x + (2 * 3)\n"})
    edits = [
        replaced(program, b"2 * 3", b"6"),
        replaced(program, b"2 * 3", b"2 + 3"),
        replaced(program, b"2 * 3", b"5"),
        replaced(program, b"x + (", b"x - ("),
    ]
    assert equivalents(program, edits) == (ORIGINAL, None, 1, None)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x = 1\n", "\n\nx = (1)  # why\n"),
        ("def f(x):\n    if not x:\n        return 1\n", "def f(x):\n\n    if not (x): return 1\n"),
        ("def f():\n    return 1\n    x = 2\n", "def f():\n    return 1\n    x = 2 \n"),
    ],
)
def test_layout_does_not_count(one, two):
    assert same(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x = 1\n", "x = True\n"),
        ("x = 0.0\n", "x = -0.0\n"),
        ("x = 1\n", "y = 1\n"),
        ("def f(a): return a\n", "def f(b): return b\n"),
        ("def f(a): return a\n", "def f(a, /): return a\n"),
        ("def f(a): return a\n", "def f(*a): return a\n"),
        ("def f(): 'x'\n", "def f(): 'y'\n"),
        ("x = lambda: 1\n", "x = lambda: 2\n"),
        ("try: f()\nexcept E: pass\n", "try: f()\nexcept G: pass\n"),
        ("async def f(): pass\n", "def f(): pass\n"),
        ("def f(): return\n", "def f(): yield\n"),
    ],
)
def test_what_can_be_seen_counts(one, two):
    assert not same(one, two)


def test_a_file_that_does_not_compile_is_like_no_other():
    program = Program.from_files({"m.py": b"x = 1\n"})
    edits = [replaced(program, b"1", b"("), replaced(program, b"1", b"(")]
    assert equivalents(program, edits) == (None, None)
