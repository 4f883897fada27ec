"""Why no tap tells of an edit, in a few words: by what it does to which sort of statement."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.contrasts import statements_by_place
from nerion_gym.execution.tracing.shuffles import SHUFFLE, why_shuffled

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SEVERAL = "it changes more than one expression"
OUT_OF_BLOCK, INTO_BLOCK = "it moves out of a block", "it moves into a block"
NO_TRY, NO_WITH = "it takes a `try` away", "it takes a `with` away"
NO_METHOD = "it takes a method away"
NO_DECORATOR = "it takes a decorator away"
NO_WRAPPER = "it takes a decorator of Python's own away"
NO_DEFAULT = "it takes a default away that is no literal"
NO_CALL = "a call whose value nobody uses"
NO_CHANGE = "a change of an attribute or an item"
NO_NAMES = "an assignment to several names"
NO_VALUE = "a return of nothing"
NO_STATEMENT = "a statement that is left out"
OWN = frozenset({"property", "staticmethod", "classmethod", "setter", "deleter", "wraps"})


def why_beyond(module: Module, edit: Edit) -> str:
    """Return why an edit is no expression that changes."""
    statement = statements_by_place(module).get((edit.site.start, edit.site.end))
    if edit.operator == SHUFFLE and statement is not None:
        return why_shuffled(module, statement)
    if edit.operator == "remove_decorator":
        return NO_WRAPPER if _is_own(module, edit) else NO_DECORATOR
    if edit.operator in SAID:
        return SAID[edit.operator]
    if edit.operator.startswith("remove_") and statement is not None:
        return _left_out(statement)
    return SEVERAL


SAID = {
    "indent_statement": INTO_BLOCK,
    "dedent_statement": OUT_OF_BLOCK,
    "remove_try": NO_TRY,
    "remove_with": NO_WITH,
    "remove_method": NO_METHOD,
    "remove_default": NO_DEFAULT,
}
"""Operator -> why."""


def _is_own(module: Module, edit: Edit) -> bool:
    """Whether a decorator is one of Python itself."""
    text = module.source[edit.site.start : edit.site.end].decode().partition("(")[0]
    return text.strip().lstrip("@").rpartition(".")[2].strip() in OWN


def _left_out(statement: ast.stmt) -> str:
    """Return what a statement is that the edit takes away."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return NO_CALL
    if isinstance(statement, ast.Return):
        return NO_VALUE
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
        return NO_CHANGE
    return NO_NAMES if isinstance(statement, ast.Assign) else NO_STATEMENT
