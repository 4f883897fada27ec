"""Edits as code: which are one function's, and which need not be compiled at all."""

import pytest

from nerion_gym.execution.tracing.edited import edited_code, edited_codes
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Program, Span

pytestmark = pytest.mark.pure
SOURCE = """LIMIT = 3

@staticmethod
def free(a, b=4):
    return a + b

class Box:
    size = 5

    def get(self):
        def inner():
            return 6
        return inner()

if LIMIT:
    def get():
        return 7
"""
PROGRAM = Program.from_files({"m.py": SOURCE.encode()})
RECORDED = {("m.py", "free"), ("m.py", "get")}


def edit_of(*changes):
    """An edit that puts a text in the place of bytes at an offset."""
    splices = tuple(Splice("m.py", at, at + len(old), old, new) for at, old, new in changes)
    return Edit("number", splices, Span("m.py", splices[0].start, splices[0].end))


def changed(*numbers):
    """An edit that makes one more of each of these numbers, which stand in the source once."""
    return edit_of(*((SOURCE.index(str(n)), str(n).encode(), str(n + 1).encode()) for n in numbers))


def added(before, text):
    return edit_of((SOURCE.index(before) + len(before), b"", text.encode()))


@pytest.mark.parametrize(
    ("number", "name"), [(6, "Box.get"), (7, "get")], ids=["in a nested one", "below an if"]
)
def test_an_edit_inside_is_the_outermost_functions(number, name):
    edited = edited_code(PROGRAM, 0, changed(number))
    assert edited.key[1] == name


@pytest.mark.parametrize("number", [3, 5, 4], ids=["module", "class", "default"])
def test_an_edit_outside_of_bodies_is_none_functions(number):
    assert edited_code(PROGRAM, 0, changed(number)) is None


def test_what_is_added_at_a_functions_end_is_its_own():
    edited = edited_code(PROGRAM, 0, added("return a + b", " + 1"))
    assert edited.key[1] == "free"


def test_edits_of_functions_without_a_recorded_call_are_not_compiled():
    edits = [changed(6), added("return a + b", " + 1"), changed(3)]
    codes, uncalled = edited_codes(PROGRAM, edits, {("m.py", "free")}, range(3))
    assert [one.number for one in codes] == [1]
    assert uncalled == [0]


def test_a_recorded_call_of_any_function_of_that_name_is_enough():
    edits = [changed(6), changed(7), changed(6, 7)]
    codes, uncalled = edited_codes(PROGRAM, edits, RECORDED, range(3))
    assert [one.number for one in codes] == [0, 1]
    assert not uncalled
