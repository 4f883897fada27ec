"""Where statements stand, against answers worked out by hand."""

import pytest

from nerion_gym.edits.analysis.statements import (
    blocks,
    extent,
    indentation,
    is_movable,
    own_lines,
    reindented,
)
from nerion_gym.syntax.module import parse_module

pytestmark = pytest.mark.pure

SOURCE = b"""\
# first
@ (wraps
   (f))
def f(x):  # why
    if x: return 1
    a = 1; b = 2
    c = (1 +
  2)  # more
    d = 1 + \\
        2
    return c
"""


def module_of(source):
    return parse_module("m.py", source)


def text_of(source, lines):
    return None if lines is None else source[lines[0] : lines[1]]


def test_blocks_come_in_the_order_of_the_text():
    module = module_of(SOURCE)
    found = [(type(block.owner).__name__, block.field, len(block.body)) for block in blocks(module)]
    assert found == [("Module", "body", 1), ("FunctionDef", "body", 6), ("If", "body", 1)]


def test_a_statements_own_lines():
    module = module_of(SOURCE)
    body = module.tree.body[0].body
    lines = [text_of(SOURCE, own_lines(module, statement)) for statement in body]
    assert lines == [
        b"    if x: return 1\n",
        None,
        None,
        b"    c = (1 +\n  2)  # more\n",
        b"    d = 1 + \\\n        2\n",
        b"    return c\n",
    ]
    assert text_of(SOURCE, own_lines(module, body[1], body[2])) == b"    a = 1; b = 2\n"
    assert own_lines(module, body[0].body[0]) is None
    assert indentation(module, body[3]) == b"    "


def test_decorators_belong_to_their_function():
    module = module_of(SOURCE)
    start, _ = extent(module, module.tree.body[0])
    assert SOURCE[start:].startswith(b"@ (wraps")
    assert text_of(SOURCE, own_lines(module, module.tree.body[0])) == SOURCE[8:]


def test_a_line_that_goes_on_is_not_its_own():
    source = b"a = 1; \\\nb = 2\n"
    assert own_lines(module_of(source), module_of(source).tree.body[1]) is None


def test_the_last_line_may_lack_its_end():
    source = b"a = 1\nb = 2"
    module = module_of(source)
    assert text_of(source, own_lines(module, module.tree.body[1])) == b"b = 2"


def test_text_moves_to_another_depth():
    text = b"    if x:\n\n        y()\n  # out\n"
    assert reindented(text, b"    ", b"\t") == b"\tif x:\n\n\t    y()\n  # out\n"


def test_strings_that_span_lines_stay_at_their_depth():
    source = b"x = '''a\nb'''\nx = ('a'\n'b')\nx = (1 +\n2)\n"
    module = module_of(source)
    found = [is_movable(module, [statement]) for statement in module.tree.body]
    assert found == [False, False, True]
