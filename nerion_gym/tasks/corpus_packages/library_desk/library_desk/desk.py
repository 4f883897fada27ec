"""Members borrow, return and reserve."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date

from library_desk.calendar import due_day
from library_desk.fees import late_fee

MOST_LOANS = 3
MOST_OWED = 300


class Refused(Exception):
    pass


@dataclass
class Member:
    name: str
    child: bool = False
    owes: int = 0
    loans: dict[str, date] = field(default_factory=dict)

    def pay(self, cents: int) -> int:
        """Return the change."""
        paid = min(cents, self.owes)
        self.owes -= paid
        return cents - paid


@dataclass
class Desk:
    kinds: dict[str, str]
    holidays: frozenset[date] = frozenset()
    holders: dict[str, Member] = field(default_factory=dict)
    waiting: dict[str, deque[str]] = field(default_factory=dict)

    def lend(self, title: str, member: Member, today: date) -> date:
        if title not in self.kinds:
            raise Refused(f"no such title: {title}")
        if title in self.holders:
            raise Refused(f"{title} is out")
        if len(member.loans) >= MOST_LOANS or member.owes > MOST_OWED:
            raise Refused(f"{member.name} may not borrow")
        queue = self.waiting.get(title)
        if queue:
            if queue[0] != member.name:
                raise Refused(f"{title} is kept for {queue[0]}")
            queue.popleft()
        due = due_day(today, self.kinds[title], self.holidays)
        member.loans[title] = due
        self.holders[title] = member
        return due

    def take_back(self, title: str, today: date) -> int:
        member = self.holders.pop(title)
        fee = late_fee(member.loans.pop(title), today, member.child)
        member.owes += fee
        return fee

    def reserve(self, title: str, member: Member) -> int:
        """Return the place in the queue, 1 for the next."""
        queue = self.waiting.setdefault(title, deque())
        if member.name not in queue:
            queue.append(member.name)
        return queue.index(member.name) + 1

    def overdue(self, today: date) -> list[str]:
        return sorted(
            title for title, member in self.holders.items() if member.loans[title] < today
        )
