"""An invoice gathers lines and says what there is to pay."""

from __future__ import annotations

from dataclasses import dataclass, field

from invoicing.money import Money
from invoicing.taxes import tax_table


@dataclass(frozen=True)
class Line:
    text: str
    price: Money
    count: int = 1
    kind: str = "standard"
    discount: int = 0

    @property
    def net(self) -> Money:
        full = self.price.times(self.count)
        return full - full.percent(self.discount)


@dataclass
class Invoice:
    currency: str = "EUR"
    exempt: bool = False
    lines: list[Line] = field(default_factory=list)

    def add(self, text: str, price: str, count: int = 1, **more) -> Line:
        if count < 1:
            raise ValueError("an invoice line has at least one item")
        line = Line(text, Money.parse(f"{price} {self.currency}"), count, **more)
        self.lines.append(line)
        return line

    def nets(self) -> dict[str, Money]:
        found: dict[str, Money] = {}
        for line in self.lines:
            found[line.kind] = found.get(line.kind, Money(0, self.currency)) + line.net
        return found

    def total(self) -> Money:
        due = Money(0, self.currency)
        for net in self.nets().values():
            due = due + net
        for tax in tax_table(self.nets(), self.exempt).values():
            due = due + tax
        return due

    def render(self) -> str:
        width = max((len(line.text) for line in self.lines), default=5)
        rows = [f"{line.count:>3} x {line.text:<{width}} {line.net}" for line in self.lines]
        for rate, tax in sorted(tax_table(self.nets(), self.exempt).items(), reverse=True):
            rows.append(f"tax {rate} % {tax}")
        rows.append(f"to pay {self.total()}")
        return "\n".join(rows)
