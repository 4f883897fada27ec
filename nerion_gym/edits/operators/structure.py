"""Structure: cases and methods that are gone or elsewhere."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import BLANK, REST_OF_LINE, extent, own_lines
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit
from nerion_gym.syntax.scopes import Mode
from nerion_gym.syntax.trees import same_tree
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def propose_without_case(module: Module) -> Iterator[Edit]:
    """Drop one case of several.

    Before:
        match command:
            case "go": walk()  # slowly
            # all else
            case _:
                stand()
    After:
        match command:
            # all else
            case _:
                stand()
    After:
        match command:
            case "go": walk()  # slowly
            # all else

    Untouched:
        match command:
            case "go": walk()
    """
    sites = sites_of(module)
    for site in sites.find(ast.Match):
        cases = site.node.cases if isinstance(site.node, ast.Match) else []
        for case in cases if len(cases) > 1 else ():
            lines = _lines_of_case(module, case)
            if lines is not None and not _gives_nonlocal(module, *lines):
                change = Change(sites.of[case.pattern], [Piece(*lines, b"")], {}, "")
                yield build_edit(module, "drop_case", change)


def _lines_of_case(module: Module, case: ast.match_case) -> tuple[int, int] | None:
    """Return the [start, end) of the whole lines of a case; None where others stand on them."""
    pattern, _ = module.table.offsets(case.pattern)
    start = module.source.rindex(b"case", 0, pattern)
    line = module.table.starts[module.table.line_of(start) - 1]
    rest = REST_OF_LINE.match(module.source, module.table.offsets(case.body[-1])[1])
    if rest is None or not BLANK.match(module.source[line:start]):
        return None
    return line, rest.end()


def _gives_nonlocal(module: Module, start: int, end: int) -> bool:
    """Whether an inner function declares a name nonlocal that is written between these bytes."""
    return any(
        any(access.mode is Mode.DECLARE for access in binding.accesses)
        and any(start <= module.table.offsets(write.node)[0] < end for write in binding.writes)
        for binding in module.scopes.bindings
        if len(binding.accesses) > 1
    )


def propose_method_shuffles(module: Module) -> Iterator[Edit]:
    """Exchange two methods that follow each other: the later of two with one name counts.

    Before:
        class A:
            def f(self): return 1

            @property  # of old
            def g(self):
                return 2
    After:
        class A:
            @property  # of old
            def g(self):
                return 2

            def f(self): return 1

    Untouched:
        class A:
            def f(self): return 1
            x = 2
            def g(self): return 3
    """
    sites = sites_of(module)
    for site in sites.find(ast.ClassDef):
        for first, second in pairwise(getattr(site.node, "body", ())):
            if isinstance(first, FUNCTIONS) and isinstance(second, FUNCTIONS):
                yield from _exchanged(module, first, second)


def _exchanged(
    module: Module,
    first: ast.FunctionDef | ast.AsyncFunctionDef,
    second: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[Edit]:
    if own_lines(module, first) is None or own_lines(module, second) is None:
        return
    if same_tree(first, second):
        return
    one, two = extent(module, first), extent(module, second)
    pieces = [
        Piece(*one, module.source[two[0] : two[1]]),
        Piece(*two, module.source[one[0] : one[1]]),
    ]
    change = Change(sites_of(module).of[first], pieces, {}, second.name)
    yield build_edit(module, "shuffle_methods", change)


OPERATORS = (
    Operator(
        "drop_case", Kind.MUTATION, propose_without_case, others=(("mutmut", "operator_match"),)
    ),
    Operator(
        "shuffle_methods",
        Kind.MUTATION,
        propose_method_shuffles,
        repairable=True,
        others=(("SWE-smith", "func_pm_class_shuffle_funcs"),),
    ),
)
