"""The catalog: order, focus, results listed once, edits of several files."""

import re

import pytest

from nerion_gym.edits.catalog import enumerate_edits, file_edits
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.preview import apply, splice_bytes, undo
from nerion_gym.edits.registry import operator, resolve
from nerion_gym.edits.results import result_of
from nerion_gym.errors import ConfigError, EditError, ProgramSyntaxError, UnknownOperatorError
from nerion_gym.types.edit import Edit, Kind, Splice
from nerion_gym.types.program import Focus, FunctionRef, Program, Span

pytestmark = pytest.mark.pure
OPERATORS = resolve(
    [
        *("rename_local", "change_operator_multiply_to_add", "swap_arithmetic", "swap_comparison"),
        *("swap_boolean", "increment_number", "decrement_number", "return_none"),
    ]
)

FILES = {
    "b.py": b"x = 1\ndef f(a):\n    return a + 2\n"
    b"@d(3)\ndef g(a):\n    def h(): return a < 4\n    return h\n",
    "a.py": b"y = not 5\n",
}
PROGRAM = Program.from_files(FILES)


def lines(edits):
    return {
        (edit.site.path, FILES[edit.site.path][: edit.site.start].count(b"\n") + 1)
        for edit in edits
    }


def test_no_focus_lists_every_file_in_order():
    edits = enumerate_edits(PROGRAM, OPERATORS, None)
    assert lines(edits) == {
        ("a.py", 1),
        ("b.py", 1),
        ("b.py", 3),
        ("b.py", 4),
        ("b.py", 6),
        ("b.py", 7),
    }
    assert [edit.site.path for edit in edits] == sorted(edit.site.path for edit in edits)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([("b.py", "f")], {("b.py", 3)}),
        ([("b.py", "g")], {("b.py", 4), ("b.py", 6), ("b.py", 7)}),
        ([("b.py", "g.h")], {("b.py", 6)}),
        ([("a.py", ""), ("b.py", "g.h")], {("a.py", 1), ("b.py", 6)}),
        ([("b.py", "f"), ("b.py", "g.h")], {("b.py", 3), ("b.py", 6)}),
    ],
)
def test_a_focus_lists_its_functions_only(names, expected):
    focus = Focus(tuple(FunctionRef(*name) for name in names), (FunctionRef("a.py", ""),))
    edits = enumerate_edits(PROGRAM, OPERATORS, focus)
    assert lines(edits) == expected
    everything = enumerate_edits(PROGRAM, OPERATORS, None)
    assert edits == tuple(edit for edit in everything if edit in set(edits))


def test_a_rename_that_reaches_out_of_the_focus_is_not_listed():
    source = b"def f():\n    x = 1\n    def g(): return x\n    return g\n"
    program = Program.from_files({"m.py": source})
    inner = Focus((FunctionRef("m.py", "f.g"),))
    rename = resolve(["RENAME_LOCAL"])
    assert len(enumerate_edits(program, rename, None)) == 1
    assert enumerate_edits(program, rename, inner) == ()


def test_a_focus_on_nothing_is_a_clear_error():
    with pytest.raises(ConfigError, match="no function 'ff'; did you mean f"):
        enumerate_edits(PROGRAM, OPERATORS, Focus((FunctionRef("b.py", "ff"),)))


def test_a_bad_file_is_a_clear_error():
    with pytest.raises(ProgramSyntaxError, match=r"^m\.py:1:"):
        enumerate_edits(Program.from_files({"m.py": b"def"}), OPERATORS, None)


def test_an_edit_leaves_the_edits_of_other_files_and_pieces_as_they_are():
    proposed = []

    def propose(module):
        """Count."""
        proposed.append(module.path)
        yield from operator("increment_number").propose(module)

    rows = (Operator("increment_number", Kind.MUTATION, propose),)
    edits = enumerate_edits(PROGRAM, rows, None)
    (first,) = [edit for edit in edits if edit.site.path == "a.py"]
    assert proposed == ["a.py", *["b.py"] * 3]  # its first line, f, g
    after = enumerate_edits(apply(PROGRAM, first), rows, None)
    assert proposed == ["a.py", *["b.py"] * 3, "a.py"]
    assert after[1:] == edits[1:]
    (inner,) = [edit for edit in edits if edit.splices[0].before == b"2"]
    after = enumerate_edits(apply(PROGRAM, inner), rows, None)
    assert proposed == ["a.py", *["b.py"] * 3, "a.py", "b.py"]
    assert [edit.site for edit in after] == [edit.site for edit in edits]
    assert enumerate_edits(Program.from_files(FILES), rows, None) is edits


def fixed(source, *edits):
    """An operator that proposes these (start, end, text) and nothing else."""

    def propose(module):
        """Propose what it was given."""
        for start, end, text in edits:
            splice = Splice(module.path, start, end, module.source[start:end], text)
            yield Edit("third_party", (splice,), Span(module.path, start, end), None, text.decode())

    return enumerate_edits(
        Program.from_files({"m.py": source}),
        (Operator("third_party", Kind.MUTATION, propose),),
        None,
    )


def test_no_change_and_repeated_results_are_left_out():
    source = b"x = aaa * bb\n"
    edits = fixed(
        source,
        (4, 7, b"aaa"),
        (4, 4, b"a"),
        (6, 6, b"a"),
        (7, 7, b"a"),
        (8, 9, b"+"),
        (4, 12, b"aaa + bb"),
    )
    results = [splice_bytes(source, edit.splices) for edit in edits]
    assert results == [b"x = aaaa * bb\n", b"x = aaa + bb\n"]


