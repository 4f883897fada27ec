"""The graph of a focus is the same from the whole file, from pieces, and after an edit."""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.errors import ConfigError, ProgramSyntaxError
from nerion_gym.graphs import builder, exports, linking, parts
from nerion_gym.graphs.builder import build
from nerion_gym.syntax import pieces
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.positions import LineTable
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Focus, FunctionRef, Program
from tests.support.sources import fetch_pinned
from tests.support.whole_focus import view_in_whole

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FILES = ("textwrap.py", "heapq.py", "contextlib.py", "shlex.py", "copy.py")
PACKAGES = ("inflection", "toolz", "boltons", "h11")
CORPUS = ("math_logic", "logic_v2")
MOST_FILES, FOCUSES, EDITS = 6, 5, 8
WORD = re.compile(rb"\b[A-Za-z_]\w*\b")
EVERY_FORM = b"""import os
from sys import *
LIMIT: int = 3
try:
    from fast import f
except ImportError:
    def f(x):
        global LIMIT
        LIMIT = LIMIT + x
        return x

def g(x, y=LIMIT):
    match x:
        case [a, *b]:
            return f(a)
        case {"k": v, **rest}:
            return g(v, rest)
    return f"{x!r:>{y}} {f(x)}"

class A:
    __p = 1
    z = [i for i in range(__p)]
    def m(self, q=z):
        return self.n(q) + LIMIT + f(q)
    @property
    def n(self):
        return A.m(self, lambda t: t + LIMIT)
    def n(self, k):
        def inner(u):
            nonlocal k
            k = u
            return self.m(k)
        return inner
if LIMIT:
    raise SystemExit
def f(x):
    return os.path.join(x, A().m(g(x)))
LIMIT = f(g(LIMIT))
for f in (f, g):
    @f
    def h(x): return f(x)
def reset():
    global f, A
    import q as f
    def A(): return f
    return A()
"""


def forget():
    for cached in (builder._build, parts.file_part, exports.exports_of, parse_module):
        cached.cache_clear()
    pieces.forget()


def outcome(program, focus, coverage, tests):
    """Everything that a graph says, or the error."""
    try:
        graph = build(program, focus, coverage, tests)
    except (ConfigError, ProgramSyntaxError) as error:
        return str(error)
    spans = [graph.span_of(node) for node in range(len(graph.nodes))]
    return (
        graph.nodes.tolist(), graph.edge_types.tolist(), graph.edge_links.tolist(), graph.labels,
        graph.fields, spans, [graph.node_of(span) for span in spans if span],
    )  # fmt: skip


def drawn_focus(program, rng):
    """Return functions of one file or several, those that name one another first."""
    refs = [
        FunctionRef(path, function.qualname)
        for path, source in program.files
        for function in parse_module(path, source).functions
    ]
    chosen = [refs[place] for place in rng.permutation(len(refs))[: rng.integers(1, 4)]]
    name = chosen[0].qualname.rpartition(".")[2].encode()
    callers = [
        ref for ref in refs
        if name in parse_module(ref.path, program.source(ref.path)).text(
            parse_module(ref.path, program.source(ref.path)).function(ref.qualname).node
        )
    ]  # fmt: skip
    return Focus((chosen[0],), tuple(dict.fromkeys((*chosen[1:], *callers[:2]))))


def drawn_edit(program, focus, rng):
    """Return the program with one change of text: most are valid, some are not."""
    refs = (*focus.functions, *focus.context)
    ref = refs[rng.integers(len(refs))]
    path = ref.path if rng.random() < 0.8 else program.paths[rng.integers(len(program.paths))]
    source = program.source(path)
    module = parse_module(path, source)
    inside = module.function(ref.qualname).span if path == ref.path else None
    low, high = (inside.start, inside.end) if inside else (0, len(source))
    words = list(WORD.finditer(source, low, high)) or list(WORD.finditer(source))
    if not words or not module.tree.body:
        return program
    one, other = (words[rng.integers(len(words))] for _ in range(2))
    statement = module.tree.body[rng.integers(len(module.tree.body))]
    line = module.table.starts[statement.lineno - 1]
    word = other.group()
    put = {
        "rename": (one.start(), one.end(), word),
        "lengthen": (one.start(), one.end(), one.group() + b"_x"),
        "new line": (one.start(), one.start(), b"(\n"),
        "definition": (line, line, b"def %b(a, b=1):\n    return %b(a)\n" % (word, word)),
        "import": (line, line, b"from os import %b\n" % word),
        "global": (line, line, b"%b = 1\n" % word),
        "method": (line, line, b"class %b:\n    def m(self):\n        global %b\n" % (word, word)),
        "said": (line, line, b"'said'\n# coding: no\n"),
    }
    start, end, text = list(put.values())[rng.integers(len(put))]
    if rng.random() < 0.15 and module.functions:
        removed = module.functions[rng.integers(len(module.functions))].span
        start, end, text = removed.start, removed.end, b""
    return program.replaced({path: source[:start] + text + source[end:]})


