"""Text to tree, one thread at a time and without a word.

Python 3.11 and 3.12 count the depth of the tree that they build once for all threads, so two that
parse at once may end in a `SystemError` or a `RecursionError` (python/cpython issue 106905); what
`warnings` ignores is one setting for all threads as well.
"""

from __future__ import annotations

import ast
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nerion_gym.syntax.locks import fork_safe_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALONE = fork_safe_lock()


@contextmanager
def quietly() -> Iterator[None]:
    """Parse or compile within: alone, and what Python would warn of is the program's affair."""
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def noting_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Parse or compile within: alone, and what Python warns of goes into the list."""
    with _ALONE, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def parse_quietly(source: bytes, path: str = "<text>") -> ast.Module:
    """Return the tree of a text.

    Raises:
        SyntaxError: not Python.
        ValueError: a null byte, on some versions of Python.
        RecursionError, MemoryError: nested too deeply.
    """
    with quietly():
        return ast.parse(source, path)


def statements_in(text: bytes) -> list[ast.stmt] | None:
    """Return the statements of a text; None where it is not Python."""
    try:
        return parse_quietly(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def expression_in(text: bytes) -> ast.expr | None:
    """Return the expression that a text in parentheses is, over any lines; None where it is not."""
    try:
        with quietly():
            return ast.parse(b"(" + text + b"\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
