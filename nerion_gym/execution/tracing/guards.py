"""Operators that edited expressions use in the place of the usual ones: nothing gets too big.

Runs in the traced process, on builtin values alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import BIGGEST, MOST_BITS, MOST_ITEMS, SIZED, UnknownError, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable


def sought(one: Any, among: Any) -> bool:
    """Return whether something is in a text or a collection; in lists all items are compared."""
    if (type(among) is list or type(among) is tuple) and not is_plain(among):
        raise UnknownError
    return one in among


def multiplied(one: Any, two: Any) -> Any:
    """Return a product that is no giant."""
    for left, right in ((one, two), (two, one)):
        repeats = isinstance(right, int) and type(left) in SIZED
        if repeats and len(left) * abs(right) > BIGGEST:
            raise UnknownError
    return one * two


def raised(one: Any, two: Any) -> Any:
    """Return a power that is no giant."""
    if (
        isinstance(one, int)
        and isinstance(two, int)
        and one.bit_length() * abs(two) > MOST_BITS * 8
    ):
        raise UnknownError
    return one**two


def shifted(one: Any, two: Any) -> Any:
    """Return a number shifted to the left, but not far."""
    if isinstance(two, int) and two > MOST_BITS:
        raise UnknownError
    return one << two


def rest(one: Any, two: Any) -> Any:
    """Return what a division leaves, or a short text with values put in."""
    if isinstance(one, str | bytes) and len(one) > MOST_ITEMS * 16:
        raise UnknownError
    return one % two


HELPERS: dict[str, Callable[..., Any]] = {
    "_in": sought, "_mul": multiplied, "_pow": raised, "_shl": shifted, "_mod": rest,
}  # fmt: skip
