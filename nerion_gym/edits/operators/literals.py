"""Numbers: one more, one less, in the notation they are written in."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.numbers import Number, stepped
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, build_edit, fit, verified_edit
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site, Sites
    from nerion_gym.syntax.module import Module

NEGATIVE = re.compile(rb"-[ \t]*\Z")
TIGHT_FIELDS = {
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Call: "func",
    ast.Await: "value",
}
"""Where a number that turns negative needs parentheses; the base of a power is the other place."""


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


def _edit(module: Module, operator: str, number: Number, text: str) -> Edit | None:
    node = number.site.node
    start, end = module.table.offsets(node)
    inserted = f"({text})" if text.startswith("-") and _binds_tightly(number.site) else text
    piece = fit(module.source, start, end, inserted.encode())
    change = Change(number.site, [piece], {}, text)
    if number.site.string is None:
        return build_edit(module, operator, change)
    wanted = expression_in(text.encode())
    if wanted is None:
        return None
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
