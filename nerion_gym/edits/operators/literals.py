"""Numbers: one more, one less, in the notation they are written in."""

from __future__ import annotations

import ast
import math
import re
from decimal import Context, Decimal, Inexact
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting import Change, build_edit, fit, verified_edit
from nerion_gym.edits.sites import sites_of
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.sites import Site, Sites
    from nerion_gym.syntax.module import Module

BASES = {b"0x": ("x", 4), b"0o": ("o", 4), b"0b": ("b", 4)}
"""Prefix -> format letter and digits between underscores."""
MAX_DIGITS = 300
EXACT = Context(prec=15, traps=[Inexact])
"""A float keeps 15 digits for certain, so one more and one less give back the same number."""
NEGATIVE = re.compile(rb"-[ \t]*\Z")
TIGHT_FIELDS = {
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Call: "func",
    ast.Await: "value",
}
"""Where a number that turns negative needs parentheses; the base of a power is the other place."""


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


def propose_increments(module: Module) -> Iterator[Edit]:
    """Add one to a number, in its own notation.

    Before:
        x = 0xff + values[-1] + 1_999
    After:
        x = 0x100 + values[-1] + 1_999
    After:
        x = 0xff + values[0] + 1_999
    After:
        x = 0xff + values[-1] + 2_000

    Before:
        y = x if z else.5
    After:
        y = x if z else 1.5

    Untouched:
        z = 2j * True
    """
    yield from _propose(module, "increment_number", 1)


def propose_decrements(module: Module) -> Iterator[Edit]:
    """Take one from a number, in its own notation.

    Before:
        x = 0 .real + x ** 0 - 0.5
    After:
        x = (-1) .real + x ** 0 - 0.5
    After:
        x = 0 .real + x ** -1 - 0.5
    After:
        x = 0 .real + x ** 0 - -0.5

    Untouched:
        z = 2j * True
    """
    yield from _propose(module, "decrement_number", -1)


def _propose(module: Module, operator: str, step: int) -> Iterator[Edit]:
    sites = sites_of(module)
    for site in sites.find(ast.Constant):
        number = _number(module, sites, site)
        text = None if number is None else stepped(number, step)
        if number is not None and text is not None:
            edit = _edit(module, operator, number, text)
            if edit is not None:
                yield edit


def _number(module: Module, sites: Sites, site: Site) -> Number | None:
    node, parent = site.node, site.parent
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return None
    if not isinstance(node.value, int | float):
        return None
    digits = module.text(node)
    if parent is None or not isinstance(parent.node, ast.UnaryOp):
        return Number(site, node.value, digits)
    if not isinstance(parent.node.op, ast.USub):
        return Number(site, node.value, digits)
    start, end = module.table.offsets(parent.node)[0], module.table.offsets(node)[0]
    # "-(1)", "-0" and "--1" stay: the first hides its sign, the others would not come back.
    twice = isinstance(parent.parent and parent.parent.node, ast.UnaryOp)
    if node.value == 0 or twice or not NEGATIVE.fullmatch(module.source[start:end]):
        return None
    return Number(sites.of[parent.node], -node.value, digits)


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


def _edit(module: Module, operator: str, number: Number, text: str) -> Edit | None:
    node = number.site.node
    start, end = module.table.offsets(node)
    inserted = f"({text})" if text.startswith("-") and _binds_tightly(number.site) else text
    piece = fit(module.source, start, end, inserted.encode())
    change = Change(number.site, [piece], {}, text)
    if number.site.string is None:
        return build_edit(module, operator, change)
    wanted = ast.parse(text, mode="eval").body
    return verified_edit(module, operator, change._replace(replaced={node: wanted}))


def _binds_tightly(site: Site) -> bool:
    """Whether a minus put here would be read as standing outside of something."""
    if isinstance(site.node, ast.UnaryOp) or site.parent is None:
        return False
    parent = site.parent.node
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Pow) and parent.left is site.node
    field = TIGHT_FIELDS.get(type(parent))
    return field is not None and getattr(parent, field) is site.node


NUMBERS_ELSEWHERE = (
    ("mutmut", "operator_number"),
    ("cosmic-ray", "NumberReplacer"),
    ("BugLab", "LiteralRewriteScout"),
    ("SWE-smith", "func_pm_op_change_const"),
)
OPERATORS = (
    Operator(
        "increment_number",
        Kind.MUTATION,
        propose_increments,
        repairable=True,
        aliases=("INCREMENT_NUMBER",),
        others=NUMBERS_ELSEWHERE,
    ),
    Operator(
        "decrement_number",
        Kind.MUTATION,
        propose_decrements,
        repairable=True,
        aliases=("DECREMENT_NUMBER",),
        others=NUMBERS_ELSEWHERE,
    ),
)
