"""What every operator keeps to, found by itself: examples, order, ids, round trips."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses
from nerion_gym.edits.operator_ids import OPERATOR_IDS, THIRD_PARTY_BASE, operator_id
from nerion_gym.edits.preview import apply, undo
from nerion_gym.edits.registry import OPERATORS, operator
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Program

GOLDEN = Path(__file__).parent.parent / "golden" / "operators.json"
EXAMPLES = [(row, example) for row in OPERATORS for example in row.examples]
BEFORES = sorted({example.before for _, example in EXAMPLES})
by_name = pytest.mark.parametrize("row", OPERATORS, ids=lambda row: row.name)
pytestmark = pytest.mark.pure


def program_of(text):
    return Program.from_files({"m.py": text.encode()})


def catalog_of(text, *rows):
    return enumerate_edits(program_of(text), rows or OPERATORS, None)


def results(text, *rows):
    program = program_of(text)
    return [apply(program, edit).source("m.py").decode() for edit in catalog_of(text, *rows)]


def test_ids_are_frozen():
    frozen = json.loads(GOLDEN.read_text())
    assert list(OPERATOR_IDS) == frozen
    assert [row.name for row in OPERATORS] == frozen[2:]
    assert [row.id for row in OPERATORS] == list(range(2, len(frozen)))


def test_a_third_partys_operator_has_a_number_of_its_own():
    assert THIRD_PARTY_BASE <= operator_id("my_own_operator") < 2 * THIRD_PARTY_BASE


@by_name
def test_each_operator_says_what_it_does_and_shows_it(row):
    assert row.intent.endswith((".", ":"))
    assert len(row.intent) > 20
    assert [example for example in row.examples if example.after is not None]
    assert [example for example in row.examples if example.after is None]
    assert operator(row.name.upper()) is row


@pytest.mark.parametrize(("row", "example"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_the_docstrings_examples_are_true(row, example):
    ast.parse(example.before)
    if example.after is None:
        assert results(example.before, row) == []
    else:
        assert example.after in results(example.before, row)


@pytest.mark.parametrize("text", BEFORES)
def test_every_result_is_new_listed_once_and_can_be_undone(text):
    program = program_of(text)
    edits = catalog_of(text)
    programs = [apply(program, edit) for edit in edits]
    assert len({other.digest for other in programs} | {program.digest}) == len(edits) + 1
    for edit, other in zip(edits, programs, strict=True):
        assert parses(other) == compiles(other) == []
        assert undo(other, edit).files == program.files


@pytest.mark.parametrize("text", BEFORES)
def test_the_order_is_canonical_and_repeatable(text):
    edits = catalog_of(text)
    keys = [
        (edit.site.path, edit.site.start, edit.site.end, operator_id(edit.operator), edit.text)
        for edit in edits
    ]
    assert keys == sorted(keys)
    for row in OPERATORS:
        assert catalog_of(text, row) == catalog_of(text, operator(row.name.upper()))
    assert set(edits) <= {edit for row in OPERATORS for edit in catalog_of(text, row)}


@by_name
def test_a_repairable_mutation_can_be_repaired_in_its_examples(row):
    if row.kind is not Kind.MUTATION or not row.repairable:
        return
    for example in row.examples:
        tree = ast.dump(ast.parse(example.before))
        for text in results(example.before, row):
            assert tree in [ast.dump(ast.parse(again)) for again in results(text)]


def test_what_cannot_be_taken_back_says_so():
    assert not operator("return_none").repairable
    assert [row.name for row in OPERATORS if row.kind is Kind.REFACTOR and row.repairable] == []
