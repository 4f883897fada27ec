"""Amounts of money, held in the smallest unit so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}


class CurrencyMismatch(Exception):
    pass


@dataclass(frozen=True, order=True)
class Money:
    units: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str) -> Money:
        amount, _, currency = text.strip().partition(" ")
        currency = currency or "EUR"
        digits = DIGITS[currency]
        whole, _, part = amount.partition(".")
        if len(part) > digits:
            raise ValueError(f"{text!r} has more than {digits} decimal places")
        units = int(whole) * 10**digits + int(part.ljust(digits, "0") or 0)
        return cls(units, currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units + other.units, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units - other.units, self.currency)

    def times(self, count: int) -> Money:
        return Money(self.units * count, self.currency)

    def percent(self, rate: int) -> Money:
        """Half a unit is rounded up, as shops do."""
        return Money((self.units * rate + 50) // 100, self.currency)

    def __str__(self) -> str:
        digits = DIGITS[self.currency]
        if digits == 0:
            return f"{self.units} {self.currency}"
        whole, part = divmod(self.units, 10**digits)
        return f"{whole}.{part:0{digits}d} {self.currency}"
