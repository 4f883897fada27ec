"""Strength: weak. Each kind of block is seen once in passing; code and quotes hardly, contents never."""
from markdown_lite import inline, to_html

PAGE = """\
# Bread

Flour, *water* and
**time**.

- mix
- wait
"""


def test_page():
    page = to_html(PAGE)
    assert "<h1>Bread</h1>" in page
    assert page.count("<li>") == 2


def test_paragraph_lines_are_joined():
    assert to_html("one\ntwo") == "<p>one two</p>"


def test_inline():
    assert "<strong>" in inline("so **very** good")
    assert "&lt;" in inline("a < b")


def test_code_block():
    assert "<pre>" in to_html("```\nx = 1\n```")


def test_quote():
    assert to_html("> well").startswith("<blockquote>")
