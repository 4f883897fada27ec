"""Offers of several carriers for one parcel."""

from __future__ import annotations

from dataclasses import dataclass

from parcel_rates.parcel import Parcel
from parcel_rates.zones import zone


@dataclass(frozen=True)
class Carrier:
    name: str
    base: int
    per_kg: int
    per_zone: int
    most_grams: int
    most_girth: int = 300
    days: int = 3

    def takes(self, parcel: Parcel) -> bool:
        return parcel.charged_grams <= self.most_grams and parcel.girth <= self.most_girth

    def price(self, parcel: Parcel, distance: int) -> int:
        kilos = -(-parcel.charged_grams // 1000)
        price = self.base + kilos * self.per_kg + distance * self.per_zone
        if parcel.girth > self.most_girth * 3 // 4:
            price += self.base // 2
        return price

    def arrival(self, distance: int) -> int:
        return self.days + (2 * distance if distance == 3 else distance)


CARRIERS = (
    Carrier("post", 390, 60, 150, 20_000, days=2),
    Carrier("bike", 290, 90, 400, 5_000, most_girth=150, days=1),
    Carrier("truck", 900, 25, 120, 70_000, most_girth=500, days=4),
)


@dataclass(frozen=True, order=True)
class Quote:
    price: int
    days: int
    carrier: str


def quotes(parcel: Parcel, start: str, end: str) -> list[Quote]:
    distance = zone(start, end)
    return sorted(
        Quote(carrier.price(parcel, distance), carrier.arrival(distance), carrier.name)
        for carrier in CARRIERS
        if carrier.takes(parcel)
    )


def cheapest(parcel: Parcel, start: str, end: str, within: int | None = None) -> Quote | None:
    for quote in quotes(parcel, start, end):
        if within is None or quote.days <= within:
            return quote
    return None
