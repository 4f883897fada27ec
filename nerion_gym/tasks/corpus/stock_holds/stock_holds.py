"""Warehouse stock where orders hold goods for a while before they are taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class StockError(Exception):
    pass


class OutOfStock(StockError):
    def __init__(self, sku: str, wanted: int, available: int) -> None:
        self.sku, self.wanted, self.available = sku, wanted, available
        super().__init__(f"{sku}: wanted {wanted}, available {available}")


@dataclass
class Hold:
    id: int
    wanted: dict[str, int]
    expires: int
    active: bool = True

    def covers(self, sku: str) -> int:
        return self.wanted.get(sku, 0) if self.active else 0


@dataclass
class Shelf:
    on_hand: int = 0
    reorder_at: int = 0

    def __post_init__(self) -> None:
        if self.on_hand < 0 or self.reorder_at < 0:
            raise ValueError("stock cannot be negative")


@dataclass
class Warehouse:
    """Time is a number that callers move on with `tick`; holds end when it reaches theirs."""

    hold_time: int = 15
    now: int = 0
    shelves: dict[str, Shelf] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)

    def receive(self, sku: str, count: int, reorder_at: int | None = None) -> int:
        """Put goods on the shelf; return how many there are now."""
        if count <= 0:
            raise ValueError(f"cannot receive {count} of {sku}")
        shelf = self.shelves.setdefault(sku, Shelf())
        shelf.on_hand += count
        if reorder_at is not None:
            shelf.reorder_at = reorder_at
        self.journal.append(f"+{count} {sku}")
        return shelf.on_hand

    def on_hand(self, sku: str) -> int:
        shelf = self.shelves.get(sku)
        return shelf.on_hand if shelf else 0

    def held(self, sku: str) -> int:
        return sum(hold.covers(sku) for hold in self.holds.values())

    def available(self, sku: str) -> int:
        return self.on_hand(sku) - self.held(sku)

    def reserve(self, wanted: dict[str, int], minutes: int | None = None) -> Hold:
        """Hold goods, all or none.

        Raises:
            OutOfStock: for the first of them that there is not enough of.
        """
        wanted = {sku: count for sku, count in wanted.items() if count}
        if not wanted:
            raise StockError("nothing to reserve")
        for sku, count in wanted.items():
            if count < 0:
                raise ValueError(f"cannot reserve {count} of {sku}")
            available = self.available(sku)
            if count > available:
                raise OutOfStock(sku, count, available)
        expires = self.now + (self.hold_time if minutes is None else minutes)
        hold = Hold(len(self.holds) + 1, wanted, expires)
        self.holds[hold.id] = hold
        return hold

    def _active(self, number: int) -> Hold:
        hold = self.holds.get(number)
        if hold is None:
            raise StockError(f"no hold {number}")
        if not hold.active:
            raise StockError(f"hold {number} has ended")
        return hold

    def release(self, number: int) -> None:
        self._active(number).active = False

    def extend(self, number: int, minutes: int) -> int:
        hold = self._active(number)
        hold.expires = max(hold.expires, self.now + minutes)
        return hold.expires

    def take(self, number: int) -> dict[str, int]:
        """Take what is held from the shelves."""
        hold = self._active(number)
        hold.active = False
        for sku, count in hold.wanted.items():
            self.shelves[sku].on_hand -= count
            self.journal.append(f"-{count} {sku}")
        return dict(hold.wanted)

    def tick(self, minutes: int = 1) -> list[int]:
        """Let time pass; return the ids of the holds that ended."""
        self.now += minutes
        ended = [hold.id for hold in self.holds.values() if hold.active and hold.expires <= self.now]
        for number in ended:
            self.release(number)
        return ended

    @contextmanager
    def checkout(self, **wanted: int) -> Iterator[Hold]:
        """Hold goods inside a block, take them at its end, let them go if it fails."""
        hold = self.reserve(wanted)
        try:
            yield hold
        except BaseException:
            if hold.active:
                self.release(hold.id)
            raise
        self.take(hold.id)

    def to_reorder(self) -> list[str]:
        return sorted(sku for sku, shelf in self.shelves.items() if self.available(sku) <= shelf.reorder_at)
