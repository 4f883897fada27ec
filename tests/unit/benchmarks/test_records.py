"""Rows of packages collected later join those on record; nothing is collected twice."""

from __future__ import annotations

import pytest

from benchmarks.records import due, joined, of_packages
from benchmarks.subjects import Subject

pytestmark = pytest.mark.pure

OLD = [{"package": name, "edit": f"{name}{number}"} for name in ("b", "d") for number in (2, 1)]
NEW = [{"package": name, "edit": f"{name}{number}"} for name in ("d", "a") for number in (9, 8)]
SUBJECTS = tuple(Subject(name, "1.0", name, "") for name in ("a", "b", "c"))


def edits(rows):
    return [row["edit"] for row in rows]


def test_what_is_on_record_and_not_collected_anew_stays():
    assert joined(OLD, []) == OLD
    assert edits(joined(OLD, NEW))[2:4] == ["b2", "b1"]


def test_what_is_collected_anew_replaces_all_of_its_package():
    assert edits(joined(OLD, NEW)) == ["a9", "a8", "b2", "b1", "d9", "d8"]
    assert edits(joined([], NEW)) == ["a9", "a8", "d9", "d8"]


def test_rows_are_found_by_package():
    assert edits(of_packages(OLD, ["d"])) == ["d2", "d1"]


@pytest.mark.parametrize(
    ("recorded", "only", "again", "expected"),
    [
        ({}, "abc", "", "abc"),
        ({"a": "1.0", "b": "0.9"}, "abc", "", "bc"),
        ({"a": "1.0"}, "a", "", ""),
        ({"a": "1.0"}, "a", "a", "a"),
        ({"a": "1.0", "b": "1.0"}, "c", "b", "bc"),
    ],
    ids=["nothing", "another-version", "on-record", "asked-again", "asked-beside"],
)
def test_what_is_on_record_is_collected_only_when_asked(recorded, only, again, expected):
    found = due(SUBJECTS, recorded, list(only), list(again))
    assert "".join(one.name for one in found) == expected
