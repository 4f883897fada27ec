"""A function compiled alone is the one of its whole file, over the edits of real packages."""

from types import CodeType

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.execution.excerpt import both_versions
from nerion_gym.execution.routing import NotConfinedError, compare_file, compare_whole
from nerion_gym.execution.selection import Hull
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from tests.support.marks import first_quick
from tests.support.projects import zoo
from tests.support.sources import fetch_pinned

CALLED = ("co_consts", "co_lines", "co_positions", "co_branches")
PROGRAMS = {
    "logic_v2": lambda: corpus_task("logic_v2"),
    "zoo": zoo,
    "inflection": lambda: load_package(fetch_pinned("inflection") / "inflection"),
    "toolz": lambda: load_package(fetch_pinned("toolz") / "toolz"),
}


def contents(code):
    """Return everything that a code object is, nested code included."""
    names = sorted(name for name in dir(code) if name.startswith("co_"))
    plain = [(n, repr(getattr(code, n))) for n in names if n not in CALLED]
    lines = [*code.co_lines()], [*code.co_positions()]
    nested = [contents(value) if isinstance(value, CodeType) else "" for value in code.co_consts]
    constants = ["code" if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    return plain, lines, nested, constants


def found_by(compare, *versions):
    """Return what a comparison gives, in a form that compares positions too."""
    try:
        change = compare(*versions)
    except NotConfinedError:
        return "not confined"
    return [
        [(contents(old), contents(new)) for old, new in pairs]
        for pairs in (change.changed, change.moved)
    ]


@pytest.mark.parametrize("name", first_quick(PROGRAMS))
def test_both_ways_find_the_same(name):
    program = PROGRAMS[name]().program
    edits = enumerate_edits(program, tuple(OPERATORS), None)
    quick = 0
    for index in np.random.default_rng(3).permutation(len(edits))[:300]:
        files = dict(apply(program, edits[index]).files)
        for path, before in program.files:
            if files[path] == before:
                continue
            versions = path, before, files[path]
            quick += both_versions(path, Hull(before, files[path])) is not None
            assert found_by(compare_file, *versions) == found_by(compare_whole, *versions)
    assert quick > 0.5 * min(len(edits), 300), "the quick way is hardly ever taken"


SOURCE = b'''\
from __future__ import annotations

class Outer:
    class Inner:
        def method(self):
            """Doc."""
            return self.__hidden + super().method()

def plain(a: int, b=[1]):
    if a:
        return a + 1
    return b

if True:
    def hidden(a):
        return a + 2
'''


@pytest.mark.pure
@pytest.mark.parametrize(
    ("before", "after", "quick"),
    [
        (b"self.__hidden +", b"self.__hidden -", True),
        (b"a + 1", b"a - 1", True),
        (b"a + 1", b"a +\n 1", False),
        (b"a + 2", b"a - 2", False),
        (b"b=[1]", b"b=[2]", False),
        (b"return b", b"return b is 1", False),
        (b"    return b", b"return b", False),
        (b"return b", b"return (b", False),
        (b"return b", b"return b\nx = 1", False),
        (b"return b", b"yield b", True),
    ],
)
def test_the_quick_way_is_taken_where_it_is_safe(before, after, quick):
    assert SOURCE.count(before) == 1
    changed = SOURCE.replace(before, after)
    assert (both_versions("m.py", Hull(SOURCE, changed)) is not None) is quick
    versions = "m.py", SOURCE, changed
    assert found_by(compare_file, *versions) == found_by(compare_whole, *versions)
