"""A multiset that remembers the order in which it first saw things."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator


class Tally:
    def __init__(self, items: Iterable[Hashable] = ()) -> None:
        self._counts: dict[Hashable, int] = {}
        for item in items:
            self.add(item)

    def add(self, item: Hashable, times: int = 1) -> int:
        if times < 0:
            raise ValueError(f"cannot add {item!r} {times} times")
        if times:
            self._counts[item] = self._counts.get(item, 0) + times
        return self[item]

    def remove(self, item: Hashable, times: int = 1) -> int:
        """Take some away, as many as there are at most; returns how many were taken."""
        taken = max(0, min(times, self[item]))
        left = self[item] - taken
        if left:
            self._counts[item] = left
        else:
            self._counts.pop(item, None)
        return taken

    def most_common(self, n: int | None = None) -> list[tuple[Hashable, int]]:
        ranked = sorted(self._counts.items(), key=lambda pair: -pair[1])
        return ranked if n is None else ranked[:n]

    def __getitem__(self, item: Hashable) -> int:
        return self._counts.get(item, 0)

    def __iter__(self) -> Iterator[Hashable]:
        for item, count in self._counts.items():
            yield from [item] * count

    def __len__(self) -> int:
        return sum(self._counts.values())

    def __contains__(self, item: Hashable) -> bool:
        return self[item] > 0

    def __le__(self, other: Tally) -> bool:
        return all(count <= other[item] for item, count in self._counts.items())

    def __add__(self, other: Tally) -> Tally:
        return Tally([*self, *other])
