"""Which lines decide whether a node counts as covered, and which belong to a function alone.

A region is a statement's own lines (for a compound one its header); the nodes of a function's
head belong to the function: they are covered when its body runs, not when it is defined.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nerion_gym.syntax.outlines import BLOCKS_OF, inner_definitions

if TYPE_CHECKING:
    from collections.abc import Iterable

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
STATEMENTS = frozenset(
    cls
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.stmt | ast.excepthandler | ast.match_case)
)
AT_DEFINITION = ("decorator_list", "returns")
"""Fields of a function that run when it is defined; its defaults and annotations do too."""


Lines = frozenset[int] | range


class Regions:
    """Numbers the regions of a file in the order in which a walk meets them; 0 is none.

    Attributes:
        lines: of each region.
        above: lines of the file before the first line of the text that is being walked.
    """

    def __init__(self) -> None:
        self._heads: dict[ast.AST, int] = {}
        self.lines: list[Lines] = [frozenset()]
        self.above = 0

    def of(self, node: ast.AST) -> int:
        """Return the region of a statement, handler or case."""
        above, lines = self.above, header_lines(node)
        self.lines.append(range(lines.start + above, lines.stop + above) if above else lines)
        if node.__class__ in FUNCTIONS:
            self._heads[node] = len(self.lines) - 1
            self.lines.append(frozenset(line + above for line in own_lines(node)))
        return len(self.lines) - 1

    def outside(self, node: ast.AST, field: str, region: int) -> int:
        """Return the region that a function's child gets: defaults run with the `def` line."""
        head = self._heads.get(node)
        if head is None:
            return region
        at_definition = field in AT_DEFINITION or field.endswith("defaults")
        return head if at_definition else region


def header_lines(node: Any) -> range:
    """Return the lines of a simple statement, or of a compound one up to its body."""
    if not BLOCKS_OF[node.__class__]:  # most statements
        return range(node.lineno, node.end_lineno + 1)
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    pattern = getattr(node, "pattern", node)
    first, last = pattern.lineno, pattern.end_lineno
    if body:
        inner = body[0]
        below = getattr(inner, "pattern", inner)
        at = min([below.lineno, *(d.lineno for d in getattr(below, "decorator_list", ()))])
        last = max(first, at - 1)
    return range(first, last + 1)


def own_lines(function: Any) -> Iterable[int]:
    """Return the lines of a function's body that belong to no function inside it."""
    body = body_lines(function)
    own = set(body)
    pending = list(inner_definitions(function))
    while pending:
        inner = pending.pop()
        pending += inner_definitions(inner)
        if inner.__class__ in FUNCTIONS:
            own.difference_update(body_lines(inner))
    return own or body


def body_lines(function: Any) -> range:
    """Return the lines from the first statement of a function to its last."""
    return range(function.body[0].lineno, function.body[-1].end_lineno + 1)
