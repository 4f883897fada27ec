"""Strength: strong. The order of amounts and odd spellings of numbers are not tried."""

import pytest
from invoicing import Invoice, Money
from invoicing.money import CurrencyMismatch
from invoicing.taxes import rate_for, tax_table


@pytest.mark.parametrize(
    ("text", "units", "currency"),
    [("12.50", 1250, "EUR"), ("3", 300, "EUR"), ("0.5 USD", 50, "USD"), ("80 JPY", 80, "JPY")],
)
def test_parse(text, units, currency):
    assert Money.parse(text) == Money(units, currency)


def test_parse_refuses_what_the_currency_does_not_have():
    with pytest.raises(ValueError, match="more than 2"):
        Money.parse("1.005")
    with pytest.raises(ValueError, match="more than 0"):
        Money.parse("1.5 JPY")


def test_sums_and_differences():
    assert Money(120) + Money(5) == Money(125)
    assert Money(120) - Money(5) == Money(115)
    assert Money(7, "USD").times(3) == Money(21, "USD")


@pytest.mark.parametrize("sign", ["__add__", "__sub__"])
def test_currencies_do_not_mix(sign):
    with pytest.raises(CurrencyMismatch, match="EUR and USD"):
        getattr(Money(1), sign)(Money(1, "USD"))


@pytest.mark.parametrize(("units", "rate", "due"), [(1000, 20, 200), (10, 5, 1), (9, 5, 0), (49, 1, 0), (50, 1, 1)])
def test_percent_rounds_half_up(units, rate, due):
    assert Money(units).percent(rate) == Money(due)


@pytest.mark.parametrize(
    ("money", "text"),
    [(Money(1205), "12.05 EUR"), (Money(99, "USD"), "0.99 USD"), (Money(80, "JPY"), "80 JPY")],
)
def test_as_text(money, text):
    assert str(money) == text


def test_rates():
    assert [rate_for(kind) for kind in ("food", "books", "toys")] == [5, 0, 20]
    assert rate_for("food", exempt=True) == 0


def test_tax_table_gathers_by_rate():
    nets = {"toys": Money(1000), "standard": Money(500), "food": Money(200), "books": Money(900)}
    assert tax_table(nets) == {20: Money(300), 5: Money(10)}
    assert tax_table(nets, exempt=True) == {}


def shopping(**kwargs):
    invoice = Invoice(**kwargs)
    invoice.add("bread", "2.40", 2, kind="food")
    invoice.add("lamp", "40.00", discount=25)
    invoice.add("novel", "9.99", kind="books")
    return invoice


def test_net_of_a_line():
    lines = shopping().lines
    assert [line.net.units for line in lines] == [480, 3000, 999]
    assert lines[1].count == 1


def test_total():
    assert shopping().total() == Money(480 + 3000 + 999 + 24 + 600)
    assert shopping(exempt=True).total() == Money(4479)
    assert Invoice("USD").total() == Money(0, "USD")


def test_a_line_has_an_item():
    with pytest.raises(ValueError, match="at least one"):
        Invoice().add("air", "1.00", 0)


def test_render():
    assert shopping().render().splitlines() == [
        "  2 x bread 4.80 EUR",
        "  1 x lamp  30.00 EUR",
        "  1 x novel 9.99 EUR",
        "tax 20 % 6.00 EUR",
        "tax 5 % 0.24 EUR",
        "to pay 51.03 EUR",
    ]
    assert Invoice().render() == "to pay 0.00 EUR"
