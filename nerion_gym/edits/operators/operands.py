"""Operands: out of order, lost, one too many or too few; conditions that decide nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator, Proposer
from nerion_gym.edits.rewriting.changes import Change, fit, plain_edits
from nerion_gym.edits.rewriting.expressions import (
    binds_names,
    exchanged,
    holds_text,
    loose_operands,
    regrouped,
    without_each,
)
from nerion_gym.edits.rewriting.numeric import (
    counted,
    negated,
    numbers_used,
    stepped_by_one,
    unsigned,
)
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift, ast.MatMult)
"""Signs whose operands are not alike."""
ASYMMETRIC = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
WRITTEN = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant)
CONDITIONAL = (ast.If, ast.While, ast.IfExp, ast.comprehension)
MOST_DROPPED = 4


def propose_swapped_operands(module: Module) -> Iterator[Edit]:
    """Exchange the operands of an operation or comparison in which their order counts.

    Before:
        x = a - b - (c + 1) / d
    After:
        x = (c + 1) / d - (a - b)
    After:
        x = b - a - (c + 1) / d
    After:
        x = a - b - d / (c + 1)

    Before:
        found = name + "." + kind if low < high else None
    After:
        found = name + "." + kind if high < low else None
    After:
        found = kind + (name + ".") if low < high else None

    Untouched:
        x = a + b * c == d < e
        text = "%s" % name
    """
    for site in sites_of(module).find(ast.BinOp, ast.Compare):
        node = site.node
        if isinstance(node, ast.BinOp) and _is_ordered(node):
            operands, loose = [node.left, node.right], loose_operands(node)
            after: ast.expr = ast.BinOp(node.right, node.op, node.left)
        elif isinstance(node, ast.Compare) and _is_asymmetric(node):
            operands, loose = [node.left, *node.comparators], []
            after = ast.Compare(operands[1], node.ops, operands[:1])
        else:
            continue
        change = Change(site, [], {node: after}, "")
        yield from exchanged(module, "swap_operands", change, operands, loose)


def _is_asymmetric(node: ast.Compare) -> bool:
    """Whether a comparison would differ; nobody asks for a mapping in a key as written."""
    if len(node.ops) > 1 or not isinstance(node.ops[0], ASYMMETRIC):
        return False
    written = isinstance(node.left, WRITTEN) or isinstance(node.comparators[0], WRITTEN)
    return not (written and isinstance(node.ops[0], ast.In | ast.NotIn))


def _is_ordered(node: ast.BinOp) -> bool:
    """Whether order counts: text is joined with a plus, formatted with a percent sign."""
    if isinstance(node.op, ast.Add):
        return holds_text(node)
    text = isinstance(node.op, ast.Mod) and (holds_text(node.left) or holds_text(node.right))
    return isinstance(node.op, ORDERED) and not text


def propose_dropped_operands(module: Module) -> Iterator[Edit]:
    """Drop an operand of an operation, or one condition of several.

    Before:
        if ready and (low or high): x = -a + b * c  # sum
    After:
        if (low or high): x = -a + b * c  # sum
    After:
        if ready: x = -a + b * c  # sum
    After:
        if ready and (low or high): x = b * c  # sum

    Before:
        ok = a and b and c
    After:
        ok = a and c

    Untouched:
        x = [-a, b < c, *d]
        y = (n := len(x)) and (
            1  # a reason
            + (m := 2)
        )
    """
    for site in sites_of(module).find(ast.BinOp, ast.BoolOp):
        node = site.node
        operands = [node.left, node.right] if isinstance(node, ast.BinOp) else []
        operands = node.values if isinstance(node, ast.BoolOp) else operands
        yield from without_each(module, "drop_operand", site, operands, MOST_DROPPED)


def propose_one_more(module: Module) -> Iterator[Edit]:
    """Add one to an index, an argument or a bound that looks like a number.

    Before:
        for i in range(len(rows) - 1): total += rows[i] if i < stop else 0
    After:
        for i in range(len(rows)): total += rows[i] if i < stop else 0
    After:
        for i in range(len(rows) - 1): total += rows[i + 1] if i < stop else 0

    Untouched:
        x = table[key] + f(text) + rows[2]
    """
    for site in counted(module):
        yield from stepped_by_one(module, "add_one", site, "+")


def propose_one_less(module: Module) -> Iterator[Edit]:
    """Take one from an index, an argument or a bound that looks like a number.

    Before:
        while n > 0 and n <= len(rows): n = f(rows[n + 1])
    After:
        while n > 0 and n <= len(rows) - 1: n = f(rows[n + 1])
    After:
        while n > 0 and n <= len(rows): n = f(rows[n])

    Untouched:
        x = table[key] + f(text) + rows[2]
    """
    for site in counted(module):
        yield from stepped_by_one(module, "subtract_one", site, "-")


def propose_signs(module: Module) -> Iterator[Edit]:
    """Lose the sign in front of a value, or put a minus in front of what looks like a number.

    Before:
        return_value = f(-x ** 2, 0xff) - (~mask)
    After:
        return_value = f(x ** 2, 0xff) - (~mask)
    After:
        return_value = f(-x ** 2, -0xff) - (~mask)
    After:
        return_value = f(-x ** 2, 0xff) - (mask)

    Untouched:
        x = table[key] if not done else f(text, 0, True)
    """
    for site in sites_of(module).find(ast.UnaryOp):
        if isinstance(site.node, ast.UnaryOp) and isinstance(site.node.op, ast.USub | ast.Invert):
            yield from unsigned(module, "change_sign", site)
    for site in (*counted(module), *numbers_used(module)):
        yield from negated(module, "change_sign", site)


def propose_broken_chains(module: Module) -> Iterator[Edit]:
    """Lose a link of a chain of comparisons, or work out another operation first.

    Before:
        x = 0 <= a - b - c < (d + 1) * e
    After:
        x = a - b - c < (d + 1) * e
    After:
        x = 0 <= a - b - c
    After:
        x = 0 <= a - (b - c) < (d + 1) * e
    After:
        x = 0 <= a - b - c < d + 1 * e

    Untouched:
        x = a + b + c < d * e * f
    """
    sites = sites_of(module)
    for site in sites.find(ast.Compare):
        if isinstance(site.node, ast.Compare) and len(site.node.ops) > 1:
            sides = [site.node.left, *site.node.comparators]
            yield from without_each(module, "break_chain", site, sides, MOST_DROPPED)
    for site in sites.find(ast.BinOp):
        yield from regrouped(module, "break_chain", site)


def propose_forced_conditions(module: Module) -> Iterator[Edit]:
    """Decide a condition once and for all: True or False, for a `while` only False.

    Before:
        if(x > 1)and y: z = [a for a in b if a] if c else 0
    After:
        if True: z = [a for a in b if a] if c else 0
    After:
        if False: z = [a for a in b if a] if c else 0
    After:
        if(x > 1)and y: z = [a for a in b if True] if c else 0
    After:
        if(x > 1)and y: z = [a for a in b if a] if False else 0

    Untouched:
        if (m := x): print(m)
        assert x, y
    """
    sites = sites_of(module)
    for site in sites.find(*CONDITIONAL):
        node = site.node
        values = (False,) if isinstance(node, ast.While) else (True, False)
        for test in _tests(node):
            place = sites.of[test]
            if place.frozen or isinstance(test, ast.Constant) or binds_names(module, test):
                continue
            for value in values:
                piece = fit(module.source, *module.table.offsets(test), str(value).encode())
                change = Change(place, [piece], {test: ast.Constant(value)}, str(value))
                yield from plain_edits(module, "force_condition", change)


def _tests(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.comprehension):
        return node.ifs
    return [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []


def propose_swapped_ternaries(module: Module) -> Iterator[Edit]:
    """Exchange the two values of a ternary.

    Before:
        x = a if b else c if d else (e, f)
    After:
        x = (c if d else (e, f)) if b else a
    After:
        x = a if b else (e, f) if d else c

    Untouched:
        x = a or b
    """
    for site in sites_of(module).find(ast.IfExp):
        if isinstance(node := site.node, ast.IfExp):
            change = Change(site, [], {node: ast.IfExp(node.test, node.orelse, node.body)}, "")
            nodes = (node.body, node.test, node.orelse)
            loose = [node.orelse] if isinstance(node.orelse, ast.IfExp | ast.Lambda) else []
            yield from exchanged(module, "swap_ternary", change, nodes, loose)


def _row(name: str, propose: Proposer, *others: tuple[str, str], back: bool = False) -> Operator:
    aliases = (name.upper(),)
    return Operator(name, Kind.MUTATION, propose, back, aliases, others=others)


OPERATORS = (
    _row("swap_operands", propose_swapped_operands, ("SWE-smith", "func_pm_op_swap"), back=True),
    _row("drop_operand", propose_dropped_operands, ("SWE-smith", "func_pm_op_break_chains")),
    _row("add_one", propose_one_more, back=True),
    _row("subtract_one", propose_one_less, back=True),
    _row(
        "change_sign",
        propose_signs,
        ("mutmut", "operator_remove_unary_ops"),
        ("cosmic-ray", "ReplaceUnaryOperator"),
    ),
    _row("break_chain", propose_broken_chains, ("SWE-smith", "func_pm_op_break_chains")),
    _row("force_condition", propose_forced_conditions),
    _row("swap_ternary", propose_swapped_ternaries, back=True),
)