@pytest.mark.parametrize("source", [b"aaaa", b"abab", b"aabaab", b"xxyxx", b"--1", b"a"])
def test_equal_results_are_known_without_building_them(source):
    edits = [
        Edit("o", (Splice("m.py", start, end, source[start:end], text),), Span("m.py", start, end))
        for start in range(len(source) + 1)
        for end in range(start, len(source) + 1)
        for text in (b"", b"a", b"b", b"ab", b"aa", b"-", b"aba")
    ]
    by_key, by_bytes = {}, {}
    for edit in edits:
        by_key.setdefault(result_of(source, edit), []).append(edit)
        by_bytes.setdefault(splice_bytes(source, edit.splices), []).append(edit)
    assert sorted(map(len, by_key.values())) == sorted(map(len, by_bytes.values()))
    assert {frozenset(group) for group in by_key.values()} == {
        frozenset(group) for group in by_bytes.values()
    }


def test_equal_results_of_several_splices_are_known_too():
    source = b"x = a or b or c"
    two = (Splice("m.py", 6, 8, b"or", b"and"), Splice("m.py", 11, 13, b"or", b"and"))
    one = (Splice("m.py", 4, 15, b"a or b or c", b"a and b and c"),)
    span = Span("m.py", 4, 15)
    assert result_of(source, Edit("o", two, span)) == result_of(source, Edit("p", one, span))


def test_operators_of_one_id_or_of_other_files_are_refused():
    def stray(module):
        """Edit another file."""
        splice = Splice("other.py", 0, 0, b"", b"x")
        yield Edit("stray", (splice,), Span(module.path, 0, 1))

    rows = (Operator("stray", Kind.MUTATION, stray),)
    with pytest.raises(EditError, match=r"stray edited \['other.py'\]; expected splices of 'm.py'"):
        file_edits("m.py", b"x = 1\n", rows)
    twins = (rows[0], Operator("stray", Kind.REFACTOR, stray))
    with pytest.raises(ConfigError, match="'stray' and 'stray' have the same id"):
        file_edits("m.py", b"x = 1\n", twins)


def test_names_resolve_with_aliases_once_each_in_order():
    rows = resolve(
        ["return_none", "RENAME_LOCAL", "rename_local", "CHANGE_OPERATOR_MULTIPLY_TO_ADD"]
    )
    assert [row.id for row in rows] == [2, 3, 9]
    with pytest.raises(
        UnknownOperatorError, match="unknown operator 'renam'; did you mean rename_local"
    ):
        resolve(["renam"])
    with pytest.raises(UnknownOperatorError, match="expected one of rename_local"):
        operator("zzzzzz")


def test_the_cache_is_per_operators_too():
    (more,) = file_edits("m.py", b"x = 1\n", resolve(["increment_number"]))
    (less,) = file_edits("m.py", b"x = 1\n", resolve(["decrement_number"]))
    assert (more.text, less.text) == ("2", "0")


# --- edits of several files ---------------------------------------------------------------------

PAIR = Program.from_files(
    {"a.py": b"def old(x):\n    return x + 1\n", "b.py": b"from a import old\nold(2)\n"}
)


def everywhere(program):
    """Rename `old` in all files, and propose what `swap_arithmetic` does as well."""
    splices = [
        Splice(path, match.start(), match.end(), b"old", b"new")
        for path, source in program.files
        for match in re.finditer(rb"\bold\b", source)
    ]
    yield Edit("everywhere", tuple(splices), Span("a.py", 0, 28), None, "new")
    plus = program.source("a.py").index(b"+")
    minus = Splice("a.py", plus, plus + 1, b"+", b"-")
    yield Edit("everywhere", (minus,), Span("a.py", plus, plus + 1), None, "-")


WHOLE = Operator("everywhere", Kind.REFACTOR, everywhere, whole=True)
SWAPS = operator("swap_arithmetic")


def test_an_edit_of_several_files_is_one_action_and_listed_in_its_place():
    edits = enumerate_edits(PAIR, (WHOLE, SWAPS), None)
    assert [edit.operator for edit in edits].count("everywhere") == 1
    assert [edit.site.start for edit in edits] == sorted(edit.site.start for edit in edits)
    (edit,) = [edit for edit in edits if edit.operator == "everywhere"]
    after = apply(PAIR, edit)
    assert dict(after.files) == {
        "a.py": b"def new(x):\n    return x + 1\n",
        "b.py": b"from a import new\nnew(2)\n",
    }
    assert undo(after, edit).files == PAIR.files


def test_what_a_files_own_operators_give_is_not_listed_again():
    alone = enumerate_edits(PAIR, (WHOLE,), None)
    assert [edit.text for edit in alone] == ["new", "-"]
    both = enumerate_edits(PAIR, (WHOLE, SWAPS), None)
    assert [edit.operator for edit in both if edit.text == "-"] == ["swap_arithmetic"]


def test_an_edit_of_several_files_is_in_the_focus_of_its_site():
    inside = Focus((FunctionRef("a.py", "old"),))
    outside = Focus((FunctionRef("b.py", ""),))
    names = [edit.operator for edit in enumerate_edits(PAIR, (WHOLE, SWAPS), inside)]
    assert "everywhere" in names
    assert enumerate_edits(PAIR, (WHOLE, SWAPS), outside) == ()


def test_a_whole_operator_that_changes_nothing_is_refused():
    def nothing(_program):
        yield Edit("everywhere", (), Span("a.py", 0, 1))

    with pytest.raises(EditError, match="everywhere edited nothing"):
        enumerate_edits(PAIR, (Operator("everywhere", Kind.REFACTOR, nothing, whole=True),), None)
