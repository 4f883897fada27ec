"""How a command ends and warns: as a person at a terminal expects it."""

from __future__ import annotations

import signal
import threading
import warnings
from typing import TYPE_CHECKING

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


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does: what was done so far stays readable.

    Raises:
        KeyboardInterrupt: always.
    """
    raise KeyboardInterrupt
