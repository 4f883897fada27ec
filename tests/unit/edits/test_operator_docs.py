"""The page of operators is what the operators say, and no other tool's kind of edit is missing."""

import pytest

from nerion_gym.edits.registry import OPERATORS
from nerion_gym.types.edit import Kind
from scripts.make_operator_docs import PAGE, equivalents, page

pytestmark = pytest.mark.pure


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python scripts/make_operator_docs.py"


def test_every_kind_of_edit_of_the_other_tools_is_here():
    missing = [
        (tool, name)
        for tool, theirs in equivalents().items()
        for name, ours in theirs.items()
        if not ours
    ]
    assert missing == []


def test_no_name_of_theirs_is_made_up():
    known = {tool: set(theirs) for tool, theirs in equivalents().items()}
    for row in OPERATORS:
        for tool, names in row.others:
            assert set(names.split(", ")) <= known[tool], row.name


def test_there_are_as_many_as_promised():
    kinds = [row.kind for row in OPERATORS]
    assert kinds.count(Kind.REFACTOR) >= 20
    assert kinds.count(Kind.MUTATION) >= 40
    assert sum(row.repairable for row in OPERATORS if row.kind is Kind.MUTATION) >= 20
