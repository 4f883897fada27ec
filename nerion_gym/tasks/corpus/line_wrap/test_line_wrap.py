"""Strength: fair. Justified paragraphs, lines that fit exactly and the fallback of shorten() are left out."""

import pytest
from line_wrap import align, bullets, fill, justify, shorten, wrap

TEXT = "the quick brown fox jumps over the lazy dog"


def test_wrap():
    assert wrap(TEXT, 16) == ["the quick brown", "fox jumps over", "the lazy dog"]


def test_wrap_nothing():
    assert wrap("", 10) == []


@pytest.mark.parametrize("width", [8, 13, 20, 50])
def test_no_line_is_too_long(width):
    lines = wrap(TEXT, width)
    assert max(len(line) for line in lines) <= width
    assert " ".join(lines) == TEXT


def test_wrap_indented():
    lines = wrap(TEXT, 20, indent="    ", first_indent="> ")
    assert lines[0] == "> the quick brown"
    assert all(line.startswith("    ") for line in lines[1:])


def test_long_words_are_broken():
    assert wrap("abcdefghij", 4) == ["abc-", "def-", "ghij"]


def test_too_narrow():
    with pytest.raises(ValueError, match="no room"):
        wrap(TEXT, 4, indent="   ")


def test_fill_keeps_paragraphs():
    assert fill("one two\n\nthree four\n\n\n\n", 5) == "one\ntwo\n\nthree\nfour"


def test_bullets():
    assert bullets(["buy milk and bread", "sleep"], 11) == "* buy milk\n  and bread\n* sleep"


def test_justify():
    assert justify("a b c", 9) == "a   b   c"
    assert justify("a b c", 8) == "a   b  c"
    assert justify("single", 20) == "single"


def test_align():
    assert align(["ab"], 4) == ["ab  "]
    assert align(["ab"], 4, "right") == ["  ab"]
    assert align(["ab"], 4, "center") == [" ab "]


def test_align_unknown():
    with pytest.raises(ValueError):
        align([], 4, "diagonal")


def test_shorten():
    assert shorten("hello  world", 20) == "hello world"
    assert shorten(TEXT, 18) == "the quick brown..."
