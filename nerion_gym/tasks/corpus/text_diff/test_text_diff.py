"""Strength: weak. Few words, small texts, and of diffs mostly that there are some."""

from text_diff import apply, closest, diff, edit_distance, similarity


def test_distance():
    assert edit_distance("cat", "cut") == 1
    assert edit_distance("", "abc") == 3


def test_distance_of_the_same():
    assert edit_distance("same", "same") == 0


def test_similarity():
    assert similarity("a", "a") == 1
    assert similarity("abcd", "wxyz") < 0.5


def test_closest():
    assert closest("colour", ["color"]) == "color"


def test_diff_of_the_same():
    changes = diff(["a", "b"], ["a", "b"])
    assert all(change.kind == "keep" for change in changes)


def test_diff():
    changes = diff(["a", "b"], ["a", "c"])
    assert changes
    assert apply(["a", "b"], changes) == ["a", "c"]
