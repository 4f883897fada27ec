"""Random expressions with every kind of spacing: each edit changes exactly what it says."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply, undo
from nerion_gym.edits.registry import resolve
from nerion_gym.types.program import Program
from tests.property.test_edits import FIRST, check_meaning

pytestmark = pytest.mark.pure
OPERATORS = resolve(FIRST)

ATOMS = [
    "a",
    "b",
    "éß",
    "0",
    "1",
    "0x1f",
    "1_0",
    ".5",
    "2.",
    "True",
    "None",
    "'+ * and'",
    "b'x'",
    "...",
]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@", "and", "or"]
BINARY += ["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]
SHAPES = [
    *("(%s)", "-%s", "~%s", "not %s", "%s.real", "%s[%s]", "f(%s, *%s)", "[%s, %s]", "{%s: %s}"),
    *(
        "%s if %s else %s",
        "lambda c: %s",
        "[%s for d in %s if %s]",
        "(e := %s)",
        "(%s for d in %s)",
    ),
    *(
        "f'{%s}'",
        "f'{%s:{%s}}é{{%s'",
        "rf'''{%s}\n {%s!r}'''",
        "(yield %s)",
        "x[%s:%s]",
        "(%s, %s)",
    ),
]
SPACES = ["", " ", "  ", "\n", " # ( * not and\n", "\t", " \\\n"]


def joined(draw, left, sign, right):
    before, after = draw(st.sampled_from(SPACES)), draw(st.sampled_from(SPACES))
    return f"{left}{before}{sign}{after}{right}"


@st.composite
def expressions(draw, depth=3):
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(ATOMS))
    if draw(st.booleans()):
        left, right = draw(expressions(depth - 1)), draw(expressions(depth - 1))
        return joined(draw, left, draw(st.sampled_from(BINARY)), right)
    shape = draw(st.sampled_from(SHAPES))
    return shape % tuple(draw(expressions(depth - 1)) for _ in range(shape.count("%s")))


FRAMES = [
    "def g(a, b):\n    x = (\n%s\n)\n    return x\n",
    "def g(a, b):\n    if (%s): return(%s)\n",
    "def g(a, b):\n    return [a for a in (%s) if(%s)]\n",
    "def g(a, b):\n    a *= (%s)\n    assert(%s), a\n",
]


@st.composite
def programs(draw):
    frame = draw(st.sampled_from(FRAMES))
    text = frame % tuple(draw(expressions()) for _ in range(frame.count("%s")))
    return text.encode()


def compiled(source):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "m.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


@settings(max_examples=150)
@given(programs())
def test_random_expressions(source):
    if compiled(source):
        check_all(source)


@pytest.mark.slow
@settings(max_examples=6000)
@given(programs())
def test_many_random_expressions(source):
    if compiled(source):
        check_all(source)


def check_all(source):
    program = Program.from_files({"m.py": source})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for edit in enumerate_edits(program, OPERATORS, None):
            after = apply(program, edit)
            changed = after.source("m.py")
            assert undo(after, edit).files == program.files
            assert compiled(changed), (edit, changed)
            check_meaning(edit, source, changed)


def test_most_random_programs_are_programs():
    found = []

    @settings(max_examples=200)
    @given(programs())
    def count(source):
        found.append(compiled(source) and ast.parse(source) is not None)

    count()
    assert sum(found) > 60
