"""Which lines decide whether a node counts as covered, and which belong to a function alone.

A region is a statement's own lines (for a compound one its header); the nodes of a function's
head belong to the function: they are covered when its body runs, not when it is defined.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
STATEMENTS = frozenset(
    cls
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.stmt | ast.excepthandler | ast.match_case)
)
AT_DEFINITION = ("decorator_list", "returns")
"""Fields of a function that run when it is defined; its defaults and annotations do too."""


class Regions:
    """Numbers the regions of a file in the order in which a walk meets them; 0 is none.

    Args:
        module: the parsed file.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._place = {function.node: at for at, function in enumerate(module.functions)}
        self._heads: dict[ast.AST, int] = {}
        self.lines: list[frozenset[int]] = [frozenset()]

    def of(self, node: ast.AST, inherited: int) -> int:
        """Return the region of a node, given its parent's."""
        if node.__class__ not in STATEMENTS:  # nine nodes of ten
            return inherited
        if node.__class__ in FUNCTIONS:
            self._heads[node] = self._new(header_lines(node))
            return self._new(own_lines(self._module, self._place[node]))
        return self._new(header_lines(node))

    def outside(self, node: ast.AST, field: str, region: int) -> int:
        """Return the region that a function's child gets: defaults run with the `def` line."""
        head = self._heads.get(node)
        if head is None:
            return region
        at_definition = field in AT_DEFINITION or field.endswith("defaults")
        return head if at_definition else region

    def _new(self, lines: frozenset[int]) -> int:
        self.lines.append(lines)
        return len(self.lines) - 1


def header_lines(node: Any) -> frozenset[int]:
    """Return the lines of a simple statement, or of a compound one up to its body."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    pattern = getattr(node, "pattern", node)
    first, last = pattern.lineno, pattern.end_lineno
    if body:
        inner = body[0]
        below = getattr(inner, "pattern", inner)
        at = min([below.lineno, *(d.lineno for d in getattr(below, "decorator_list", ()))])
        last = max(first, at - 1)
    return frozenset(range(first, last + 1))


def own_lines(module: Module, place: int) -> frozenset[int]:
    """Return the lines of a function's body that belong to no function inside it.

    Args:
        module: the parsed file.
        place: of the function in `module.functions`, where those inside it follow it.
    """
    function = module.functions[place]
    body = frozenset(module.lines(function.body))
    own = set(body)
    for other in module.functions[place + 1 :]:
        if other.span.start >= function.span.end:
            break
        own.difference_update(module.lines(other.body))
    return frozenset(own) or body
