"""Regular expressions that a suite compiles: compiled once, ahead of the children.

`re` remembers what it compiled, so a fresh process compiles a suite's expressions again in every
run: for a package that lives on them it is a third of a step. What is in that memory ahead of time
cannot be told from what got there a moment ago.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 256
"""Half of what `re` remembers: the rest is the program's."""
MOST_TEXT = 1 << 18
"""Characters of all of them: what is told must fit into one record (`wire.MAX_RECORD`)."""
NEVER = re.DEBUG | re.LOCALE
"""Flags of what is not remembered, or depends on more than the expression."""
_memory: dict[Any, Any] = getattr(re, "_cache", {})


def known() -> set[Any]:
    """Return what `re` remembers now."""
    return set(_memory)


def compiled_since(before: set[Any]) -> list[tuple[str, int]]:
    """Return the expressions, with flags, that were compiled since, as far as still remembered."""
    found: list[tuple[str, int]] = []
    left = MOST_TEXT
    for key, compiled in reversed(list(_memory.items())):
        kind, pattern, flags = key
        if key not in before and kind is str and not compiled.flags & NEVER:
            left -= len(pattern)
            if left < 0 or len(found) == MOST:
                break
            found.append((pattern, int(flags)))
    return found[::-1]


def compile_ahead(expressions: Iterable[tuple[str, int]]) -> None:
    """Let `re` remember expressions. One that makes it warn must go on warning each time.

    What is no expression is passed over: a program can have it told, and this is not its process.
    """
    for pattern, flags in expressions:
        before = known()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with contextlib.suppress(re.error, ValueError, OverflowError, RecursionError):
                re.compile(pattern, flags)
        if caught:
            for key in known() - before:
                del _memory[key]
