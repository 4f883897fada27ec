import ast
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax import pieces
from nerion_gym.syntax.module import parse_module

pytestmark = pytest.mark.pure
STDLIB = Path(sysconfig.get_paths()["stdlib"])


@pytest.fixture(autouse=True)
def _nothing_known():
    pieces.forget()


def cold(source):
    pieces.forget()
    return texts(source)


def texts(source):
    return [piece.module.source for piece in pieces.pieces_of("m.py", source)]


@pytest.mark.parametrize(
    "expected",
    [
        [b"import os\nx = 1\n", b"def f():\n    pass\n"],
        [
            b"import os\n# of os\n\n",
            b"# of f\n#\n@a\n@b\nasync def f(): pass\n\n",
            b"class A: pass\n",
        ],
        [b"\xef\xbb\xbf'''doc'''\nx = 1\n", b"def f(): pass\n", b"y = 2\nz = 3"],
        [b"def f(): pass; x = 1\n", b"def g(): pass\n"],
        [b"x = 1; y = 2\ndef_ = 3\n"],
        [b"class A: pass\n'''said of A'''\n", b"def g(): pass\n"],
        [b"x = '''\ndef f():\n    pass\n'''\n"],
        [b"x = (\n1)\n", b"def f():\r\n    '''\r\n'''\r\n", b"def g(): pass\r"],
        [b"def f(): pass\n", b"if x:\n    def g(): pass\nelse:\n    y = 1\n", b"class A: pass"],
        [b""],
        [b"# nothing\n"],
    ],
)
def test_a_file_is_cut_around_its_definitions(expected):
    assert texts(b"".join(expected)) == expected


@pytest.mark.parametrize(
    "source",
    [
        b"def f(): pass\n@(\na)\ndef g(): pass\n",
        b"def f(): pass\ndef g():  # -*- coding: latin-1 -*-\n    pass\n",
    ],
    ids=["a decorator's sign on an earlier line", "what would declare an encoding"],
)
def test_what_does_not_stand_alone_stays_whole(source):
    assert texts(source) == [source]


def test_only_what_an_edit_touches_is_parsed_again():
    source = b"".join(b"def f%d():\n    return %d\n" % (n, n) for n in range(9))
    before = pieces.pieces_of("m.py", source)
    after = pieces.pieces_of("m.py", source.replace(b"return 4", b"return 44"))
    same = [old.module is new.module for old, new in zip(before, after, strict=True)]
    assert same == [True] * 4 + [False] + [True] * 4
    assert [new.start - old.start for old, new in zip(before, after, strict=True)] == (
        [0] * 5 + [1] * 4
    )


@pytest.mark.parametrize("name", ["textwrap.py", "heapq.py", "bisect.py", "dataclasses.py"])
def test_pieces_hold_the_statements_of_the_file(name):
    source = (STDLIB / name).read_bytes()
    found = pieces.pieces_of(name, source)
    assert len(found) > 2
    alone = [ast.dump(node) for piece in found for node in piece.module.tree.body]
    assert alone == [ast.dump(node) for node in parse_module(name, source).tree.body]
    assert all(source[piece.start : piece.end] == piece.module.source for piece in found), (
        "a piece is elsewhere"
    )


INSERTED = (
    b"",
    b"x",
    b"\n",
    b"\ndef f():\n    pass\n",
    b'"""',
    b"# coding: x",
    b"    ",
    b"else:\n",
)


def outcome(cut, text):
    try:
        return cut(text)
    except ProgramSyntaxError as error:
        return str(error)


@pytest.mark.parametrize("name", ["textwrap.py", "sched.py", "bisect.py", "colorsys.py"])
def test_a_known_version_changes_nothing(name):
    """Whatever was cut before, a text has the pieces, or the error, that it has from cold."""
    source = (STDLIB / name).read_bytes()
    rng = np.random.default_rng(7)
    valid = 0
    for _ in range(60):
        start, length = rng.integers(0, len(source)), rng.integers(0, 60)
        text = source[:start] + INSERTED[rng.integers(len(INSERTED))] + source[start + length :]
        pieces.forget()
        texts(source)
        patched, again = outcome(texts, text), outcome(cold, text)
        valid += isinstance(again, list)
        assert patched == again
    assert valid > 5


def test_what_is_kept_is_bounded():
    for number in range(pieces.KEPT_FILES + 50):
        pieces.pieces_of(f"m{number % 300}.py", b"x = %d\n" % number)
    assert len(pieces._known) == pieces.KEPT_FILES
    for number in range(50):
        pieces.pieces_of("m.py", b"y = %d\n" % number)
    assert sum(path == "m.py" for path, _ in pieces._known) == pieces.KEPT_VERSIONS
    assert sum(map(len, pieces._versions.values())) == len(pieces._known)
