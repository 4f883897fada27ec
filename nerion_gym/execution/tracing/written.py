"""Forms as the text of functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.execution.tracing.forms import Form, Holes

GUARDED: dict[type[ast.operator], str] = {
    ast.Mult: "_mul", ast.Pow: "_pow", ast.LShift: "_shl", ast.Mod: "_mod",
}  # fmt: skip
"""Operators that can make giants of small values -> what `guards` has in their place."""


def function_text(holes: Holes, form: Form, *, asking: bool = False) -> str:
    """Return the text of a form as a function of all holes and extras.

    `asking`: a parameter gives its value when it is called.
    """
    return f"lambda {parameters(holes)}: {body_text(holes, form, asking=asking)}"


def parameters(holes: Holes) -> str:
    """Return the names of all holes and extras."""
    count = len(holes.nodes) + len(holes.extras)
    return ", ".join([holes.name(number) for number in range(count)])


def body_text(holes: Holes, form: Form, *, asking: bool = False) -> str:
    """Return the text of what the function of a form gives."""
    return ast.unparse(_Written(holes, asking).visit(form.tree))


class _Written(ast.NodeTransformer):
    """A copy of a form with parameters for holes, and guards on what can make giants."""

    def __init__(self, holes: Holes, asking: bool) -> None:
        self._holes, self._asking = holes, asking

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Copy a node."""
        copy = type(node).__new__(type(node))
        for name, value in node.__dict__.items():
            setattr(copy, name, list(value) if isinstance(value, list) else value)
        return super().generic_visit(copy)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Name a hole; any other name is a builtin's."""
        if not node.id.startswith("#"):
            return node
        name = ast.Name(self._holes.name(int(node.id[1:])), ast.Load())
        return ast.Call(name, [], []) if self._asking else name

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Guard a search: in a list it compares with all items."""
        if len(node.ops) > 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
            return self.generic_visit(node)
        sides = [self.visit(node.left), self.visit(node.comparators[0])]
        found = ast.Call(ast.Name("_in", ast.Load()), sides, [])
        return found if isinstance(node.ops[0], ast.In) else ast.UnaryOp(ast.Not(), found)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Guard an operator."""
        left, right = self.visit(node.left), self.visit(node.right)
        guard = GUARDED.get(type(node.op))
        if guard is None:
            return ast.BinOp(left, node.op, right)
        return ast.Call(ast.Name(guard, ast.Load()), [left, right], [])
