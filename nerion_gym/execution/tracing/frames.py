"""What variables stand for in a frame of the traced program, read without running any of its code.

A copy of a frame's variables would keep the function's values alive after the function lets go of
them, so it is emptied again unless somebody else asked for it.
"""

from __future__ import annotations

import builtins
import inspect
import sys
from typing import TYPE_CHECKING, Any

from .values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


REFERENCES = 3
"""To a frame's copy of its variables that only the frame, a tap and the count itself hold."""


def variables(frame: FrameType, names: Sequence[tuple[str, str]]) -> list[Any]:
    """Return what names stand for in a frame; `MISSING` where they stand for nothing."""
    inner = frame.f_locals if any("l" in where for _, where in names) else {}
    spaces = {"l": inner, "g": frame.f_globals, "b": vars(builtins)}
    found = [
        next((spaces[one][name] for one in where if name in spaces[one]), MISSING)
        for name, where in names
    ]
    del spaces
    if sys.version_info < (3, 13) and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        if sys.getrefcount(inner) <= REFERENCES:
            inner.clear()
    return found


def are_shadowed(names: Sequence[str], frame: FrameType) -> bool:
    """Whether a frame's module has something else in the place of one of some builtins."""
    space = frame.f_globals
    for name in names:  # noqa: SIM110 - a generator takes three times as long
        if name in space:
            return True
    return False
