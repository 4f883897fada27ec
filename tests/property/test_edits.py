"""Edits of real packages: undone byte for byte, one change of meaning, nothing else touched."""

from __future__ import annotations

import ast
import importlib.util
import io
import tokenize
from collections import Counter
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply, splice_bytes
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.types.program import Program
from tests.support.edits import by_operator, complaints, is_repairable
from tests.support.sources import PINNED, fetch

FAST, SLOW, TOKENS, SEED = 200, 1000, 400, 20240607
PACKAGES = ("inflection", "toolz")
"""Not all that are pinned: every edit of 27 packages takes an hour and a gigabyte."""
INSTALLED = ("pyflakes", "asttokens", "pluggy", "networkx.utils")
"""Packages that ours depends on: there without a network."""


@cache
def installed():
    """Modules of installed packages, smaller than 64 KiB."""
    files = {}
    for name in INSTALLED:
        spec = importlib.util.find_spec(name)
        for folder in map(Path, spec.submodule_search_locations):
            for path in sorted(folder.glob("*.py")):
                if path.stat().st_size < 2**16:
                    files[f"{name}/{path.name}"] = path.read_bytes()
    return Program.from_files(files)


@cache
def fetched(name):
    """Every Python file of a pinned source distribution, tests included."""
    root = fetch(name, PINNED[name])
    paths = sorted(root.rglob("*.py"))
    return Program.from_files(
        {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    )


def drawn(program, count):
    """About so many edits, each operator's share the same."""
    return by_operator(enumerate_edits(program, OPERATORS, None), count // len(OPERATORS) + 1, SEED)


def kind(node):
    """`-x` and `not x` are different kinds, so that a `not` in front is one difference."""
    return type(node), type(node.op) if isinstance(node, ast.UnaryOp) else None


def differences(one, two):
    """The smallest parts in which two trees differ, as (field, before, after)."""
    found, pending = [], [("", one, two)]
    while pending:
        field, left, right = pending.pop()
        if isinstance(left, ast.AST) and kind(left) == kind(right):
            pending += [
                (name, getattr(left, name, None), getattr(right, name, None))
                for name in left._fields
            ]
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            pending += [(field, *pair) for pair in zip(left, right, strict=True)]
        elif isinstance(left, ast.AST) or repr(left) != repr(right):
            found.append((field, left, right))
    return found


def number(node):
    """The value of a literal with its sign, or of a field of a Constant."""
    if isinstance(node, ast.UnaryOp):
        return -node.operand.value
    return node.value if isinstance(node, ast.AST) else node


def is_one_operator(kind):
    return lambda field, left, right: isinstance(left, kind) and isinstance(right, kind)


def is_truth(field, left, right):
    if isinstance(left, bool):
        return right is (not left)
    if isinstance(left, ast.boolop):
        return isinstance(right, ast.boolop)
    is_outer = isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.Not)
    outer, inner = (left, right) if is_outer else (right, left)
    return isinstance(outer.op, ast.Not) and ast.dump(outer.operand) == ast.dump(inner)


def is_step(step):
    # Below a minus, the constant itself moves the other way.
    return lambda field, left, right: abs(abs(number(right) - number(left)) - abs(step)) < 1e-9


def is_none(field, left, right):
    return right is None or (isinstance(right, ast.Constant) and right.value is None)


FIRST = ("rename_local", "change_operator_multiply_to_add", "swap_arithmetic", "swap_comparison",
         "swap_boolean", "increment_number", "decrement_number", "return_none")  # fmt: skip
MEANS = {
    "change_operator_multiply_to_add": is_one_operator(ast.operator),
    "swap_arithmetic": is_one_operator(ast.operator),
    "swap_comparison": is_one_operator(ast.cmpop),
    "swap_boolean": is_truth,
    "increment_number": is_step(1),
    "decrement_number": is_step(-1),
    "return_none": is_none,
}


@lru_cache(maxsize=32)
def statements(source):
    """Top-level statements with their text, decorators included."""
    lines = source.split(b"\n")
    found = []
    for node in ast.parse(source).body:
        first = min(part.lineno for part in (node, *getattr(node, "decorator_list", ())))
        found.append((node, lines[first - 1 : node.end_lineno]))
    return found


def all_differences(before, after):
    """The differences of two files; statements of the same text are the same without a look."""
    old, new = statements(before), statements(after)
    assert len(old) == len(new)
    return [
        difference
        for (left, one), (right, two) in zip(old, new, strict=True)
        if one != two
        for difference in differences(left, right)
    ]


def check_meaning(edit, before, after):
    """Only of the first operators, whose edits change one node or one name."""
    found = all_differences(before, after)
    if edit.operator == "rename_local":
        assert {field for field, _, _ in found} <= {"id", "arg", "name", "names", "rest"}
        assert {(type(left), right) for _, left, right in found} == {(str, edit.text)}
        assert len({left for _, left, _ in found}) == 1
    else:
        assert len(found) == 1, found
        assert MEANS[edit.operator](*found[0]), found


def outside(edit, source, spans):
    """Everything but the splices, in pieces: comments and spacing included."""
    pieces, position = [], 0
    for start, end in spans:
        pieces.append(source[position:start])
        position = end
    return [*pieces, source[position:]]


def check_text(edit, before, after):
    old = [(splice.start, splice.end) for splice in edit.splices]
    new = [(splice.start, splice.end) for splice in edit.inverse().splices]
    assert outside(edit, before, old) == outside(edit, after, new)
    for splice in edit.splices:
        if edit.operator in MEANS and edit.operator != "return_none":
            assert b"#" not in splice.before


def tokens(source):
    """(text, start offset) of every token that is not spacing."""
    skipped = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = source.decode().splitlines(keepends=True)
    return [
        (
            token.string,
            starts[token.start[0] - 1] + len(lines[token.start[0] - 1][: token.start[1]].encode()),
        )
        for token in tokenize.generate_tokens(io.StringIO(source.decode()).readline)
        if token.type not in skipped and token.string
    ]


def check_tokens(edit, before, after):
    """Tokens that no splice touches are the same, in the same order."""
    old = [(splice.start, splice.end) for splice in edit.splices]
    new = [(splice.start, splice.end) for splice in edit.inverse().splices]

    def touched(start, end, spans):
        # An insertion touches only a token that it splits: an f-string, before Python 3.12.
        return any(start < last and first < end for first, last in spans)

    def untouched(source, spans):
        ends = [(text, start, start + len(text.encode())) for text, start in tokens(source)]
        return [text for text, start, end in ends if not touched(start, end, spans)]

    assert untouched(before, old) == untouched(after, new)


def check(program, edit):
    assert complaints(program, edit) == [], edit
    after = apply(program, edit)
    paths = {splice.path for splice in edit.splices}
    assert {name for name in program.paths if program.source(name) != after.source(name)} == paths
    for path, group in groupby(edit.splices, key=lambda splice: splice.path):
        part = replace(edit, splices=tuple(group))
        check_text(part, program.source(path), after.source(path))
        if edit.operator in FIRST:
            check_meaning(edit, program.source(path), after.source(path))


@pytest.mark.pure
def test_edits_of_installed_packages():
    for edit in drawn(installed(), FAST):
        check(installed(), edit)


@pytest.mark.slow
def test_thousands_of_edits_of_real_packages():
    checked = Counter()
    for name, program in [
        *((name, fetched(name)) for name in PACKAGES),
        ("installed", installed()),
    ]:
        for edit in drawn(program, SLOW):
            check(program, edit)
            checked[name] += 1
            checked[edit.operator] += 1
    assert checked["inflection"] + checked["toolz"] >= 1000
    assert sum(checked[row.name] for row in OPERATORS) >= 2000
    assert min(checked[name] for name in FIRST) >= 5


@pytest.mark.slow
def test_tokens_outside_an_edit_stay():
    for edit in drawn(installed(), TOKENS):
        path = edit.splices[0].path
        before = installed().source(path)
        check_tokens(edit, before, apply(installed(), edit).source(path))


def check_repairs(program, each):
    mutations = tuple(row for row in OPERATORS if row.repairable)
    for edit in by_operator(enumerate_edits(program, mutations, None), each, SEED):
        assert is_repairable(program, edit), edit


@pytest.mark.pure
def test_a_repairable_mutation_has_its_inverse_in_the_changed_catalog():
    path = "pluggy/_result.py"
    check_repairs(Program.from_files({path: installed().source(path)}), 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_repairable_mutations_of_real_packages(name):
    check_repairs(fetched(name), 3)


@pytest.mark.pure
@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_other_line_ends_and_a_byte_order_mark_change_nothing(line_end):
    path = "asttokens/util.py"
    plain = installed().source(path)
    odd = b"\xef\xbb\xbf" + plain.replace(b"\n", line_end)
    program = Program.from_files({path: odd})
    edits = enumerate_edits(program, OPERATORS, None)
    expected = enumerate_edits(Program.from_files({path: plain}), OPERATORS, None)
    assert [(edit.operator, edit.text) for edit in edits] == [
        (edit.operator, edit.text) for edit in expected
    ]
    for edit, twin in zip(edits, expected, strict=True):
        result = apply(program, edit).source(path)
        again = result.removeprefix(b"\xef\xbb\xbf").replace(line_end, b"\n")
        assert again == splice_bytes(plain, twin.splices)
