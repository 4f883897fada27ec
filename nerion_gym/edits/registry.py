"""All operators of the package, by name and alias."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nerion_gym.edits.operators import (
    arithmetic,
    boolean,
    comparison,
    literals,
    loops,
    rename,
    returns,
    structure,
    tidying,
)
from nerion_gym.errors import UnknownOperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.edits.operator import Operator

FAMILIES = (rename, arithmetic, comparison, boolean, literals, returns, structure, loops, tidying)
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
