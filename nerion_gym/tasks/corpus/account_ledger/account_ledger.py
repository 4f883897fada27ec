"""A double-entry ledger in cents: whatever leaves one account arrives in another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Kind(Enum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        """Whether money that arrives makes the balance larger or smaller."""
        return 1 if self in (Kind.ASSET, Kind.EXPENSE) else -1


class LedgerError(Exception):
    """A posting that the books do not allow."""


class UnknownAccount(LedgerError):
    def __init__(self, name: str) -> None:
        super().__init__(f"no account is called {name!r}")


class Overdrawn(LedgerError):
    def __init__(self, name: str, missing: int) -> None:
        super().__init__(f"{name} lacks {format_cents(missing)}")
        self.missing = missing


def parse_cents(text: str) -> int:
    """'1,234.50' -> 123450; at most two digits may follow the point."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.removeprefix("-").replace(",", "").partition(".")
    if not whole.isdecimal() or len(fraction) > 2 or (fraction and not fraction.isdecimal()):
        raise ValueError(f"not an amount: {text!r}")
    return sign * (int(whole) * 100 + int(fraction.ljust(2, "0")))


def format_cents(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02}"


@dataclass(frozen=True)
class Entry:
    day: date
    source: str
    target: str
    cents: int
    memo: str = ""

    def effect_on(self, account: str) -> int:
        return self.cents * ((account == self.target) - (account == self.source))

    def reversed(self, day: date) -> Entry:
        return Entry(day, self.target, self.source, self.cents, f"reversal of {self.memo}".strip())


@dataclass
class Account:
    name: str
    kind: Kind
    limit: int | None = 0  # how far below zero an asset may go; None: as far as it likes


@dataclass
class Ledger:
    accounts: dict[str, Account] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def open(self, name: str, kind: Kind = Kind.ASSET, limit: int | None = 0) -> Account:
        if name in self.accounts:
            raise LedgerError(f"{name!r} is open already")
        account = self.accounts[name] = Account(name, kind, limit)
        return account

    def _account(self, name: str) -> Account:
        try:
            return self.accounts[name]
        except KeyError:
            raise UnknownAccount(name) from None

    def balance(self, name: str, on: date | None = None) -> int:
        """Cents at the end of a day, or of all days."""
        account = self._account(name)
        total = sum(
            entry.effect_on(name) for entry in self.entries if on is None or entry.day <= on
        )
        return total * account.kind.sign

    def post(self, day: date, source: str, target: str, cents: int, memo: str = "") -> Entry:
        if cents <= 0:
            raise LedgerError(f"amounts have to be positive, not {format_cents(cents)}")
        if source == target:
            raise LedgerError(f"{source} cannot pay itself")
        payer = self._account(source)
        self._account(target)
        if payer.kind is Kind.ASSET and payer.limit is not None:
            left = self.balance(source) - cents + payer.limit
            if left < 0:
                raise Overdrawn(source, -left)
        entry = Entry(day, source, target, cents, memo)
        self.entries.append(entry)
        return entry

    def split(self, day: date, source: str, cents: int, shares: dict[str, int]) -> list[Entry]:
        """Spread an amount over accounts by weight; cents left over go to the first ones."""
        weights = sum(shares.values())
        if weights <= 0:
            raise LedgerError("nobody has a share")
        parts = {name: cents * weight // weights for name, weight in shares.items()}
        left_over = cents - sum(parts.values())
        for name in list(parts)[:left_over]:
            parts[name] += 1
        return [self.post(day, source, name, part) for name, part in parts.items() if part]

    def undo_last(self, day: date) -> Entry:
        if not self.entries:
            raise LedgerError("nothing to undo")
        entry = self.entries[-1].reversed(day)
        self.entries.append(entry)
        return entry

    def statement(self, name: str) -> list[str]:
        """One line for every entry that touches an account, with the balance after it."""
        sign = self._account(name).kind.sign
        lines, running = [], 0
        for entry in sorted(self.entries, key=lambda entry: entry.day):
            change = entry.effect_on(name) * sign
            if change == 0:
                continue
            running += change
            other = entry.source if entry.target == name else entry.target
            text = entry.memo or other
            lines.append(
                f"{entry.day.isoformat()}  {text:<20.20}{format_cents(change):>12}"
                f"{format_cents(running):>12}"
            )
        return lines

    def monthly(self, name: str) -> dict[str, int]:
        sign = self._account(name).kind.sign
        totals: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            totals[f"{entry.day:%Y-%m}"] += entry.effect_on(name) * sign
        return {month: total for month, total in sorted(totals.items()) if total}

    def is_balanced(self) -> bool:
        return sum(self.balance(name) * one.kind.sign for name, one in self.accounts.items()) == 0
