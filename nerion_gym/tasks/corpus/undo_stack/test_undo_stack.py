"""Strength: weak. What a group leaves behind, depth and several steps are never looked at."""

import pytest
from undo_stack import UndoStack


@pytest.fixture
def text():
    return []


def write(stack, text, word):
    stack.run(f"write {word}", lambda: text.append(word), lambda: text.pop())


def test_run(text):
    stack = UndoStack()
    write(stack, text, "hello")
    assert text == ["hello"]
    assert stack.labels


def test_undo(text):
    stack = UndoStack()
    write(stack, text, "hello")
    assert stack.undo()
    assert text == []


def test_undo_nothing():
    assert not UndoStack().undo()


def test_redo(text):
    stack = UndoStack()
    write(stack, text, "hello")
    stack.undo()
    stack.redo()
    assert text == ["hello"]


def test_group(text):
    stack = UndoStack()
    with stack.grouped("greet"):
        write(stack, text, "hello")
        write(stack, text, "world")
    assert text == ["hello", "world"]
