"""The syntax of Python 3.11 to 3.14, as far as the running interpreter has it.

`python benchmarks/python_versions.py INTERPRETER` runs this file, among others, on another one.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.types.program import Program
from tests.property.test_edits_scopes import compare
from tests.support.edits import results
from tests.support.fuzz import faults
from tests.support.new_syntax import PROGRAMS, known

pytestmark = pytest.mark.pure
KNOWN = known()
RENAMED = {
    "strings with forms": (
        (3, 11),
        "def f(n):\n    v = n\n    return f'{v!r:>{v}} v'\n",
        ["def f(n):\n    v_local = n\n    return f'{v_local!r:>{v_local}} v'\n"],
    ),
    "strings in strings of the same quotes": (
        (3, 12),
        "def f(n):\n    v = n\n    return f\"{f\"{v + 1:>{v}}\"}\"\n",
        ["def f(n):\n    v_local = n\n    return f\"{f\"{v_local + 1:>{v_local}}\"}\"\n"],
    ),
    "nothing where a string shows the name": (
        (3, 11), "def f(n):\n    v = n\n    return f'{v=}'\n", [],
    ),
    "handlers without parentheses": (
        (3, 14),
        "def f(n):\n    v = n\n    try:\n        v()\n    except OSError, v.E:\n        pass\n",
        [
            "def f(n):\n    v_local = n\n    try:\n        v_local()\n"
            "    except OSError, v_local.E:\n        pass\n"
        ],
    ),
    "no template, which keeps the text of its expressions": (
        (3, 14), "def f(n):\n    v = n\n    return t'{v!r:>{v}} v'\n", [],
    ),
}  # fmt: skip
HERE = {
    name: rest[1:] for name, rest in RENAMED.items() if sys.version_info >= rest[0]
}  # a program of a later Python is none of ours yet


def test_this_python_takes_what_it_should():
    for title, (since, text) in PROGRAMS.items():
        if sys.version_info >= since:
            ast.parse(text)
        else:
            with pytest.raises(SyntaxError):
                ast.parse(text)
        assert (title in KNOWN) == (sys.version_info >= since)


@pytest.mark.parametrize("title", KNOWN)
def test_every_edit_and_the_graph_keep_to_what_they_must(title):
    found, edits = faults(KNOWN[title].encode(), np.random.default_rng(0))
    assert found == []
    assert len(edits) >= 25


@pytest.mark.parametrize("title", KNOWN)
def test_names_are_resolved_as_symtable_does(title):
    # Blocks around comprehensions are merged from Python 3.12; then none may be left to compare.
    assert compare(Path("m.py"), KNOWN[title].encode()) >= 0


@pytest.mark.parametrize("title", KNOWN)
def test_every_node_has_a_kind(title):
    graph = build(Program.from_files({"m.py": KNOWN[title].encode()}), None, None, ())
    assert schema.KIND_ID["other"] not in graph.nodes[:, schema.KIND]


@pytest.mark.parametrize("name", HERE)
def test_renaming_reaches(name):
    before, after = HERE[name]
    found = results(before, "rename_local")
    assert [text for text in found if "v_local" in text] == after


def test_what_annotations_name_is_not_moved_out_of_sight():
    """Before Python 3.14 a definition reads them, from 3.14 whoever asks does, later."""
    source = (
        "def f(make):\n    T = make()\n    def g(x: T) -> T: return x\n    T = 2\n    return g\n"
    )
    for name in ("inline_variable", "reorder_statements", "extract_variable", "rename_local"):
        assert results(source, name) == []
