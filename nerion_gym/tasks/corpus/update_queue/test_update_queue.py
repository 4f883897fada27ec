"""Strength: strong. Only queues of up to sixteen items are drained."""

import pytest
from update_queue import UpdateQueue

ORDERS = [
    [1],
    [2, 1],
    [3, 1, 2],
    [5, 4, 3, 2, 1],
    [1, 2, 3, 4, 5, 6, 7],
    [8, 3, 10, 1, 6, 14, 4, 7, 13],
    [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    [7, 7, 3, 3, 9, 1, 1],
]


def filled(priorities):
    queue = UpdateQueue()
    for number, priority in enumerate(priorities):
        queue.push(f"job{number}", priority)
    return queue


def check(queue):
    """Every parent leaves before its children, and every item is where it is said to be."""
    heap = queue._heap
    for place in range(1, len(heap)):
        assert heap[(place - 1) // 2][:2] < heap[place][:2]
    assert queue._place == {entry[2]: place for place, entry in enumerate(heap)}


@pytest.mark.parametrize("priorities", ORDERS)
def test_leaves_by_priority_then_by_arrival(priorities):
    queue = filled(priorities)
    check(queue)
    expected = sorted(range(len(priorities)), key=lambda n: (priorities[n], n))
    assert list(queue.drain()) == [f"job{n}" for n in expected]
    assert len(queue) == 0


@pytest.mark.parametrize("priorities", ORDERS)
def test_any_item_can_be_discarded(priorities):
    for number in range(len(priorities)):
        queue = filled(priorities)
        assert queue.discard(f"job{number}") is True
        check(queue)
        assert f"job{number}" not in queue
        assert len(queue) == len(priorities) - 1


@pytest.mark.parametrize("priorities", ORDERS)
@pytest.mark.parametrize("new", [0, 5.5, 99])
def test_any_priority_can_change(priorities, new):
    for number in range(len(priorities)):
        queue = filled(priorities)
        queue.push(f"job{number}", new)
        check(queue)
        assert queue.priority(f"job{number}") == new
        assert len(queue) == len(priorities)


def test_a_moved_item_keeps_its_place_among_equals():
    queue = filled([1, 2, 3])
    queue.push("job0", 3)
    assert list(queue.drain()) == ["job1", "job0", "job2"]


def test_pop_gives_the_priority_too():
    queue = filled([4, 2.5])
    assert queue.pop() == ("job1", 2.5)
    assert queue.pop() == ("job0", 4)


def test_peek_takes_nothing():
    queue = filled([4, 2])
    assert queue.peek() == queue.peek() == "job1"
    assert len(queue) == 2


@pytest.mark.parametrize("ask", [UpdateQueue.peek, UpdateQueue.pop])
def test_empty(ask):
    with pytest.raises(LookupError, match="^the queue is empty$"):
        ask(UpdateQueue())


def test_discard_unknown():
    queue = filled([1])
    assert queue.discard("other") is False
    assert len(queue) == 1


def test_contains():
    queue = filled([1, 2])
    assert "job1" in queue
    assert "job2" not in queue


def test_priority_of_unknown():
    with pytest.raises(KeyError):
        filled([1]).priority("job9")


def test_items_do_not_have_to_be_comparable():
    queue = UpdateQueue()
    queue.push(1, 1)
    queue.push("one", 1)
    assert list(queue.drain()) == [1, "one"]
