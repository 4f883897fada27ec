"""Code outside of functions: its pieces, and the names that point at them."""

import ast

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.syntax.loose import (
    WHOLE,
    is_loose,
    loose_name,
    loose_nodes,
    loose_pieces,
    loose_range,
)
from nerion_gym.syntax.module import parse_module

pytestmark = pytest.mark.pure

SOURCE = b'''\
"""Words."""
import os


@make(1)
class Box(Base, size=2):
    first = 3

    @deco(4)
    def area(self, a=5):
        return a

    last = 6


if os.name < "x":
    def chosen():
        return 7
elif os.sep:
    other = 8
else:
    pass

with open(os.devnull) as file:
    def inside():
        return 9
try:
    def tried():
        pass
except (OSError, ValueError) as error:
    failed = error
match os:
    case 10:
        def matched():
            pass
    case [x] if x:
        y = 11
lambda: 12
'''


def texts():
    module = parse_module("m.py", SOURCE)
    return [module.text(piece).decode() for piece in loose_pieces("m.py", SOURCE)]


def test_pieces_are_the_largest_nodes_without_a_function():
    assert texts() == [
        '"""Words."""',
        "import os",
        "make(1)",
        "Base",
        "size=2",
        "first = 3",
        "last = 6",
        'os.name < "x"',
        "elif os.sep:\n    other = 8\nelse:\n    pass",
        "open(os.devnull) as file",
        "except (OSError, ValueError) as error:\n    failed = error",
        "os",
        "10",
        "[x] if x:\n        y = 11",
        "lambda: 12",
    ]


def test_a_name_means_pieces_from_one_to_another():
    assert is_loose(WHOLE)
    assert is_loose("<module 2:7>")
    assert not is_loose("f")
    assert not is_loose("")
    assert len(loose_nodes("m.py", SOURCE, WHOLE)) == len(texts())
    assert loose_nodes("m.py", SOURCE, loose_name(1, 3)) == loose_pieces("m.py", SOURCE)[1:3]
    assert loose_range("<module 2:9>", 4) == range(2, 4)
    assert not loose_range("<module 5:9>", 4)
    with pytest.raises(ConfigError, match="'f' names no code outside of functions"):
        loose_range("f", 4)


def test_the_pieces_are_nodes_of_the_tree_that_is_known_now():
    loose_pieces("m.py", SOURCE)
    parse_module.cache_clear()
    every = set(ast.walk(parse_module("m.py", SOURCE).tree))
    assert every.issuperset(loose_pieces("m.py", SOURCE))
