"""A choice between two values: as statements, and as one expression."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.statements import indentation, line_end, own_lines
from nerion_gym.edits.rewriting.branches import branch_of, indent_step, is_elif
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.decisions import WIDEST, shows_order
from nerion_gym.edits.rewriting.negation import Area, area_of, text_of
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module

LOOSE = (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Tuple)
"""Values that need parentheses inside a conditional expression."""
Giver = ast.Assign | ast.Return


class Given(NamedTuple):
    """A statement that gives a value.

    Attributes:
        head: `return` or `target =`.
        node: the value.
        area: its bytes.
    """

    head: bytes
    node: ast.expr
    area: Area


def alternatives(block: Block, index: int) -> tuple[Giver, Giver] | None:
    """Return the two statements that an `if` chooses from, if they give values to the same."""
    node, after = block.body[index], block.body[index + 1 : index + 2]
    if not isinstance(node, ast.If) or len(node.body) > 1 or len(node.orelse) > 1:
        return None
    one, others = node.body[0], node.orelse or after
    two = others[0] if others else None
    if isinstance(one, ast.Return) and isinstance(two, ast.Return):
        return (one, two) if one.value and two.value else None
    if isinstance(one, ast.Assign) and isinstance(two, ast.Assign) and node.orelse:
        return (one, two) if _same_targets(one, two) else None
    return None


def _same_targets(one: ast.Assign, two: ast.Assign) -> bool:
    same = len(one.targets) == len(two.targets)
    return same and all(map(same_tree, one.targets, two.targets))


def given_by(module: Module, statement: ast.stmt) -> Given | None:
    """Return the value that a statement gives; None where a comment is in the way."""
    start, end = module.table.offsets(statement)
    if isinstance(statement, ast.Return):
        value, head_end = statement.value, start + len(b"return")
    elif isinstance(statement, ast.Assign):
        value = statement.value
        at = skip_gap(module.source, module.table.offsets(statement.targets[-1])[1], end)
        head_end = at + 1
        if module.source[at:head_end] != b"=":
            return None
    else:
        return None
    area = None if value is None else area_of(module, value, head_end)
    if value is None or area is None:
        return None
    return Given(module.source[start:head_end], value, area)


def as_expression(module: Module, block: Block, index: int) -> Piece | None:
    """Return the piece that makes one statement of an `if` and the two that it chooses from."""
    node, pair = block.body[index], alternatives(block, index)
    if pair is None or not isinstance(node, ast.If) or is_elif(module, node):
        return None
    branch = branch_of(module, node)
    one, two = (given_by(module, statement) for statement in pair)
    start, end = module.table.offsets(node)[0], module.table.offsets(pair[1])[1]
    alone = own_lines(module, node, block.body[index] if node.orelse else pair[1])
    if branch is None or one is None or two is None or alone is None or shows_order(module):
        return None
    parts = [(one.node, one.area), (node.test, branch.test), (two.node, two.area)]
    if b"#" in module.source[start:end] or any(isinstance(part, ast.IfExp) for part, _ in parts):
        return None
    first, test, last = (_part(module, part, area) for part, area in parts)
    text = first + b" if " + test + b" else " + last
    parsed = expression_in(text)
    wanted = ast.IfExp(node.test, one.node, two.node)
    line = one.head + b" " + text
    too_long = len(branch.indent) + len(line) > WIDEST or b"\n" in line or b"\r" in line
    if too_long or parsed is None or not same_tree(wanted, parsed):
        return None
    return Piece(start, end, line)


def _part(module: Module, node: ast.expr, area: Area) -> bytes:
    text, (first, _) = text_of(module, area), module.table.offsets(node)
    opened = area.start < first or (isinstance(node, ast.Tuple) and text.startswith(b"("))
    return b"(" + text + b")" if isinstance(node, LOOSE) and not opened else text


def as_statements(module: Module, statement: ast.AST) -> Piece | None:
    """Return the piece that makes an `if` of a statement which gives one of two values."""
    if not isinstance(statement, ast.Assign | ast.Return) or not own_lines(module, statement):
        return None
    given = given_by(module, statement)
    if given is None or not isinstance(given.node, ast.IfExp):
        return None
    start, end = module.table.offsets(statement)
    parts = _parts_of(module, given.node)
    whole = module.source[start:end]
    if parts is None or b"\n" in whole or b"\r" in whole or shows_order(module):
        return None
    body, test, orelse = (text_of(module, area) for area in parts)
    break_, indent = line_end(module), indentation(module, statement)
    inner = break_ + indent + indent_step(module) + given.head + b" "
    last = break_ + indent
    if isinstance(statement, ast.Return):
        last += given.head + b" "
    else:
        last += b"else:" + inner
    return Piece(start, end, b"if " + test + b":" + inner + body + last + orelse)


def _parts_of(module: Module, node: ast.IfExp) -> tuple[Area, Area, Area] | None:
    """Return where the value, the condition and the other value stand."""
    start, _ = module.table.offsets(node)
    areas: list[Area] = []
    for part, word in ((node.body, b""), (node.test, b"if"), (node.orelse, b"else")):
        at = start
        if areas:
            at = skip_gap(module.source, areas[-1].end, module.table.offsets(part)[0])
        area = area_of(module, part, at + len(word))
        if area is None or not module.source.startswith(word, at):
            return None
        areas.append(area)
    return areas[0], areas[1], areas[2]
