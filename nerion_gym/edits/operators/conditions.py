"""Conditions: the same decision, taken in another form."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import blocks
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.branches import branches
from nerion_gym.edits.rewriting.changes import Change, build_edit
from nerion_gym.edits.rewriting.choices import as_expression, as_statements
from nerion_gym.edits.rewriting.de_morgan import gathered, spread
from nerion_gym.edits.rewriting.decisions import (
    endings,
    guards,
    inverted,
    merged_tests,
    nested,
    split,
    unnested,
)
from nerion_gym.edits.rewriting.negation import is_negation, is_negative
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.rewriting.changes import Piece
    from nerion_gym.syntax.module import Module


def propose_de_morgan(module: Module) -> Iterator[Edit]:
    """Spread a not over the operands of and/or, or gather the nots of the operands in one.

    Before:
        if not (ready and a is None or done): stop()
    After:
        if not (ready and a is None) and not done: stop()

    Before:
        while (not a or b not in c): pass
    After:
        while not (a and b in c): pass

    Untouched:
        def f(a, b):
            return not (a and b)
    """
    sites = sites_of(module)
    found = [spread(module, site) for site in sites.find(ast.UnaryOp) if is_negation(site.node)]
    for site in sites.find(ast.BoolOp):
        if isinstance(site.node, ast.BoolOp) and all(map(is_negative, site.node.values)):
            found.append(gathered(module, site, site.node))
    yield from (edit for edit in found if edit is not None)


def propose_inversions(module: Module) -> Iterator[Edit]:
    """Turn a condition into its opposite and let if and else change places.

    Before:
        if not (a or b):  # both
            one()  # first
        else:
            # otherwise
            two()
    After:
        if a or b:  # both
            # otherwise
            two()
        else:
            one()  # first

    Before:
        if a: x = 1
        elif b is None: x = 2
        else: x = 3
    After:
        if a: x = 1
        elif b is not None: x = 3
        else: x = 2

    Untouched:
        if a: pass
        elif a == 2: pass
    """
    for branch in branches(module):
        if branch.node.orelse:
            yield from _edit(module, "invert_if", branch.node, inverted(module, branch))


def propose_splits(module: Module) -> Iterator[Edit]:
    """Split an if without an else into two, the second inside the first.

    Before:
        if (a or b) and c is not d:  # all
            f(1,
              2)
    After:
        if (a or b):
            if c is not d:  # all
                f(1,
                  2)

    Before:
        if(a and b): f()
    After:
        if a:
            if b: f()

    Untouched:
        if a and b: f()
        else: g()
    """
    for branch in branches(module):
        test = branch.node.test
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for index in range(1, len(test.values)):
                pieces = split(module, branch, index)
                yield from _edit(module, "split_condition", branch.node, pieces)


def propose_merges(module: Module) -> Iterator[Edit]:
    """Merge an if that holds nothing but another if with it, where neither has an else.

    Before:
        if a or b:
            if c:  # both
                f()
    After:
        if (a or b) and c:  # both
            f()

    Untouched:
        if a:
            if b: f()
        else: g()
    """
    for branch in branches(module):
        pieces = merged_tests(module, branch)
        yield from _edit(module, "merge_conditions", branch.node, pieces)


def propose_nestings(module: Module) -> Iterator[Edit]:
    """Put what follows a guard inside an if, at the end of a function or loop.

    Before:
        def f(a):
            if a is None: return

            # now
            for b in a:
                if b:
                    continue
                g(b)
    After:
        def f(a):
            if a is not None:
                # now
                for b in a:
                    if b:
                        continue
                    g(b)
    After:
        def f(a):
            if a is None: return

            # now
            for b in a:
                if not b:
                    g(b)

    Untouched:
        def f(a):
            if a: return 1
            g(a)
    """
    for branch, rest in guards(module):
        pieces = nested(module, branch, rest)
        yield from _edit(module, "nest_conditional", branch.node, pieces)


def propose_unnestings(module: Module) -> Iterator[Edit]:
    """Make a guard of an if that ends a function or loop.

    Before:
        def f(a):
            if a:  # why
                b = g(a)
                h(b)
    After:
        def f(a):
            if not a:  # why
                return
            b = g(a)
            h(b)

    Untouched:
        def f(a):
            if a:
                g(a)
            else:
                h(a)
    """
    for branch, jump in endings(module):
        pieces = unnested(module, branch, jump)
        yield from _edit(module, "unnest_conditional", branch.node, pieces)


def propose_ternaries(module: Module) -> Iterator[Edit]:
    """Make one conditional expression of an if that chooses what is assigned or returned.

    Before:
        def f(a):
            if a or b:
                x = 1, 2
            else:
                x = a
            if x: return x
            return None
    After:
        def f(a):
            x = (1, 2) if a or b else a
            if x: return x
            return None
    After:
        def f(a):
            if a or b:
                x = 1, 2
            else:
                x = a
            return x if x else None

    Untouched:
        if a: x = 1
        else: y = 2
    """
    for block in blocks(module):
        for index, statement in enumerate(block.body):
            if isinstance(statement, ast.If) and not block.frozen:
                piece = as_expression(module, block, index)
                yield from _edit(module, "if_to_ternary", statement, piece and [piece])


def propose_choices(module: Module) -> Iterator[Edit]:
    """Make an if of a conditional expression that is assigned or returned.

    Before:
        def f(a):
            x[0] = y = (a if a > 0 else 0)
            return lambda: x if y else x
    After:
        def f(a):
            if a > 0:
                x[0] = y = a
            else:
                x[0] = y = 0
            return lambda: x if y else x

    Before:
        def f(a):
            return a if a else 0  # none
    After:
        def f(a):
            if a:
                return a
            return 0  # none

    Untouched:
        x += 1 if y else 2
    """
    for site in sites_of(module).find(ast.Assign, ast.Return):
        if isinstance(getattr(site.node, "value", None), ast.IfExp):
            piece = as_statements(module, site.node)
            yield from _edit(module, "ternary_to_if", site.node, piece and [piece])


def _edit(
    module: Module, name: str, node: ast.AST, pieces: Sequence[Piece] | None
) -> Iterator[Edit]:
    """Yield the edit that these pieces make, none where there are none."""
    if pieces:
        yield build_edit(module, name, Change(sites_of(module).of[node], pieces, {}, ""))


OPERATORS = tuple(
    Operator(name, Kind.REFACTOR, propose, others=others)
    for name, propose, others in (
        ("apply_de_morgan", propose_de_morgan, ()),
        ("invert_if", propose_inversions, (("BugLab", "IfElseSwap"),)),
        ("split_condition", propose_splits, ()),
        ("merge_conditions", propose_merges, ()),
        ("nest_conditional", propose_nestings, ()),
        ("unnest_conditional", propose_unnestings, ()),
        ("if_to_ternary", propose_ternaries, ()),
        ("ternary_to_if", propose_choices, ()),
    )
)
