"""A shopping cart whose prices are whole cents, with discounts that stack in a fixed order."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal


def percent_of(cents, percent):
    """Share of an amount, rounded to whole cents, half a cent upwards."""
    exact = Decimal(cents) * Decimal(str(percent)) / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def money(cents):
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02d}"


@dataclass(frozen=True)
class Line:
    sku: str
    price: int
    quantity: int = 1
    category: str = "misc"

    @property
    def amount(self):
        return self.price * self.quantity


class Discount(ABC):
    """Something that takes cents off a cart."""

    order = 0
    label = "discount"

    @abstractmethod
    def amount(self, cart, so_far):
        """Cents off a cart whose price is `so_far` after the discounts before."""

    def __lt__(self, other):
        return self.order < other.order


class BuyXGetY(Discount):
    """For every `buy` of an article, `free` more of it cost nothing."""

    order = 1

    def __init__(self, sku, buy, free=1):
        self.sku = sku
        self.buy = buy
        self.free = free
        self.label = f"{buy}+{free} {sku}"

    def amount(self, cart, so_far):
        line = cart.find(self.sku)
        if line is None:
            return 0
        bundles, rest = divmod(line.quantity, self.buy + self.free)
        return (bundles * self.free + max(0, rest - self.buy)) * line.price


class CategoryPercent(Discount):
    order = 2

    def __init__(self, category, percent):
        self.category = category
        self.percent = percent
        self.label = f"{percent}% off {category}"

    def amount(self, cart, so_far):
        base = sum(line.amount for line in cart if line.category == self.category)
        return percent_of(base, self.percent)


class Coupon(Discount):
    """A fixed sum, or a percentage of what is left, from a least price on."""

    order = 3

    def __init__(self, code, cents=0, percent=0, at_least=0):
        if bool(cents) == bool(percent):
            raise ValueError("a coupon takes off either cents or percent")
        self.label = code.upper()
        self.cents = cents
        self.percent = percent
        self.at_least = at_least

    def amount(self, cart, so_far):
        if so_far < self.at_least:
            return 0
        return self.cents or percent_of(so_far, self.percent)


@dataclass(frozen=True)
class Receipt:
    subtotal: int
    discounts: tuple
    shipping: int

    @property
    def total(self):
        return self.subtotal - sum(cents for _, cents in self.discounts) + self.shipping

    def lines(self):
        yield f"subtotal {money(self.subtotal)}"
        for label, cents in self.discounts:
            yield f"{label} {money(-cents)}"
        yield "free shipping" if not self.shipping else f"shipping {money(self.shipping)}"
        yield f"total {money(self.total)}"


class Cart:
    SHIPPING = 490
    FREE_FROM = 5_000

    def __init__(self, *discounts):
        self._lines = {}
        self.discounts = list(discounts)

    def __iter__(self):
        return iter(self._lines.values())

    def __len__(self):
        return sum(line.quantity for line in self)

    def find(self, sku):
        return self._lines.get(sku)

    def add(self, sku, price, quantity=1, category="misc"):
        if quantity < 1:
            raise ValueError(f"cannot add {quantity} of {sku}")
        line = self.find(sku)
        if line is None:
            self._lines[sku] = Line(sku, price, quantity, category)
        elif line.price != price:
            raise ValueError(f"{sku} is already there for {money(line.price)}")
        else:
            self._lines[sku] = replace(line, quantity=line.quantity + quantity)
        return self

    def remove(self, sku, quantity=None):
        """Take some or all of an article out of the cart."""
        line = self._lines[sku]
        if quantity is None or quantity >= line.quantity:
            del self._lines[sku]
        else:
            self._lines[sku] = replace(line, quantity=line.quantity - quantity)

    def checkout(self):
        subtotal = sum(line.amount for line in self)
        left = subtotal
        taken = []
        for discount in sorted(self.discounts):
            cents = min(left, discount.amount(self, left))
            if cents > 0:
                taken.append((discount.label, cents))
                left -= cents
        shipping = 0 if left >= self.FREE_FROM or not self._lines else self.SHIPPING
        return Receipt(subtotal, tuple(taken), shipping)
