"""Regular expressions that a suite compiles: compiled once, ahead of the children.

`re` remembers what it compiled, so a fresh process compiles a suite's expressions again in every
run: for a package that lives on them it is a third of a step. What is in that memory ahead of time
cannot be told from what got there a moment ago.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 256
"""Half of what `re` remembers: the rest is the program's."""
NEVER = re.DEBUG | re.LOCALE
"""Flags of what is not remembered, or depends on more than the expression."""
_memory: dict[Any, Any] = getattr(re, "_cache", {})


def known() -> set[Any]:
    """Return what `re` remembers now."""
    return set(_memory)


def compiled_since(before: set[Any]) -> list[tuple[str, int]]:
    """Return the expressions, with flags, that were compiled since, as far as still remembered."""
    found = []
    for key, compiled in list(_memory.items()):
        kind, pattern, flags = key
        if key not in before and kind is str and not compiled.flags & NEVER:
            found.append((pattern, int(flags)))
    return found[-MOST:]


def compile_ahead(expressions: Iterable[tuple[str, int]]) -> None:
    """Let `re` remember expressions. One that makes it warn must go on warning each time."""
    for pattern, flags in expressions:
        before = known()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            re.compile(pattern, flags)
        if caught:
            for key in known() - before:
                del _memory[key]
