"""Conditions as text: their operands, where only their truth counts, and their opposite."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.values import kind_of
from nerion_gym.edits.rewriting.changes import spliced
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.trees import twin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.edits.rewriting.changes import Piece
    from nerion_gym.syntax.module import Module

OPENING = re.compile(rb"[\s\\]*([\s\\(]*)")
CLOSING = re.compile(rb"[\s\\]*\)")
SIGN = re.compile(rb"is[ \t\f]+not\b|not[ \t\f]+in\b|is\b|in\b|[=!<>]=|[<>]")
"""A comparison's sign. Two words with a comment or a line end between are left alone."""
SIGNS: dict[type[ast.cmpop], bytes] = {
    ast.Eq: b"==",
    ast.NotEq: b"!=",
    ast.Lt: b"<",
    ast.LtE: b"<=",
    ast.Gt: b">",
    ast.GtE: b">=",
    ast.Is: b"is",
    ast.IsNot: b"is not",
    ast.In: b"in",
    ast.NotIn: b"not in",
}
OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
"""Signs that always give bools, so that these are their negations for certain."""
WORDS: dict[type[ast.boolop], bytes] = {ast.And: b"and", ast.Or: b"or"}
NOT = b"not"
LOOSER = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom)
"""Expressions that bind less tightly than `not`."""
BRACKETED = (ast.NamedExpr, ast.Yield, ast.YieldFrom)
"""Expressions that keep their parentheses wherever they stand."""
TESTERS = (ast.If, ast.While, ast.IfExp, ast.Assert)


class Area(NamedTuple):
    """Bytes [start, end) of an expression, with the parentheses that group it."""

    start: int
    end: int


class Operands(NamedTuple):
    """The operands of an `and` or `or`, and the words between them."""

    areas: list[Area]
    words: list[Area]


def area_of(module: Module, node: ast.AST, start: int) -> Area | None:
    """Return a node's bytes with its parentheses; None where a comment stands in these.

    Args:
        module: the file.
        node: an expression.
        start: where it may begin at the earliest: behind the word or sign before it.
    """
    first, end = module.table.offsets(node)
    opening = OPENING.fullmatch(module.source, start, first)
    if opening is None:
        return None
    for _ in range(opening.group(1).count(b"(")):
        closing = CLOSING.match(module.source, end)
        if closing is None:
            return None
        end = closing.end()
    return Area(opening.start(1), end)


def text_of(module: Module, area: Area) -> bytes:
    """Return the bytes of an area."""
    return module.source[area.start : area.end]


def operands_of(module: Module, node: ast.BoolOp) -> Operands | None:
    """Return where the operands stand; None where a comment is in the way."""
    found = Operands([], [])
    start, word = module.table.offsets(node)[0], WORDS[type(node.op)]
    for number, value in enumerate(node.values):
        if number:
            first = module.table.offsets(value)[0]
            at = skip_gap(module.source, found.areas[-1].end, first)
            start = at + len(word)
            if module.source[at:start] != word:
                return None
            found.words.append(Area(at, start))
        area = area_of(module, value, start)
        if area is None:
            return None
        found.areas.append(area)
    return found


def sign_of(module: Module, node: ast.Compare) -> Area | None:
    """Return where the sign of a comparison of two stands."""
    gap_end = module.table.offsets(node.comparators[0])[0]
    at = skip_gap(module.source, module.table.offsets(node.left)[1], gap_end)
    match = SIGN.match(module.source, at, gap_end)
    if match is None or b" ".join(match.group().split()) != SIGNS[type(node.ops[0])]:
        return None
    return Area(*match.span())


def is_tested(site: Site) -> bool:
    """Whether of a value nothing counts but its truth, which is asked once."""
    node, parent = site.node, site.parent
    if parent is None:
        return False
    around = parent.node
    if isinstance(around, TESTERS) and around.test is node:
        return True
    if isinstance(around, ast.comprehension):
        return node in around.ifs
    if isinstance(around, ast.match_case):
        return node is around.guard
    passes = isinstance(around, ast.BoolOp | ast.IfExp) or is_negation(around)
    return passes and is_tested(parent)


def is_negation(node: ast.AST) -> bool:
    """Whether a node is `not ...`."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def is_negative(node: ast.AST) -> bool:
    """Whether a node is `not ...`, `... is not ...` or `... not in ...`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return isinstance(node.ops[0], ast.IsNot | ast.NotIn)
    return is_negation(node)


def opposite(node: ast.expr) -> ast.expr:
    """Return the tree of a condition's opposite."""
    if isinstance(node, ast.UnaryOp) and is_negation(node):
        return node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITES:
        return ast.Compare(node.left, [OPPOSITES[type(node.ops[0])]()], node.comparators)
    return ast.UnaryOp(ast.Not(), twin(node))


def opposite_text(module: Module, node: ast.expr, area: Area, *, alone: bool) -> bytes | None:
    """Return the text of a condition's opposite.

    Args:
        module: the file.
        node: the condition.
        area: its bytes.
        alone: whether it is all of a condition, not an operand of `and` or `or`.
    """
    text = text_of(module, area)
    if isinstance(node, ast.UnaryOp) and is_negation(node):
        return _without_not(module, node, area, alone=alone)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITES:
        sign = sign_of(module, node)
        if sign is None:
            return None
        new = SIGNS[OPPOSITES[type(node.ops[0])]]
        start, end = sign.start - area.start, sign.end - area.start
        return text[:start] + new + text[end:]
    bare = area.start == module.table.offsets(node)[0]
    return b"not (" + text + b")" if bare and isinstance(node, LOOSER) else b"not " + text


def _without_not(module: Module, node: ast.UnaryOp, area: Area, *, alone: bool) -> bytes | None:
    first, last = module.table.offsets(node)
    operand = area_of(module, node.operand, first + len(NOT))
    if operand is None or module.source[first : first + len(NOT)] != NOT:
        return None
    text, inner = text_of(module, area), text_of(module, operand)
    if b"\n" in text or b"\r" in text:
        return module.source[area.start : first] + inner + module.source[last : area.end]
    keeps = isinstance(node.operand, BRACKETED if alone else LOOSER)
    return inner if keeps else module.text(node.operand)


def drops_only_bools(module: Module, values: Sequence[ast.expr]) -> bool:
    """Whether every `not` in front of these may go where the value itself counts."""
    inner = [node.operand for node in values if isinstance(node, ast.UnaryOp) and is_negation(node)]
    return all(kind_of(module, node) == "bool" for node in inner)


def rewritten(module: Module, area: Area, pieces: Sequence[Piece]) -> bytes:
    """Return the text of an area with these pieces put in."""
    return spliced(module.source, sorted(pieces), area.start, area.end)
