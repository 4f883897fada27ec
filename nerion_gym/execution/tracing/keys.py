"""What values share of which all edits of a site make the same: what is known need not be redone.

Nothing here runs the program's code: classes are told apart by identity, as even to hash a class
may be up to its metaclass.
"""

from __future__ import annotations

from typing import Any

from .values import ATOM_IDS, KEPT, MISSING, Absent, Opaque, Values

MOST_LISTED = 8
"""Items of a collection whose values are part of a key."""
TRUE, FALSE = (True,), (False,)
MISSED, LACKING = ("missing",), ("absent",)
UNFIT: list[Any] = []
"""Stands for what has no key."""
COLLECTIONS = {id(list): "list", id(tuple): "tuple", id(dict): "dict"}


def key_of(values: Values) -> tuple[Any, ...] | None:
    """Return a key of values; None: there is no such thing.

    Texts and numbers stand for themselves, not for their hash: -1 and -2 have the same one. Of an
    object nothing counts but which of the others it is: where an operator works on it nothing is
    known, and anywhere else it is only passed on. Equal lists are two: which of them are one
    counts.
    """
    parts: list[Any] = []
    for value in values:
        kind = type(value)
        if kind is str:
            parts.append(value if len(value) <= KEPT else (len(value), hash(value)))
        elif kind is int or value is None:
            parts.append(value)
        elif kind is bool:
            parts.append(TRUE if value else FALSE)
        else:
            part = _other(value, id(kind), values)
            if part is UNFIT:
                return None
            parts.append(part)
    return tuple(parts)


def _other(value: Any, kind: int, values: Values) -> Any:
    """Return the part of a key that is neither a text nor a whole number."""
    if kind in ATOM_IDS:
        return _atom(value)
    if kind in COLLECTIONS:
        return _collected(value, kind, values)
    if value is MISSING:
        return MISSED
    if type(value) is Absent:
        return LACKING
    if kind in SETS:
        return UNFIT
    return "opaque" if type(value) is Opaque else "object", _place(value, values)


SETS = frozenset({id(set), id(frozenset)})


def _place(value: Any, values: Values) -> int:
    """Return which of the values is this very object."""
    place = 0
    for other in values:
        if other is value:
            break
        place += 1
    return place


def _atom(value: Any) -> Any:
    """Return the part of a number with a point or of bytes: 0.0 equals -0.0, nan nothing."""
    if type(value) is bytes:
        return "bytes", value if len(value) <= KEPT else (len(value), hash(value))
    if type(value) is float and value and value == value:  # noqa: PLR0124 - nan is not
        return "float", value
    return UNFIT


def _collected(value: Any, kind: int, values: Values) -> Any:
    """Return the part of a short collection of texts and numbers."""
    if len(value) > MOST_LISTED:
        return UNFIT
    items = [*value, *value.values()] if kind == DICT else value
    parts: list[Any] = [COLLECTIONS[kind], _place(value, values)]
    for item in items:
        inner = type(item)
        if (inner is str and len(item) <= KEPT) or inner is int or item is None:
            parts.append(item)
        elif inner is bool:
            parts.append(TRUE if item else FALSE)
        else:
            return UNFIT
    return tuple(parts)


DICT = id(dict)
