"""How a command ends and warns: as a person at a terminal expects it."""

from __future__ import annotations

import signal
import threading
import warnings
from typing import TYPE_CHECKING

from nerion_gym.report.visible import visible

if TYPE_CHECKING:
    from types import FrameType


def prepare() -> None:
    """Warn in one line, and take the wish to end as Ctrl-C."""
    warnings.formatwarning = one_line
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, interrupt)


def one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Return a warning for people: where in our code it was given does not help them."""
    return f"warning: {message}\n"


def harmless(text: str) -> str:
    """Return a text, parts of which anyone may have written, without what steers a terminal."""
    return "\n".join(map(visible, text.split("\n")))


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does: what was done so far stays readable.

    Raises:
        KeyboardInterrupt: always.
    """
    raise KeyboardInterrupt
