"""Strength: strong. Only buffers of up to three slots are tried."""

import pytest
from ring_buffer import RingBuffer


@pytest.fixture
def wrapped():
    """A buffer of three whose oldest item sits in the middle of its storage."""
    buffer = RingBuffer(3)
    for item in "abcd":
        buffer.push(item)
    return buffer


def test_new_buffer_is_empty():
    buffer = RingBuffer(2)
    assert len(buffer) == 0
    assert list(buffer) == []
    assert buffer.full is False


@pytest.mark.parametrize("capacity", [0, -1])
def test_capacity_has_to_be_positive(capacity):
    with pytest.raises(ValueError, match="^capacity must be at least 1$"):
        RingBuffer(capacity)


def test_one_slot_is_enough():
    buffer = RingBuffer(1)
    assert buffer.push("x") is None
    assert buffer.full
    assert buffer.push("y") == "x"
    assert list(buffer) == ["y"]


def test_push_says_what_was_lost():
    buffer = RingBuffer(2)
    assert [buffer.push(n) for n in range(5)] == [None, None, 0, 1, 2]
    assert list(buffer) == [3, 4]


def test_order_is_kept_when_wrapped(wrapped):
    assert list(wrapped) == ["b", "c", "d"]
    assert len(wrapped) == 3
    assert wrapped.full is True


def test_pop_takes_the_oldest(wrapped):
    assert [wrapped.pop(), wrapped.pop(), wrapped.pop()] == ["b", "c", "d"]
    assert len(wrapped) == 0
    with pytest.raises(IndexError, match="^pop from an empty buffer$"):
        wrapped.pop()


def test_popped_slots_are_free_again(wrapped):
    wrapped.pop()
    assert not wrapped.full
    assert wrapped.push("e") is None
    assert list(wrapped) == ["c", "d", "e"]
    assert wrapped.push("f") == "c"


def test_items_by_position(wrapped):
    assert [wrapped[n] for n in (0, 1, 2)] == ["b", "c", "d"]
    assert [wrapped[n] for n in (-1, -2, -3)] == ["d", "c", "b"]


@pytest.mark.parametrize(("index", "shown"), [(3, 3), (7, 7), (-4, -1)])
def test_positions_outside(wrapped, index, shown):
    with pytest.raises(IndexError, match=f"^no item {shown} in a buffer of 3$"):
        wrapped[index]


def test_positions_of_a_buffer_that_is_not_full():
    buffer = RingBuffer(3)
    buffer.push("only")
    assert buffer[-1] == buffer[0] == "only"
    with pytest.raises(IndexError):
        buffer[1]
