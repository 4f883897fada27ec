"""Invoices in several currencies: lines, discounts, tax by kind of goods."""

from invoicing.invoice import Invoice
from invoicing.money import Money

__all__ = ["Invoice", "Money"]
