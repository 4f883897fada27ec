"""Gates: what they let pass, and what not."""

import pytest

from nerion_gym.edits.gates import compiles, names_resolve, parses, pyflakes_clean
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def program_of(text):
    return Program.from_files({"m.py": text.encode()})


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ("x = 1\nprint(x)\n", "y = 1\nprint(x)\n", ["m.py: 'x' is bound nowhere"]),
        ("def f(a): return a\n", "def f(b): return a\n", ["m.py: 'a' is bound nowhere"]),
        ("print(lost)\n", "print(lost, 1)\n", []),
        ("x = 1\nprint(x)\n", "from m import *\nprint(x)\n", []),
        ("x = 1\n", "x = len(__name__) + __file__\n", []),
        ("x = 1\n", "x = 1\nclass A:\n    y = x\n    def f(self): return y\n",
         ["m.py: 'y' is bound nowhere"]),
    ],
)  # fmt: skip
def test_names_resolve(before, after, missing):
    assert names_resolve(program_of(before), program_of(after)) == missing


def test_the_other_gates():
    good, broken = program_of("def f():\n    return 1\n"), program_of("return 1\n")
    assert parses(good) == compiles(good) == pyflakes_clean(good, good) == []
    assert parses(broken) == []
    assert "outside function" in compiles(broken)[0]
    assert parses(program_of("x =\n"))
    unused = program_of("def f():\n    x = 2\n    return 1\n")
    assert "never used" in pyflakes_clean(good, unused)[0]


def test_lines_that_moved_are_no_news_to_pyflakes():
    before = Program.from_files({"m.py": b"def f(): pass\ndef f(): pass\n"})
    after = Program.from_files({"m.py": b"x = 1\ndef f(): pass\ndef f(): pass\n"})
    assert pyflakes_clean(before, after) == []
