"""What tests print, while they are called directly."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


class Output:
    """Captured output around direct calls: on for many tests, put right after each."""

    def __init__(self, config: pytest.Config) -> None:
        self._manager = config.pluginmanager.get_plugin("capturemanager")
        capturing = getattr(self._manager, "_global_capturing", None)
        both = getattr(capturing, "out", None), getattr(capturing, "err", None)
        files: list[Any] = [getattr(stream, "tmpfile", None) for stream in both]
        by_number = all(type(stream).__name__ == "FDCapture" for stream in both)
        self._numbers = [file.fileno() for file in files] if by_number else []
        self._inodes = [os.fstat(number).st_ino for number in self._numbers]
        self._streams = tuple(files)

    def resume(self) -> None:
        """Let what tests print go where pytest wants it."""
        if self._manager is not None:
            self._manager.resume_global_capture()

    def suspend(self) -> None:
        """Undo `resume`."""
        if self._manager is not None:
            self._manager.suspend_global_capture(in_=False)
            self._manager.read_global_capture()

    def mend(self) -> None:
        """Forget what was printed, and give back what a test replaced or closed."""
        for number in self._numbers:
            if os.lseek(number, 0, os.SEEK_CUR):
                # Not read, as pytest would for its report: 50 MB of it cost a quarter of a second.
                os.ftruncate(number, 0)
                os.lseek(number, 0, os.SEEK_SET)
        if not self._numbers or self._replaced():
            self.suspend()
            self.resume()

    def _replaced(self) -> bool:
        if (sys.stdout, sys.stderr) != self._streams:
            return True
        try:
            return [os.fstat(number).st_ino for number in (1, 2)] != self._inodes
        except OSError:
            return True
