"""All operators of the package, by name and alias."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nerion_gym.edits.operators import (
    arguments,
    arithmetic,
    blocks,
    bodies,
    boolean,
    callees,
    calls,
    comparison,
    conditions,
    constants,
    defaults,
    definitions,
    extraction,
    functions,
    guards,
    inlining,
    literals,
    loops,
    names,
    notation,
    operands,
    placement,
    rename,
    renaming,
    returns,
    statements,
    structure,
    tidying,
)
from nerion_gym.errors import UnknownOperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.edits.operator import Operator

FAMILIES = (
    rename,
    renaming,
    arithmetic,
    operands,
    comparison,
    boolean,
    literals,
    constants,
    calls,
    names,
    returns,
    statements,
    blocks,
    definitions,
    conditions,
    notation,
    extraction,
    inlining,
    loops,
    tidying,
    functions,
    structure,
    defaults,
    guards,
    bodies,
    arguments,
    placement,
    callees,
)
OPERATORS: tuple[Operator, ...] = tuple(
    sorted((row for family in FAMILIES for row in family.OPERATORS), key=lambda row: row.id)
)
"""Every operator, by id."""
_BY_NAME = {name: row for row in OPERATORS for name in (row.name, row.name.upper(), *row.aliases)}


def operator(name: str) -> Operator:
    """Return the operator of a canonical name or alias.

    Raises:
        UnknownOperatorError: there is none (names the nearest).
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name.lower(), _BY_NAME, n=3, cutoff=0.4)
    known = ", ".join(near or (row.name for row in OPERATORS))
    hint = f"did you mean {known}?" if near else f"expected one of {known}"
    msg = f"unknown operator {name!r}; {hint}"
    raise UnknownOperatorError(msg)


def resolve(names: Iterable[str]) -> tuple[Operator, ...]:
    """Return operators by name or alias, each once, in the order of their ids.

    Raises:
        UnknownOperatorError: a name means no operator.
    """
    return tuple(sorted({operator(name) for name in names}, key=lambda row: row.id))
