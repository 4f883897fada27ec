"""Returns and their kin: nothing comes back, nothing is raised, a loop ends or goes on."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit, fit
from nerion_gym.edits.rewriting.cutting import may_go, removal, structural
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
RETURN = re.compile(rb"return(?:[ \t\f]|\\(?:\r\n|\r|\n))*")
WORK = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
"""Without one of these, nobody leaves a value standing alone."""
JUMPS: dict[type[ast.AST], bytes] = {ast.Break: b"continue", ast.Continue: b"break"}


def propose_none(module: Module) -> Iterator[Edit]:
    """Return None in place of a value.

    Before:
        def f(x):
            return(x, 1)  # both
    After:
        def f(x):
            return None  # both

    Untouched:
        def f(x):
            if x: return
            return None
        g = lambda x: x
    """
    for site in sites_of(module).find(ast.Return):
        value = site.node.value if isinstance(site.node, ast.Return) else None
        if value is None or not _is_free_to_go(value):
            continue
        start, end = module.table.offsets(value)
        piece = fit(module.source, start, end, b"None")
        yield build_edit(module, "return_none", Change(site, [piece], {}, "None"))


def _is_free_to_go(value: ast.expr) -> bool:
    """Whether the value is not None already and binds no name that others may need."""
    if isinstance(value, ast.Constant) and value.value is None:
        return False
    return not any(isinstance(node, ast.NamedExpr) for node in nodes_in(value))


def propose_missing(module: Module) -> Iterator[Edit]:
    """Forget to return: a value is worked out for nothing, or the statement is missing.

    Before:
        def f(x):
            if x: return
            if x.y: return x  # now
            return(
                g(x))
    After:
        def f(x):
            if x: pass
            if x.y: return x  # now
            return(
                g(x))
    After:
        def f(x):
            if x: return
            if x.y: pass  # now
            return(
                g(x))
    After:
        def f(x):
            if x: return
            if x.y: return x  # now
            (
                g(x))

    Untouched:
        def f(x):
            g(x)
            return None
    """
    for site in sites_of(module).find(ast.Return):
        node = site.node
        if not isinstance(node, ast.Return) or _is_plain_end(node, site):
            continue
        works = any(isinstance(inner, WORK) for inner in nodes_in(node))
        piece = _without_word(module, node) if works else removal(module, node)
        yield structural(module, "remove_return", node, [piece], piece.text.decode())


def _is_plain_end(node: ast.Return, site: Site) -> bool:
    """Whether a function would end here and give None anyway."""
    nothing = node.value is None or (
        isinstance(node.value, ast.Constant) and node.value.value is None
    )
    around = site.parent.node if site.parent is not None else None
    is_last = isinstance(around, FUNCTIONS) and around.body[-1] is node
    return nothing and is_last


def _without_word(module: Module, node: ast.Return) -> Piece:
    start = module.table.offsets(node)[0]
    match = RETURN.match(module.source, start)
    return Piece(start, match.end() if match else start, b"")


def propose_silence(module: Module) -> Iterator[Edit]:
    """Do not raise: an error goes unseen.

    Before:
        def f(x):
            if not x:
                log(x)
                raise ValueError(x)  # bad
            try: g(x)
            except KeyError: raise
    After:
        def f(x):
            if not x:
                log(x)
            try: g(x)
            except KeyError: raise
    After:
        def f(x):
            if not x:
                log(x)
                raise ValueError(x)  # bad
            try: g(x)
            except KeyError: pass

    Untouched:
        def f(x): return x.throw(ValueError)
    """
    for site in sites_of(module).find(ast.Raise):
        node = site.node
        if isinstance(node, ast.Raise) and may_go(module, *module.table.offsets(node)):
            piece = removal(module, node)
            yield structural(module, "remove_raise", node, [piece], piece.text.decode())


def propose_loop_ends(module: Module) -> Iterator[Edit]:
    """Go on with a loop where it was to end, and the other way round.

    Before:
        for x in xs:
            if x: continue  # next
            break
    After:
        for x in xs:
            if x: break  # next
            break
    After:
        for x in xs:
            if x: continue  # next
            continue

    Untouched:
        for x in xs: breaks(x)
    """
    for site in sites_of(module).find(*JUMPS):
        piece = Piece(*module.table.offsets(site.node), JUMPS[type(site.node)])
        yield structural(module, "swap_break_continue", site.node, [piece], piece.text.decode())


OPERATORS = (
    Operator("return_none", Kind.MUTATION, propose_none, aliases=("RETURN_NONE",)),
    Operator("remove_return", Kind.MUTATION, propose_missing, aliases=("REMOVE_RETURN",)),
    Operator("remove_raise", Kind.MUTATION, propose_silence, aliases=("REMOVE_RAISE",)),
    Operator(
        "swap_break_continue",
        Kind.MUTATION,
        propose_loop_ends,
        repairable=True,
        aliases=("SWAP_BREAK_CONTINUE",),
        others=(
            ("cosmic-ray", "ReplaceBreakWithContinue, ReplaceContinueWithBreak"),
            ("mutmut", "operator_keywords"),
        ),
    ),
)
