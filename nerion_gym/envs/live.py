"""`render_mode="human"`: a terminal that is redrawn at each step, or lines where none is."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import Console

CUT = "…"
LEAST = 3
"""Lines that are shown on any terminal."""


def redraw(frame: str) -> None:
    """Show a frame of text on standard output.

    On a terminal it takes the place of the last one and is cut to the terminal's height. Elsewhere
    it is written below the last one, without colours.

    Args:
        frame: lines with ANSI colours.
    """
    from rich.text import Text

    console = _console(sys.stdout)
    if console.is_terminal:
        console.clear()
        shown = Text.from_ansi(fitting(frame, console.height - 1))
        console.print(shown, no_wrap=True, overflow="ellipsis")
    else:
        console.print(Text.from_ansi(frame), soft_wrap=True)


def fitting(frame: str, height: int) -> str:
    """Return a frame of at most `height` lines: its first, and those of its end, the tests."""
    lines = frame.rstrip("\n").split("\n")
    room = max(height, LEAST)
    if len(lines) <= room:
        return "\n".join(lines)
    return "\n".join([lines[0], CUT, *lines[2 - room :]])


@lru_cache(maxsize=1)
def _console(stream: TextIO) -> Console:
    """Return a console on a stream; another one when standard output is another."""
    from rich.console import Console

    return Console(file=stream, highlight=False)
