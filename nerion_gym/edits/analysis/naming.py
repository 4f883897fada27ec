"""A new name for a variable: read off the old one, and back again."""

from __future__ import annotations

import builtins
import keyword
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SUFFIX = "_local"
RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self", "cls"})


def new_name(old: str, taken: Collection[str]) -> str:
    """Return the first free name for a variable.

    `rate` becomes `rate_local`, and `rate_local` becomes `rate` again where that is free, so that
    renaming twice is undoing. A taken name gets a number: `rate_local_2`.

    Args:
        old: the present name.
        taken: names that mean something already where the variable is visible.

    Raises:
        ValueError: no name made of the old one would do; ask `may_be_renamed`.
    """
    if not may_be_renamed(old):
        msg = f"no name can be made of {old!r}; expected one that is not private to Python"
        raise ValueError(msg)
    return next(
        name for name in _candidates(old) if name != old and name not in taken and _is_usable(name)
    )


def may_be_renamed(name: str) -> bool:
    """Whether names can be made of a name: not of `__x`, which classes mangle, nor of `_`."""
    return _is_usable(f"{base_name(name)}{SUFFIX}")


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a wanted name, with a number where it is taken: `total`, then `total_2`.

    Args:
        wanted: what the name should be; a word that Python or its readers know gets a number too.
        taken: names that mean something already where the new one will be visible.
    """
    numbered = (f"{wanted}_{number}" for number in count(2))
    return next(
        name for name in chain([wanted], numbered) if name not in taken and _is_usable(name)
    )


def part_name(function: str) -> str:
    """Return the name of a part of a function."""
    return f"_{function.strip('_') or 'inner'}_part"


def _candidates(old: str) -> Iterator[str]:
    stem = base_name(old)
    numbered = (f"{stem}{SUFFIX}_{number}" for number in count(2))
    return chain([stem] if stem != old else [], [f"{stem}{SUFFIX}"], numbered)


def base_name(name: str) -> str:
    """Return a name without the ending that renaming gave it."""
    stem, ending, number = name.rpartition(SUFFIX)
    renamed = ending and (not number or (number.startswith("_") and number[1:].isdigit()))
    return stem if renamed and stem.strip("_") else name


def _is_usable(name: str) -> bool:
    return name.isidentifier() and name not in RESERVED and not name.startswith("__")