def covered(program, tests, rng):
    lines = {path: source.count(b"\n") + 1 for path, source in program.files}
    drawn = [
        {
            path: frozenset(np.flatnonzero(rng.random(n) < 0.05).tolist())
            for path, n in lines.items()
        }
        for _ in (*tests, "import")
    ]
    return Coverage(tests=dict(zip(tests, drawn, strict=False)), at_import=drawn[-1])


def check(program, monkeypatch, seed):
    """Compare the three ways for some focuses and edits; return how many graphs were made."""
    rng = np.random.default_rng(seed)
    tests = ("test_a.py::test_one", "test_a.py::test_two[x]")
    made = 0
    for number in range(FOCUSES):
        focus = drawn_focus(program, rng)
        known = (covered(program, tests, rng), tests) if number % 2 else (None, ())
        edited = [program, *(drawn_edit(program, focus, rng) for _ in range(EDITS))]
        forget()
        after_edits = [outcome(version, focus, *known) for version in edited]
        for version, found in zip(edited, after_edits, strict=True):
            forget()
            assert found == outcome(version, focus, *known), "not as from cold"
            forget()
            with monkeypatch.context() as patch:
                patch.setattr(parts, "view_file", view_in_whole)
                patch.setattr(linking, "exports_of", exports.exports_of_whole)
                assert found == outcome(version, focus, *known), "not as from the whole file"
            made += not isinstance(found, str)
    return made


@pytest.mark.pure
@pytest.mark.parametrize("name", FILES)
def test_files_of_the_standard_library(name, monkeypatch):
    program = Program.from_files({name: (STDLIB / name).read_bytes()})
    assert check(program, monkeypatch, 7) > FOCUSES


@pytest.mark.pure
@pytest.mark.parametrize("seed", range(6))
def test_every_form_that_a_module_may_have(seed, monkeypatch):
    program = Program.from_files({"m.py": EVERY_FORM})
    assert check(program, monkeypatch, seed) > FOCUSES


@pytest.mark.pure
@pytest.mark.parametrize("name", CORPUS)
def test_programs_of_the_corpus(name, monkeypatch):
    assert check(corpus_task(name).program, monkeypatch, 7) > FOCUSES


@pytest.mark.parametrize("name", PACKAGES)
def test_packages(name, monkeypatch):
    root = fetch_pinned(name)
    paths = [path for path in sorted((root / name).rglob("*.py")) if path.stat().st_size < 2**16]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths[:MOST_FILES]}
    assert check(Program.from_files(files), monkeypatch, 7) > FOCUSES


@pytest.mark.pure
@pytest.mark.parametrize("name", ["textwrap.py", "statistics.py"])
def test_a_spliced_tree_is_the_parsed_one(name):
    """Every function in turn gets a statement more: the tree is as from cold, places included."""
    source = (STDLIB / name).read_bytes()
    pieces.forget()
    pieces.pieces_of(name, source)
    bodies = [function.body.start for function in parse_module(name, source).functions]
    documented = [at for at in bodies if source[at : at + 1] in (b"'", b'"')]
    assert len(documented) > 7
    for at in documented:
        after = pieces.pieces_of(name, source[:at] + b"'said'; changed = " + source[at:])
        for piece in after:
            tree = ast.parse(piece.module.source)
            assert ast.dump(piece.module.tree, include_attributes=True) == (
                ast.dump(tree, include_attributes=True)
            )
            assert piece.module.table == LineTable.of(piece.module.source)
