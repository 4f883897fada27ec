"""What taking away or turning a statement changes, said as an expression that changes.

A removed assignment leaves the old value; a removed `if` is the same where its test was false. What
runs the program's code in one of the two alone is never said to be the same (`forms`).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.parts import length_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.types.edit import Edit


class Unchanged(NamedTuple):
    """Nothing that is evaluated differs.

    Attributes:
        doubt: what may tell all the same, if anything looks at signatures or frames; "" if not.
    """

    doubt: str = ""


class Unguarded(NamedTuple):
    """Handlers that are taken away; nothing differs as long as none is come to."""

    gone: tuple[ast.ExceptHandler, ...]


class Contrast(NamedTuple):
    """An expression and what an edit makes of it.

    Attributes:
        node: where the program evaluates it: an expression of the file's tree, or a statement
            before which it may as well be evaluated.
        before: the expression, made of nodes of the tree.
        after: what stands there in the edited file.
        kept: the target of an assignment that the edit takes away: `after` is what it holds.
        gone: statements that the edit takes away.
        unsure: whether the rest of the statement may differ where this does not.
    """

    node: ast.expr | ast.stmt
    before: ast.expr
    after: ast.expr
    kept: ast.Name | None = None
    gone: tuple[ast.stmt, ...] = ()
    unsure: bool = False


TRUE, FALSE = ast.Constant(True), ast.Constant(False)


def _denied(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _always(statement: ast.stmt, _edit: Edit) -> Contrast:
    return Contrast(statement, TRUE, FALSE)


def _returned(statement: ast.stmt, _edit: Edit) -> Contrast | None:
    """To return nothing at the end of a function is what happens anyway."""
    value = getattr(statement, "value", None)
    empty = value is None or (isinstance(value, ast.Constant) and value.value is None)
    return None if empty else Contrast(statement, TRUE, FALSE)


def given_by(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """Return the only name that a statement assigns to, and what it is given.

    What `+=` does to a list in place, this does not: see `both_given`.
    """
    target: ast.expr
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        if len(statement.targets) > 1:
            return None
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        target = statement.target
    else:
        return None
    if not isinstance(target, ast.Name) or statement.value is None:
        return None
    if isinstance(statement, ast.AugAssign):
        old = ast.Name(target.id, ast.Load())
        return target.id, ast.BinOp(old, statement.op, statement.value)
    return target.id, statement.value


def both_given(
    before: ast.stmt, after: ast.stmt
) -> tuple[tuple[str, ast.expr], tuple[str, ast.expr]] | None:
    """Return what two statements give a name.

    Where one changes a value in place and the other makes one, both are put in a tuple: of objects
    that can be changed, equal ones inside of others are never taken for the same.
    """
    given, made = given_by(before), given_by(after)
    if given is None or made is None:
        return None
    if isinstance(before, ast.AugAssign) != isinstance(after, ast.AugAssign):
        return _held(given), _held(made)
    return given, made


def _held(given: tuple[str, ast.expr]) -> tuple[str, ast.expr]:
    return given[0], ast.Tuple([given[1]], ast.Load())


def _assigned(statement: ast.stmt, _edit: Edit | None = None) -> Contrast | None:
    given = given_by(statement)
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if given is None or not isinstance(targets[0], ast.Name):
        return None
    left = ast.Name(given[0], ast.Load())
    return Contrast(statement.value, given[1], left, targets[0])  # type: ignore[attr-defined]


def left_out(statement: ast.stmt) -> Contrast | None:
    """Return what it changes that an assignment does not run."""
    return _assigned(statement)


def _unconditional(statement: ast.stmt, edit: Edit) -> Contrast | None:
    """An `if` is taken away: what depends on it is done always, or never."""
    if not isinstance(statement, ast.If):
        return None
    test = statement.test
    if any(splice.after.strip() not in (b"", b"pass") for splice in edit.splices):
        return Contrast(test, _denied(test), FALSE)
    if statement.orelse and edit.splices[-1].end >= edit.site.end:
        return Contrast(statement, TRUE, FALSE)
    gone = tuple(statement.body)
    return Contrast(statement.test, _denied(statement.test), TRUE, gone=gone)


def _without_else(statement: ast.stmt, _edit: Edit) -> Contrast | None:
    if not isinstance(statement, ast.If):
        return None
    test = _denied(statement.test)
    never = ast.BoolOp(ast.And(), [test, FALSE])
    return Contrast(statement.test, test, never, gone=tuple(statement.orelse))


def _turned(statement: ast.stmt, _edit: Edit) -> Contrast | None:
    if not isinstance(statement, ast.If):
        return None
    test = _denied(statement.test)
    return Contrast(statement.test, test, _denied(test))


def _unrepeated(statement: ast.stmt, _edit: Edit) -> Contrast | None:
    if isinstance(statement, ast.While) and not statement.orelse:
        gone = tuple(statement.body)
        return Contrast(statement.test, _denied(statement.test), TRUE, gone=gone)
    if isinstance(statement, ast.For) and not statement.orelse:
        length = length_of(statement.iter)
        return Contrast(statement.iter, length, ast.Constant(0), gone=(statement,))
    return None


RULES: dict[str, Callable[[ast.stmt, Edit], Contrast | None]] = {
    "remove_assignment": _assigned,
    "remove_statement": _assigned,
    "remove_return": _returned,
    "remove_raise": _always,
    "swap_break_continue": _always,
    "remove_condition": _unconditional,
    "remove_else": _without_else,
    "swap_branches": _turned,
    "remove_loop": _unrepeated,
}
"""Operator -> what it does to the statement that is its site."""
