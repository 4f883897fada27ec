"""Numbers as they are written: one and another in the same notation."""

from __future__ import annotations

import math
from decimal import Context, Decimal, Inexact
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nerion_gym.edits.analysis.sites import Site

BASES = {b"0x": ("x", 4), b"0o": ("o", 4), b"0b": ("b", 4)}
"""Prefix -> format letter and digits between underscores."""
MAX_DIGITS = 300
EXACT = Context(prec=15, traps=[Inexact])
"""A float keeps 15 digits for certain, so one more and one less give back the same number."""


class Number(NamedTuple):
    """A number with its sign.

    Attributes:
        site: the constant, or the minus around it.
        value: with the sign.
        digits: the constant's source text.
    """

    site: Site
    value: int | float
    digits: bytes


def stepped(number: Number, step: int) -> str | None:
    """Return the literal of a number plus a step in its own notation.

    None where the sum is not exact to 15 digits, not finite or too long to be meant.
    """
    if isinstance(number.value, int):
        value = number.value + step
        return _integer(value, number.digits) if len(number.digits) <= MAX_DIGITS else None
    return _float(number, step)


def _integer(value: int, digits: bytes) -> str:
    sign = "-" if value < 0 else ""
    prefix = digits[:2].lower()
    if prefix not in BASES:
        return f"{value:_}" if b"_" in digits else str(value)
    letter, group = BASES[prefix]
    body = f"{abs(value):{letter}}"
    width = len(digits[2:].replace(b"_", b""))
    body = body.zfill(width)
    if letter == "x" and digits[2:].isupper():
        body = body.upper()
    if b"_" in digits:
        body = _grouped(body, group)
    return f"{sign}{digits[:2].decode()}{body}"


def _grouped(body: str, size: int) -> str:
    first = len(body) % size
    parts = [body[:first]] if first else []
    parts += [body[start : start + size] for start in range(first, len(body), size)]
    return "_".join(parts)


def _float(number: Number, step: int) -> str | None:
    if not math.isfinite(number.value):
        return None
    try:
        exact = EXACT.create_decimal(number.digits.replace(b"_", b"").decode())
        value = EXACT.add(exact.copy_sign(Decimal(repr(number.value))), Decimal(step))
    except Inexact:
        return None
    text = f"{value:f}"
    if len(text) > MAX_DIGITS:
        return None
    text = text if "." in text else f"{text}.0"
    # Decimal keeps the sign of a zero, a Python literal would make an operator of it.
    return text.removeprefix("-") if value == 0 else text
