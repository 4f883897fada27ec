"""Edits made together: what conflicts, what does not, and what they give."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.compose import compose, conflict
from nerion_gym.edits.preview import apply, undo
from nerion_gym.edits.registry import resolve
from nerion_gym.errors import EditError
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Program, Span

pytestmark = pytest.mark.pure


def program_of(text):
    return Program.from_files({"m.py": text.encode()})


def edits_of(program, *names):
    return enumerate_edits(program, resolve(names), None)


def edit(start, end, before, after, name="mine"):
    splice = Splice("m.py", start, end, before, after)
    return Edit(name, (splice,), Span("m.py", start, end))


def test_edits_at_different_places_give_both_in_any_order():
    program = program_of("x = 1 + a\ny = 2 < b\n")
    plus = next(e for e in edits_of(program, "swap_arithmetic") if e.text == "-")
    less = next(e for e in edits_of(program, "swap_comparison") if e.text == "<=")
    assert conflict(plus, less) == ""
    one, two = compose(program, [plus, less]), compose(program, [less, plus])
    assert one == two
    assert apply(program, one).source("m.py") == b"x = 1 - a\ny = 2 <= b\n"
    assert undo(apply(program, one), one).files == program.files


def test_two_edits_of_one_place_conflict():
    program = program_of("x = a + b\n")
    minus, times = edits_of(program, "swap_arithmetic")
    assert "swap_arithmetic and swap_arithmetic both change m.py around byte 6" in conflict(
        minus, times
    )
    with pytest.raises(EditError, match="leave one of them out"):
        compose(program, [minus, times])


def test_places_that_touch_conflict():
    assert conflict(edit(0, 1, b"x", b"y"), edit(1, 1, b"", b"z"))
    assert conflict(edit(1, 1, b"", b"y"), edit(1, 1, b"", b"z"))
    assert not conflict(edit(0, 1, b"x", b"y"), edit(2, 3, b"=", b"z"))


def test_a_name_that_one_needs_and_another_takes_away_is_found():
    program = program_of("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n")
    start = program.source("m.py").index(b"x = 1")
    gone = edit(start, start + 5, b"x = 1", b"y = 1")
    other = edit(start + 40, start + 41, b"x", b"x")
    here = program.source("m.py").index(b"x = 2")
    other = edit(here + 4, here + 5, b"2", b"3", "theirs")
    with pytest.raises(EditError, match="mine, theirs do not go together"):
        compose(program, [gone, other])


def test_nothing_cannot_be_composed():
    with pytest.raises(EditError, match="at least one"):
        compose(program_of("x = 1\n"), [])
