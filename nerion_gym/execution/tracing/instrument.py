"""A file's code with taps: what it does stays the same, step by step.

A tap before an expression is `tap(hole, ...) or expression`: names are read once more than before,
and the tap gives None. Where a part may run code, the tap goes around the last of these parts,
which it gives back: `first + tap(first, last())`; where nothing but the truth of the part is asked,
`tap(True) if part else tap(False)` (`truth`). Nothing is evaluated twice, in another order or
in another frame, and no name is bound. A tap is a constant of the code: no look-up can miss it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.entries import EntryTaps
from nerion_gym.execution.tracing.marks import MARK
from nerion_gym.execution.tracing.truth import Asked, asked, jumps
from nerion_gym.execution.tracing.variables import DIRECT
from nerion_gym.syntax.parsing import quietly
from nerion_gym.syntax.trees import twin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType

    from nerion_gym.execution.tracing.entries import Entry
    from nerion_gym.execution.tracing.sites import Site
    from nerion_gym.syntax.module import Module


class Tap(NamedTuple):
    """One call of a site.

    Attributes:
        site: its number.
        method: of `taps.Site`.
        arguments: constants that come first.
        holes: what follows them; None stands for the node that the tap is put around.
    """

    site: int
    method: str
    arguments: tuple[int, ...]
    holes: tuple[ast.expr | None, ...]


def instrumented(module: Module, sites: Sequence[Site], entries: Sequence[Entry] = ()) -> CodeType:
    """Return a file's code with taps; their constants are still texts, see `taps.bound`.

    Args:
        module: the file.
        sites: expressions with taps; their numbers come first.
        entries: functions with taps of their own.

    Raises:
        SyntaxError: the file does not compile.
    """
    before: dict[ast.AST, list[Tap]] = defaultdict(list)
    around: dict[ast.AST, list[Tap]] = defaultdict(list)
    for number, site in enumerate(sites):
        _place(number, site, before, around)
    whole = EntryTaps(entries, len(sites))
    tree = _Tapping(before, around, whole, module.walk.parents).visit(module.tree)
    with quietly():
        return compile(tree, module.path, "exec", dont_inherit=True, optimize=0)


def _place(
    number: int, site: Site, before: dict[ast.AST, list[Tap]], around: dict[ast.AST, list[Tap]]
) -> None:
    """Decide where the taps of a site go.

    A variable that code may bind anew is stored when it is read, if it is read before code that
    comes before the tap that takes all.
    """
    holes, risky = site.holes.nodes, site.holes.risky
    given_too = [ast.Name(name, ast.Load()) for name, where in site.holes.extras if where == DIRECT]
    if site.lazy:
        for place, hole in enumerate(holes):
            around[hole].append(Tap(number, "part", (place,), (None,)))
        around[site.node].append(Tap(number, "end", (), (None,)))
        return
    if not risky:
        before[site.node].append(Tap(number, "before", (), (*holes, *given_too)))
        return
    *earlier, last = risky
    stored = sorted(
        {*earlier, *(place for place in site.holes.loose if place < max(earlier, default=0))}
    )
    for place in stored:
        around[holes[place]].append(Tap(number, "store", (place,), (None,)))
    given = [place for place in range(len(holes)) if place not in stored]
    values = (*(None if place == last else holes[place] for place in given), *given_too)
    if stored:
        mask = sum(1 << place for place in stored)
        around[holes[last]].append(Tap(number, "last_of", (given.index(last), mask), values))
    else:
        around[holes[last]].append(Tap(number, "last", (last,), values))


class _Tapping(ast.NodeTransformer):
    """Copies a tree with taps; never changes the one it reads."""

    def __init__(
        self,
        before: dict[ast.AST, list[Tap]],
        around: dict[ast.AST, list[Tap]],
        whole: EntryTaps,
        parents: Mapping[ast.AST, ast.AST | None],
    ) -> None:
        self._before, self._around, self._whole = before, around, whole
        self._parents = parents

    def visit(self, node: ast.AST) -> Any:
        """Return a node's copy, with the taps that belong to it."""
        if isinstance(node, ast.expr_context | ast.operator | ast.cmpop | ast.boolop | ast.unaryop):
            return node
        copy = type(node).__new__(type(node))
        for name, value in node.__dict__.items():
            setattr(copy, name, list(value) if isinstance(value, list) else value)
        found: Any = self.generic_visit(copy)
        for tap in self._before.get(node, ()):
            call = _call(tap, node, None)
            if isinstance(node, ast.stmt):
                found = [
                    _at(node, ast.Expr(call)),
                    *(found if isinstance(found, list) else [found]),
                ]
            else:
                found = _at(node, ast.BoolOp(ast.Or(), [call, found]))
        taps = self._around.get(node, ())
        jumping = bool(taps) and jumps(node) and asked(self._parents, node) is Asked.TRUTH
        for tap in taps:
            found = _of_truth(tap, node, found) if jumping else _call(tap, node, found)
            jumping = False  # what comes out of the first is the truth itself
        return self._whole.put(node, found)


def _call(tap: Tap, node: ast.AST, inner: ast.expr | None) -> ast.expr:
    """Return the call of a tap, at a node's place."""
    constants = [_at(node, ast.Constant(number)) for number in tap.arguments]
    holes: list[Any] = [inner if hole is None else _at(node, twin(hole)) for hole in tap.holes]
    mark = _at(node, ast.Constant(f"{MARK} {tap.site} {tap.method}"))
    return _at(node, ast.Call(mark, [*constants, *holes], []))


def _of_truth(tap: Tap, node: ast.AST, inner: ast.expr) -> ast.expr:
    """Return the call of a tap that is given the truth of what is inside, asked by a jump."""
    yes, no = (_call(tap, node, _at(node, ast.Constant(truth))) for truth in (True, False))
    return _at(node, ast.IfExp(inner, yes, no))


def _at(node: Any, made: Any) -> Any:
    return ast.copy_location(made, node)
