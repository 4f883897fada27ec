"""Which tax is due on what kind of goods."""

from __future__ import annotations

from invoicing.money import Money

RATES = {"standard": 20, "food": 5, "books": 0}


def rate_for(kind: str, exempt: bool = False) -> int:
    if exempt:
        return 0
    return RATES.get(kind, RATES["standard"])


def tax_table(nets: dict[str, Money], exempt: bool = False) -> dict[int, Money]:
    """Return rate -> tax due, for rates that are charged at all."""
    table: dict[int, Money] = {}
    for kind, net in sorted(nets.items()):
        rate = rate_for(kind, exempt)
        if rate == 0:
            continue
        due = net.percent(rate)
        table[rate] = table[rate] + due if rate in table else due
    return table
