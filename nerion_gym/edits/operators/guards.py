"""Guards: nothing is caught, or the wrong thing; nothing is entered and closed."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import indentation, line_end
from nerion_gym.edits.analysis.values import is_builtin
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import may_go, structural, unwrapped
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

TRIES = (ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
WITHS = (ast.With, ast.AsyncWith)
PAIRS = (
    *(("Exception", name) for name in ("ValueError", "TypeError", "KeyError", "OSError")),
    *(("Exception", name) for name in ("RuntimeError", "AttributeError", "BaseException")),
    *(("ValueError", name) for name in ("TypeError", "KeyError", "RuntimeError", "AssertionError")),
    *(("AttributeError", name) for name in ("TypeError", "KeyError", "NameError")),
    *(("LookupError", name) for name in ("KeyError", "IndexError")),
    ("KeyError", "IndexError"),
    *(("OSError", name) for name in ("FileNotFoundError", "PermissionError", "TimeoutError")),
    ("OSError", "ConnectionError"),
    ("FileNotFoundError", "FileExistsError"),
    ("ImportError", "ModuleNotFoundError"),
    ("RuntimeError", "NotImplementedError"),
    ("RuntimeError", "RecursionError"),
    *(("ArithmeticError", name) for name in ("ZeroDivisionError", "OverflowError")),
    *(("UnicodeError", name) for name in ("UnicodeDecodeError", "UnicodeEncodeError")),
    ("UnicodeDecodeError", "UnicodeEncodeError"),
    ("StopIteration", "StopAsyncIteration"),
    ("KeyboardInterrupt", "SystemExit"),
)
"""Builtin exceptions that are taken for each other: bases, siblings, what else is raised."""
NEIGHBOURS: dict[str, list[str]] = {}
for _one, _two in PAIRS:
    NEIGHBOURS.setdefault(_one, []).append(_two)
    NEIGHBOURS.setdefault(_two, []).append(_one)


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
        node: ast.Try = site.node  # type: ignore[assignment]
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


def propose_exceptions(module: Module) -> Iterator[Edit]:
    """Catch or raise another builtin exception: a base, a sibling, one mistaken for it.

    Before:
        try: f(x)
        except (KeyError, OSError): raise IndexError(x) from None
    After:
        try: f(x)
        except (LookupError, OSError): raise IndexError(x) from None
    After:
        try: f(x)
        except (KeyError, FileNotFoundError): raise IndexError(x) from None
    After:
        try: f(x)
        except (KeyError, OSError): raise KeyError(x) from None

    Untouched:
        try: f(KeyError)
        except (Mine, a.ValueError): raise
        NameError = TypeError = KeyError = None
        class Mine(Exception): pass
    """
    for site in sites_of(module).find(ast.ExceptHandler, ast.Raise):
        named = _named(site.node)
        taken = {node.id for node in named}
        if len(taken) < len(named):
            continue
        for node in named:
            if not is_builtin(module, node, *NEIGHBOURS):
                continue
            for other in NEIGHBOURS[node.id]:
                if other not in taken and other not in _bound(module):
                    piece = Piece(*module.table.offsets(node), other.encode())
                    yield structural(module, "change_exception", node, [piece], other)


def _named(node: ast.AST) -> list[ast.Name]:
    """Return the names of exceptions that a handler catches or a statement raises."""
    if isinstance(node, ast.ExceptHandler):
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return [name for name in caught if isinstance(name, ast.Name)]
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return [raised] if isinstance(raised, ast.Name) else []


@lru_cache(maxsize=64)
def _bound(module: Module) -> frozenset[str]:
    """Return every name that a file binds: anywhere here, in other pieces for all to see."""
    here = (name for scope in module.scopes.all for name in scope.bound)
    return module.scopes.bound.union(here)


OPERATORS = (
    Operator(
        "change_exception",
        Kind.MUTATION,
        propose_exceptions,
        repairable=True,
        aliases=("CHANGE_EXCEPTION",),
        others=(("cosmic-ray", "ExceptionReplacer"),),
    ),
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
