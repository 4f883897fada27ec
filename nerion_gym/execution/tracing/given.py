"""What a parameter is that got its default, and what an edit of the default makes of it.

Runs in the traced process; nothing here calls the program's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import ATOM_IDS, FROZEN_IDS, UnknownError

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


GIVEN: dict[str, Callable[..., Any]] = {"_defaulted": defaulted, "_required": required}
