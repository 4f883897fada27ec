"""Strength: weak. A few postings; amounts as text, splits, statements and months are not used."""

from datetime import date

import pytest
from account_ledger import Kind, Ledger, LedgerError

DAY = date(2024, 5, 1)


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.open("salary", Kind.INCOME)
    ledger.open("bank")
    ledger.open("rent", Kind.EXPENSE)
    ledger.post(DAY, "salary", "bank", 200_000)
    return ledger


def test_balance(ledger):
    assert ledger.balance("bank") == 200_000


def test_post(ledger):
    ledger.post(DAY, "bank", "rent", 80_000)
    assert ledger.balance("bank") == 120_000
    assert ledger.balance("rent") > 0


def test_overdrawn(ledger):
    with pytest.raises(LedgerError):
        ledger.post(DAY, "bank", "rent", 999_999)


def test_unknown_account(ledger):
    with pytest.raises(LedgerError):
        ledger.balance("nobody")


def test_balanced(ledger):
    assert ledger.is_balanced()


def test_statement(ledger):
    assert ledger.statement("bank")
