"""Quantities with units: parse, convert, calculate."""

from unit_lab.quantity import Quantity

__all__ = ["Quantity"]
