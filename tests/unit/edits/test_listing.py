import sysconfig
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.edits import linking, listing
from nerion_gym.edits.catalog import file_edits
from nerion_gym.edits.linking import linked
from nerion_gym.edits.listing import canonical
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.preview import splice_bytes
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.edits.results import result_of
from nerion_gym.syntax import pieces
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.edit import Edit, Kind, Splice
from nerion_gym.types.program import Span

pytestmark = pytest.mark.pure
STDLIB = Path(sysconfig.get_paths()["stdlib"])
LOCAL = tuple(row for row in OPERATORS if not row.whole)
NEARBY = {
    *("add_one", "subtract_one", "change_sign"),
    *("wrap_call", "wrong_attribute", "rename_keyword_argument"),
}
"""What these make of an expression depends on what else a piece does: of names that count things,
of calls and attributes near by. Nothing outside their piece tells them."""


def forget():
    pieces.forget()
    listing.forget()
    for cached in (linking.linked, linking.said_by, file_edits):
        cached.cache_clear()


def results(source, edits):
    return {result_of(source, edit): edit.operator for edit in edits}


@pytest.mark.parametrize("name", ["textwrap.py", "heapq.py", "sched.py", "shlex.py"])
def test_pieces_have_the_edits_of_the_file(name):
    """Operators that look at the whole file at once find the same, heuristics apart."""
    source = (STDLIB / name).read_bytes()
    whole = parse_module("m.py", source)
    expected: dict = {}
    for row in sorted(LOCAL, key=lambda row: row.id):
        for edit in sorted(row.propose(whole), key=listing.place):
            expected.setdefault(result_of(source, edit), edit.operator)
    edits = tuple(file_edits("m.py", source, LOCAL))
    found = results(source, edits)
    assert len(found) == len(edits) > 300
    assert list(edits) == sorted(edits, key=canonical)
    missing = Counter(expected[result] for result in expected.keys() - found.keys())
    extra = Counter(found[result] for result in found.keys() - expected.keys())
    assert set(missing) | set(extra) <= NEARBY
    assert missing.total() + extra.total() < len(edits) / 20
    both = found.keys() & expected.keys()
    assert {result: found[result] for result in both} == {
        result: expected[result] for result in both
    }


@pytest.mark.parametrize("name", ["textwrap.py", "sched.py", "colorsys.py"])
def test_what_was_listed_before_changes_nothing(name):
    source = (STDLIB / name).read_bytes()
    rng = np.random.default_rng(3)
    forget()
    first = tuple(file_edits("m.py", source, LOCAL))
    edited = [
        splice_bytes(source, first[int(index)].splices)
        for index in rng.choice(len(first), 12, replace=False)
    ]
    after = [tuple(file_edits("m.py", text, LOCAL)) for text in edited]
    for text, known in zip(edited, after, strict=True):
        forget()
        assert tuple(file_edits("m.py", text, LOCAL)) == known


def test_edits_of_a_file_are_a_sequence():
    source = (STDLIB / "sched.py").read_bytes()
    edits = file_edits("m.py", source, LOCAL)
    every = tuple(edits)
    assert len(edits) == len(every)
    assert tuple(edits[number] for number in range(len(edits))) == every
    assert (edits[-1], edits[10:-10:7]) == (every[-1], every[10:-10:7])
    assert edits.index(every[20]) == 20
    with pytest.raises(IndexError):
        edits[len(every)]


def test_edits_between_are_those_of_the_pieces_there():
    source = (STDLIB / "sched.py").read_bytes()
    edits = file_edits("m.py", source, LOCAL)
    every = tuple(edits)
    cuts = [0, *(piece.end for piece in linked("m.py", source))]
    rng = np.random.default_rng(5)
    for start, end in rng.integers(0, len(source) + 1, (40, 2)):
        low = max(cut for cut in cuts if cut <= start)
        high = min(cut for cut in cuts if cut >= end)
        expected = [one for one in every if low <= one.site.start < high] if start < end else []
        assert [one for one in edits.between(start, end) if start < end] == expected


@pytest.mark.parametrize("name", ["sched.py", "heapq.py"])
def test_whether_a_file_has_an_edit_is_known_without_looking_at_all(name):
    source = (STDLIB / name).read_bytes()
    halves = [file_edits("m.py", source, rows) for rows in (LOCAL[:60], LOCAL[40:])]
    made = [{result_of(source, edit) for edit in half} for half in halves]
    every = sorted(made[0] | made[1])
    assert [half.make(one) for half in halves for one in every] == [
        one in results for results in made for one in every
    ]
    assert min(len(every) - len(results) for results in made) > 20


def test_only_what_an_edit_touches_is_searched_again():
    source = (STDLIB / "textwrap.py").read_bytes()
    searched = []

    def propose(module):
        """Note what is searched."""
        searched.append(module.source)
        return iter(())

    rows = (Operator("noting", Kind.MUTATION, propose),)
    file_edits("m.py", source, rows)
    before = len(searched)
    assert before > 5
    file_edits("m.py", source.replace(b"return w.wrap(text)", b"return w.wrap(text, 1)"), rows)
    assert len(searched) == before + 1
    assert b"def wrap(" in searched[-1]


def removing(name, lines):
    """An operator that takes away the lines of a file that read so, one at a time."""

    def propose(module):
        """Take them away."""
        start = 0
        for line in module.source.splitlines(keepends=True):
            end = start + len(line)
            if line in lines:
                splice = Splice(module.path, start, end, line, b"")
                yield Edit(name, (splice,), Span(module.path, start, end))
            start = end

    return Operator(name, Kind.MUTATION, propose)


def test_equal_results_at_a_seam_are_one_edit():
    """To take away one of several equal definitions is the same edit, whichever it is."""
    line = b"def f(): pass\n"
    rows = removing("first_one", [line]), removing("second_one", [line])
    kept = min(rows, key=lambda row: row.id).name
    for count in (1, 2, 3, 5):
        source = b"x = 1\n" + count * line + b"y = 2\n"
        assert len(pieces.pieces_of("m.py", source)) == count + 2
        for chosen in (rows, rows[:1], rows[1:]):
            (edit,) = file_edits("m.py", source, chosen)
            assert splice_bytes(source, edit.splices) == source.replace(line, b"", 1)
            assert edit.operator == (kept if len(chosen) == 2 else chosen[0].name)


def test_what_differs_at_a_seam_stays_two_edits():
    source = b"def f(): pass\ndef g(): pass\ndef f(): pass\n"
    rows = (removing("every_one", source.splitlines(keepends=True)),)
    assert len(file_edits("m.py", source, rows)) == 3


def test_threads_may_list_the_same_file_at_once():
    source = (STDLIB / "sched.py").read_bytes()
    texts = [source + b"# %d\n" % number for number in range(12)]
    expected = [[edit.splices for edit in file_edits("m.py", text, LOCAL[:8])] for text in texts]
    forget()
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda text: file_edits("m.py", text, LOCAL[:8]), texts * 4)
    assert [[edit.splices for edit in edits] for edits in found] == expected * 4
