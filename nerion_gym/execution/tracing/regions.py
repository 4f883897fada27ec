"""How far outward an expression is looked through, and what its statement does with the value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.brackets import can_be_tapped
from nerion_gym.execution.tracing.parts import RULES, IsBuiltin
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module

ASSIGNED, RETURNED, BRANCH, ARGUMENT, OTHER = (
    *("assigned", "returned", "branch", "argument", "other"),
)
TESTED = (ast.If, ast.While, ast.Assert, ast.IfExp)
"""What takes one way or another by the truth of its `test`."""
MOST_NODES = 48
"""Nodes of a region; of a longer expression only parts are one, as all edits look at all of it."""
BY_OPERATOR = {
    "remove_assignment": ASSIGNED,
    "remove_return": RETURNED,
    **dict.fromkeys(("remove_condition", "remove_else", "swap_branches", "remove_loop"), BRANCH),
    **dict.fromkeys(("indent_statement", "dedent_statement"), BRANCH),
}
"""Operators whose contrast (`statements`) says itself what the statement does."""


class Region(NamedTuple):
    """The largest expression around another that is looked through down to it.

    Attributes:
        top: the expression.
        carrier: what carries its value on.
    """

    top: ast.expr
    carrier: str

    @property
    def of_truth(self) -> bool:
        """Whether nothing but its truth is carried on."""
        return self.carrier == BRANCH


class Regions:
    """The regions of a file."""

    def __init__(self, module: Module, is_builtin: IsBuiltin) -> None:
        self._parents = module.walk.parents
        self._is_builtin = is_builtin
        self._known: dict[ast.expr, Region] = {}
        self._short: dict[ast.expr, bool] = {}

    def around(self, node: ast.expr) -> Region:
        """Return the region of an expression."""
        passed: list[ast.expr] = []
        found: Region | None = None
        while found is None:
            found = self._known.get(node)
            passed.append(node)
            outer = None if found is not None else self._outer(node)
            if found is None and outer is None:
                found = Region(node, self._carrier(node))
            node = outer or node
        self._known.update(dict.fromkeys(passed, found))
        return found

    def _outer(self, node: ast.expr) -> ast.expr | None:
        """Return the next expression outward that is looked through down to this one."""
        inner: ast.AST = node
        while True:
            outer = self._parents.get(inner)
            if not isinstance(outer, ast.expr) or not self._is_through(outer, inner):
                return None
            if not self._is_short(outer):
                return None
            if can_be_tapped(outer):
                return outer
            inner = outer

    def _is_short(self, node: ast.expr) -> bool:
        if node not in self._short:
            self._short[node] = len(nodes_in(node)) <= MOST_NODES
        return self._short[node]

    def _is_through(self, outer: ast.expr, inner: ast.AST) -> bool:
        """Whether who looks through one comes to the other."""
        if isinstance(outer, ast.Attribute):
            call = self._parents.get(outer)
            return (
                isinstance(call, ast.Call) and call.func is outer and self._is_through(call, outer)
            )
        rule = RULES.get(type(outer))
        parts = None if rule is None else rule(outer, self._is_builtin)
        fields = [getattr(outer, part.field) for part in parts or ()]
        return any(one is inner or (isinstance(one, list) and inner in one) for one in fields)

    def _carrier(self, top: ast.expr) -> str:
        """Return what carries the value of an expression on that nothing looks through."""
        outer = self._parents.get(top)
        if isinstance(outer, ast.Return):
            return RETURNED
        if isinstance(outer, ast.Assign | ast.AnnAssign):
            return ASSIGNED
        if isinstance(outer, TESTED) and outer.test is top:
            return BRANCH
        if isinstance(outer, ast.comprehension) and top in outer.ifs:
            return BRANCH
        is_given = isinstance(outer, ast.keyword) or (
            isinstance(outer, ast.Call) and outer.func is not top
        )
        return ARGUMENT if is_given else OTHER
