"""What forms call that no program does: what became of a default, how long a loop is, `*args`.

Runs in the traced process; nothing here calls the program's code. What values make here hangs on
no more of them than is part of their key (`keys`): of all but exact builtin types nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import ATOM_IDS, COLLECTION_IDS, FROZEN_IDS, MOST_ITEMS, UnknownError

if TYPE_CHECKING:
    from collections.abc import Callable


def is_default(value: Any, default: Any) -> bool:
    """Whether a parameter holds its default, or what nobody would tell from it.

    Args:
        value: of the parameter.
        default: a number, text or constant, or an empty collection.

    Raises:
        UnknownError: it may be the default that was filled in the meantime.
    """
    kind = type(value)
    if kind is not type(default):
        return False
    if id(kind) in ATOM_IDS:
        return bool(value == default)
    if len(value) and id(kind) not in FROZEN_IDS:
        raise UnknownError
    return not len(value)


def defaulted(value: Any, default: Any, other: Any) -> Any:
    """Return what a parameter holds where it has another default."""
    return other if is_default(value, default) else value


def required(value: Any, default: Any) -> Any:
    """Return what a parameter holds where it has no default any more.

    Raises:
        TypeError: nothing; the function is not even called.
    """
    if is_default(value, default):
        raise TypeError
    return value


def length(value: Any) -> int:
    """Return how many items a collection or text has that no loop over it can tell otherwise.

    Raises:
        UnknownError: only to go through it tells.
    """
    kind = type(value)
    if kind is str or kind is bytes or id(kind) in COLLECTION_IDS:
        return len(value)
    raise UnknownError


class Spread(tuple[Any, ...]):
    """Arguments of a call that one expression stands for."""

    __slots__ = ()


def spread(value: Any) -> Spread:
    """Return what `*value` or `**value` gives a call.

    Raises:
        UnknownError: only to go through it tells, which may run code.
    """
    kind = type(value)
    if id(kind) in COLLECTION_IDS and len(value) <= MOST_ITEMS:
        if kind is tuple or kind is list:
            return Spread(value)
        if kind is dict and all(type(name) is str for name in value):
            return Spread(value.items())
    raise UnknownError


def called(*given: Any) -> tuple[Any, ...]:
    """Return what is called, and all that it is given."""
    found: list[Any] = []
    for one in given:
        if type(one) is Spread:
            found += one
        else:
            found.append(one)
    return tuple(found)


GIVEN: dict[str, Callable[..., Any]] = {
    "_defaulted": defaulted, "_required": required,
    "_len": length, "_spread": spread, "_called": called,
}  # fmt: skip
