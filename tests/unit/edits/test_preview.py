import pytest

from nerion_gym.edits.gates import compiles, parses, pyflakes_clean
from nerion_gym.edits.preview import apply, diff, undo
from nerion_gym.errors import EditError
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Program, Span

pytestmark = pytest.mark.pure

PROGRAM = Program.from_files({"a.py": b"x = 1\r\ny = x * 2\r\n", "b.py": b"z = 3\n"})
SPAN = Span("a.py", 11, 16)


def edit(*splices):
    return Edit("o", tuple(Splice(*splice) for splice in splices), SPAN, None, "")


TWO = edit(("a.py", 4, 5, b"1", b"100"), ("a.py", 13, 14, b"*", b"+"), ("b.py", 0, 1, b"z", b""))


def test_apply_gives_a_new_program_and_undo_the_same_bytes():
    after = apply(PROGRAM, TWO)
    assert after.source("a.py") == b"x = 100\r\ny = x + 2\r\n"
    assert after.source("b.py") == b" = 3\n"
    assert PROGRAM.source("a.py") == b"x = 1\r\ny = x * 2\r\n"
    assert undo(after, TWO).files == PROGRAM.files


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (edit(("a.py", 4, 5, b"2", b"3")), r"a\.py bytes 4-5: expected b'2', found b'1'"),
        (edit(("c.py", 0, 0, b"", b"x")), r"no file 'c\.py'; it has \('a\.py', 'b\.py'\)"),
        (edit(("b.py", 5, 9, b"\n", b"")), r"b\.py bytes 5-9: outside the file \(6 bytes\)"),
        (edit(("b.py", 4, 5, b"3", b"4"), ("b.py", 0, 1, b"z", b"w")), "must be in order"),
        (edit(("b.py", 0, 3, b"z =", b""), ("b.py", 2, 4, b"= ", b"")), "must not overlap"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(bad, message):
    with pytest.raises(EditError, match=message):
        apply(PROGRAM, bad)


def test_undoing_something_else_is_refused():
    with pytest.raises(EditError, match="belongs to another version"):
        undo(PROGRAM, TWO)


def test_the_diff_is_unified():
    text = diff(PROGRAM, edit(("a.py", 13, 14, b"*", b"+")))
    assert text == "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = x * 2\n+y = x + 2"
    coloured = diff(PROGRAM, edit(("a.py", 13, 14, b"*", b"+")), colour=True)
    assert "\x1b[31m-y = x * 2\x1b[0m" in coloured
    assert "\n x = 1\n" in coloured


def program(text):
    return Program.from_files({"m.py": text})


def test_gates_complain_about_what_is_new():
    assert parses(PROGRAM) == compiles(PROGRAM) == []
    assert len(parses(program(b"x = (\n"))) == 1
    assert compiles(program(b"return 1\n")) == ["m.py:1:1: 'return' outside function"]
    assert compiles(program(b"x = 1\0")) != []
    before = program(b"import os\ndef f(x):\n    return x\n")
    assert pyflakes_clean(before, before) == []
    moved = program(b"\n\nimport os\ndef f(x):\n    return x\n")
    assert pyflakes_clean(before, moved) == []
    broken = program(b"import os\ndef f(x):\n    return y\n")
    assert pyflakes_clean(before, broken) == ["m.py: undefined name 'y'"]
    assert pyflakes_clean(before, program(b"def"))[0].startswith("m.py: m.py:1:")
