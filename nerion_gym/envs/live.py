"""`render_mode="human"`: a terminal that is redrawn at each step, or lines where none is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import Console
CUT = "…"


def redraw(frame: str) -> None:
    """Show a frame of text.

    On a terminal the last frame gives way to it, cut to the terminal's height, its end kept: there
    the tests are. Elsewhere it is written below the last one, without colours.

    Args:
        frame: lines with ANSI colours.
    """
    import sys

    from rich.text import Text

    console = _console(sys.stdout)
    if console.is_terminal:
        console.clear()
        frame = fitting(frame, console.height - 1)
    console.print(
        Text.from_ansi(frame),
        no_wrap=console.is_terminal,
        soft_wrap=not console.is_terminal,
        overflow="ellipsis" if console.is_terminal else "ignore",
    )


def fitting(frame: str, height: int) -> str:
    """Return a frame of at most `height` lines: its first, and as many of the last as fit."""
    lines = frame.rstrip("\n").split("\n")
    if len(lines) <= max(height, 3):
        return "\n".join(lines)
    return "\n".join([lines[0], CUT, *lines[2 - max(height, 3) :]])


@lru_cache(maxsize=1)
def _console(stream: TextIO) -> Console:
    """Return a console on a stream; a new one when standard output is another."""
    from rich.console import Console

    return Console(file=stream, highlight=False)
