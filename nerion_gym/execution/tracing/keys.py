"""What values share of which all edits of a site make the same: what is known need not be redone.

Nothing here runs the program's code: classes are told apart by identity, as even to hash a class
may be up to its metaclass.
"""

from __future__ import annotations

from typing import Any

from .classes import is_inert
from .values import ATOM_IDS, KEPT, LACKED, MISSING, Absent, Opaque, Values

MOST_LISTED = 16
"""Items of a collection whose values are part of a key."""
TRUE, FALSE = (True,), (False,)
MISSED, LACKING, ATTRIBUTELESS = ("missing",), ("absent",), ("lacked",)
UNFIT: list[Any] = []
"""Stands for what has no key."""
COLLECTIONS = {id(kind): kind.__name__ for kind in (list, tuple, dict, set, frozenset)}


def key_of(values: Values, *, asking: bool = False) -> tuple[Any, ...] | None:
    """Return a key of values; None: there is no such thing.

    Texts and numbers stand for themselves, not for their hash: -1 and -2 have the same one. Of an
    object nothing counts but which of the others it is: where an operator works on it nothing is
    known, and anywhere else it is only passed on. Equal lists are two: which of them are one
    counts. `asking`: whether the truth of some, or their items, count too.
    """
    if is_own_key(values):
        return values
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
            part = _other(value, id(kind), values, asking)
            if part is UNFIT:
                return None
            parts.append(part)
    return tuple(parts)


def is_own_key(values: Values) -> bool:
    """Whether values are their own key: told at a third of the time that `key_of` takes."""
    for value in values:
        kind = type(value)
        if kind is str:
            if len(value) > KEPT:
                return False
        elif kind is not int and value is not None:
            return False
    return True


def _other(value: Any, kind: int, values: Values, asking: bool) -> Any:
    """Return the part of a key that is neither a text nor a whole number."""
    if kind in ATOM_IDS:
        return _atom(value)
    if kind in COLLECTIONS:
        return _collected(value, kind, values)
    if value is MISSING or value is LACKED:
        return MISSED if value is MISSING else ATTRIBUTELESS
    if type(value) is Absent:
        return LACKING
    return _sort_of(value, asking), _place(value, values)


def _sort_of(value: Any, asking: bool) -> str:
    """Return what is known of an object whose items or truth are asked for."""
    if type(value) is Opaque:
        return "true" if value.inert else "opaque"
    return "inert" if asking and is_inert(value) else "object"


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
    """Return the part of a short collection of texts and numbers, in the order that it has."""
    if len(value) > MOST_LISTED:
        return UNFIT
    items = [*value, *value.values()] if kind == DICT else list(value)
    head = COLLECTIONS[kind], _place(value, values)
    if any([type(item) is str and len(item) > KEPT for item in items]):
        return UNFIT
    if SIMPLE.issuperset(map(id, map(type, items))):
        return (*head, *items)
    if not WITH_TRUTH.issuperset(map(id, map(type, items))):
        return UNFIT
    marked = [(TRUE if item else FALSE) if type(item) is bool else item for item in items]
    return (*head, *marked)


DICT = id(dict)
SIMPLE = frozenset(map(id, (str, int, type(None))))
WITH_TRUTH = SIMPLE | {id(bool)}
