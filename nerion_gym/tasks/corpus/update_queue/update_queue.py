from __future__ import annotations

from typing import Generic, Iterator, TypeVar

T = TypeVar("T")


class UpdateQueue(Generic[T]):
    """A min-heap of distinct items whose priorities can change while they wait."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._place: dict[T, int] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._heap)

    def __contains__(self, item: T) -> bool:
        return item in self._place

    def push(self, item: T, priority: float) -> None:
        """Add an item, or change its priority; equals leave in the order they came."""
        if item in self._place:
            self._change(self._place[item], priority)
            return
        self._heap.append((priority, self._serial, item))
        self._serial += 1
        self._place[item] = len(self._heap) - 1
        self._rise(len(self._heap) - 1)

    def priority(self, item: T) -> float:
        return self._heap[self._place[item]][0]

    def peek(self) -> T:
        if not self._heap:
            raise LookupError("the queue is empty")
        return self._heap[0][2]

    def pop(self) -> tuple[T, float]:
        item = self.peek()
        priority = self.priority(item)
        self.discard(item)
        return item, priority

    def discard(self, item: T) -> bool:
        if item not in self._place:
            return False
        place = self._place.pop(item)
        last = self._heap.pop()
        if place < len(self._heap):
            self._heap[place] = last
            self._place[last[2]] = place
            self._sink(self._rise(place))
        return True

    def drain(self) -> Iterator[T]:
        while self._heap:
            yield self.pop()[0]

    def _change(self, place: int, priority: float) -> None:
        _, serial, item = self._heap[place]
        self._heap[place] = (priority, serial, item)
        self._sink(self._rise(place))

    def _before(self, left: int, right: int) -> bool:
        return self._heap[left][:2] < self._heap[right][:2]

    def _swap(self, left: int, right: int) -> None:
        heap = self._heap
        heap[left], heap[right] = heap[right], heap[left]
        self._place[heap[left][2]] = left
        self._place[heap[right][2]] = right

    def _rise(self, place: int) -> int:
        while place > 0 and self._before(place, (place - 1) // 2):
            parent = (place - 1) // 2
            self._swap(place, parent)
            place = parent
        return place

    def _sink(self, place: int) -> None:
        while True:
            least = place
            for child in (2 * place + 1, 2 * place + 2):
                if child < len(self._heap) and self._before(child, least):
                    least = child
            if least == place:
                return
            self._swap(place, least)
            place = least
