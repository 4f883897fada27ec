"""Guards: nothing is caught, nothing is entered and closed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.operator import Operator
from nerion_gym.edits.sites import sites_of
from nerion_gym.edits.statements import (
    indentation,
    line_end,
    may_go,
    structural,
    unwrapped,
)
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

TRIES = (ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
WITHS = (ast.With, ast.AsyncWith)


def propose_missing_tries(module: Module) -> Iterator[Edit]:
    """Remove a `try`: what it guards, and what it does anyway, stays.

    Before:
        def f(x):
            try:
                y = g(x)
            except ValueError:  # bad
                return None
            else: h(y)
            finally:
                # at last
                x.close()
            return y
    After:
        def f(x):
            y = g(x)
            h(y)
            x.close()
            return y

    Untouched:
        def f(x):
            try:
                return '''
                moved'''
            except ValueError: pass
    """
    for site in sites_of(module).find(*TRIES):
        node = site.node
        if not isinstance(node, TRIES):
            continue
        piece = unwrapped(module, node, [node.body, node.orelse, node.finalbody])
        gone = all(may_go(module, *module.table.offsets(handler)) for handler in node.handlers)
        if piece is not None and gone:
            yield structural(module, "remove_try", node, [piece])


def propose_missing_withs(module: Module) -> Iterator[Edit]:
    """Remove a `with`: nothing is entered, nothing closed; a name is plainly assigned.

    Before:
        with lock, open(path) as file:  # safely
            read(file)
        with lock: g()
    After:
        file = open(path)
        read(file)
        with lock: g()
    After:
        with lock, open(path) as file:  # safely
            read(file)
        g()

    Untouched:
        lock.acquire()
    """
    for site in sites_of(module).find(*WITHS):
        node = site.node
        if not isinstance(node, WITHS):
            continue
        piece = unwrapped(module, node, [node.body])
        if piece is None:
            continue
        depth = indentation(module, node)
        entered = [
            _plainly(module, item) + line_end(module) + depth
            for item in node.items
            if item.optional_vars is not None
        ]
        piece = piece._replace(text=b"".join([*entered, piece.text]))
        yield structural(module, "remove_with", node, [piece])


def _plainly(module: Module, item: ast.withitem) -> bytes:
    """Return `with value as target` as an assignment."""
    value = module.text(item.context_expr)
    loose = isinstance(item.context_expr, ast.NamedExpr)
    bracketed = b"(" + value + b")" if loose or b"\n" in value or b"\r" in value else value
    target = item.optional_vars
    return bracketed if target is None else module.text(target) + b" = " + bracketed


OPERATORS = (
    Operator(
        "remove_try",
        Kind.MUTATION,
        propose_missing_tries,
        aliases=("REMOVE_TRY",),
        others=(("SWE-smith", "func_pm_remove_wrapper"),),
    ),
    Operator(
        "remove_with",
        Kind.MUTATION,
        propose_missing_withs,
        aliases=("REMOVE_WITH",),
        others=(("SWE-smith", "func_pm_remove_wrapper"),),
    ),
)
