"""Strength: fair. Unclosed brackets, negated classes and defaults of select() are not tried."""

import pytest
from wildcards import expand, matches, select


@pytest.mark.parametrize(
    "pattern, path",
    [
        ("*.py", "main.py"),
        ("src/*.py", "src/main.py"),
        ("**/*.py", "a/b/c.py"),
        ("?at", "cat"),
        ("[abc]at", "bat"),
        ("file[0-9].txt", "file7.txt"),
        ("*.{jpg,png}", "photo.png"),
        ("docs/**", "docs/a/b.md"),
        ("", ""),
    ],
)
def test_matches(pattern, path):
    assert matches(pattern, path)


@pytest.mark.parametrize(
    "pattern, path",
    [
        ("*.py", "main.pyc"),
        ("*.py", "src/main.py"),
        ("?at", "at"),
        ("[abc]at", "rat"),
        ("file[0-9].txt", "filex.txt"),
        ("*.{jpg,png}", "photo.gif"),
        ("a?b", "a/b"),
    ],
)
def test_does_not_match(pattern, path):
    assert not matches(pattern, path)


def test_expand():
    assert expand("plain") == ["plain"]
    assert expand("{a,b}c") == ["ac", "bc"]
    assert expand("x{1,{2,3}}") == ["x1", "x2", "x3"]


def test_select():
    paths = ["a.py", "test_a.py", "lib/b.py", "notes.txt"]
    assert select(paths, ["**/*.py"], ["test_*"]) == ["a.py", "lib/b.py"]
