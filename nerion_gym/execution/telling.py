"""How a child tells what it did: records on a page of memory that its parent sees, and a pipe.

A system call for each record would cost more than most tests do, and wake the parent each time.
What is on the page is there even when the child is killed; the pipe takes over what does not fit,
and says when all is told.
"""

from __future__ import annotations

import os
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any, NamedTuple

from .wire import SIZE, frame, framed, write_all

if TYPE_CHECKING:
    import mmap

END = ("end",)
"""The record after which nothing counts."""
PIPE_CLOSED = 71
"""Exit code of a child that cannot tell anything any more."""
PAGE_BYTES = 1 << 18


class Line(NamedTuple):
    """Where a child writes: a pipe, and memory that is shared with its parent."""

    fd: int
    page: mmap.mmap


def on_page(page: mmap.mmap) -> bytes:
    """Return what a child has on the page and not in the pipe."""
    size = int.from_bytes(page[:SIZE], "big")
    return page[SIZE : SIZE + size]


class Teller:
    """Writes records."""

    def __init__(self, line: Line, nonce: bytes) -> None:
        self._fd, self._page, self._nonce = line.fd, line.page, nonce
        self._used = len(on_page(line.page))
        self._who, self._owner = os.getpid, os.getpid()
        self.failed = False
        """Whether some test did not pass, or the session broke."""

    def tell(self, *record: Any) -> None:
        """Write one record."""
        self.pass_on(frame(self._nonce, list(record)))

    def passed(self, test: str, wall: float, cpu: float) -> None:
        """Write that a test passed; what most records say, quickly."""
        data = f'["passed",{quoted(test)},{wall:.6f},{cpu:.6f}]'
        self.pass_on(framed(self._nonce, data.encode()))

    def end(self) -> None:
        """Say that all is told; a fork that a test made ends here, with pytest's exit code."""
        if self._who() != self._owner:
            os._exit(int(self.failed))  # a test that waits for it may look at that
        self.tell(*END)
        self._flush()

    def require_pipe(self) -> None:
        """End the process if the program closed the pipe: pytest would not get on either."""
        try:
            os.fstat(self._fd)
        except OSError:
            os._exit(PIPE_CLOSED)

    def pass_on(self, output: bytes) -> None:
        """Write packed records.

        A fork that a test made, and that went on with the session, has nothing to tell.
        """
        if self._who() != self._owner:
            return
        start = SIZE + self._used
        if start + len(output) > len(self._page):
            self._flush()
            start = SIZE
        if start + len(output) > len(self._page):
            self._send(output)
            return
        self._page[start : start + len(output)] = output
        self._set_used(self._used + len(output))

    def _flush(self) -> None:
        output = self._page[SIZE : SIZE + self._used]
        self._send(output)
        self._set_used(0)

    def _set_used(self, size: int) -> None:
        self._used = size
        self._page[:SIZE] = size.to_bytes(SIZE, "big")

    def _send(self, output: bytes) -> None:
        """Write to the pipe; one that the program closed ends the process."""
        try:
            write_all(self._fd, output)
        except OSError:
            os._exit(PIPE_CLOSED)
