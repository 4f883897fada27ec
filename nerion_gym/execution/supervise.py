"""Fork a child, hand it an order, gather what it writes, end it and everything it started.

A child may be forked ahead of its order: a fork costs 1-2 ms, which then pass while the near side
is busy with the step before.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import mmap
import os
import select
import signal
import sys
import threading
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from .sandbox import LOG_FD, RECORD_FD, die_with_parent
from .telling import PAGE_BYTES, Line, on_page
from .wire import write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MAX_OUTPUT = 64 << 20
CRASHED_INSIDE = 70
"""Exit code of a child whose own machinery failed."""
REAP_ROUNDS = 200


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        output: what it wrote to its pipe.
        code: exit code, or minus the signal that ended it.
        cpu: CPU seconds, user and system; 0 for a child that was answered for before it was gone.
        out_of_time: whether the wall limit ended it.
    """

    output: bytes
    code: int
    cpu: float
    out_of_time: bool


_fork = ctypes.PyDLL(None, use_errno=True).fork
"""The C library's, with the interpreter's lock held: see `fork`."""


def fork() -> int:
    """Fork this process; what Python does in a child around it is left out where it is idle.

    `os.fork` in a child makes locks anew, runs what programs registered and reseeds the random
    generator, which touches five times as many memory pages as the fork itself (258 and 48 of
    them: 0.5 ms). With one thread no lock can be held by another, and a cold run, which is what
    a child stands for, has no fork in it at all. The random generator is reseeded here as well:
    else each run would draw the same numbers, and a flaky test would look steady.
    """
    if threading.active_count() > 1:
        return os.fork()
    pid: int = _fork()
    if pid < 0:
        raise OSError(ctypes.get_errno(), "fork failed")
    if pid == 0 and "random" in sys.modules:
        sys.modules["random"].seed()
    return pid


class Confining(Protocol):
    """How a child is forked, and what it is confined to."""

    def fork(self) -> tuple[int, int]:
        """Fork; return (process id, that of a helper or 0)."""

    def enter(self, parent: int) -> None:
        """Bind the calling process, a child of `parent`."""


class Open:
    """Confines a child to its parent's life only."""

    def fork(self) -> tuple[int, int]:
        """Fork; return (process id, 0)."""
        return fork(), 0

    def enter(self, parent: int) -> None:
        """End with the parent."""
        die_with_parent(parent)


OPEN = Open()


class Child:
    """A forked child in a session of its own, waiting for its order.

    Args:
        body: is called in the child with (order, where its records go); ends the process by
            returning.
        close: descriptors that the child must not keep.
        cage: what confines it, before it sees its order.
    """

    def __init__(
        self,
        body: Callable[[bytes, Line], None],
        close: Collection[int] = (),
        cage: Confining = OPEN,
    ) -> None:
        self._page = mmap.mmap(-1, PAGE_BYTES)
        self._reading, writing = os.pipe()
        order, self._order = os.pipe()
        parent = os.getpid()
        self.pid, self._helper = cage.fork()
        if self.pid == 0:
            for fd in (*close, self._reading, self._order):
                os.close(fd)
            _in_child(body, partial(cage.enter, parent), order, writing, self._page)
        os.close(writing)
        os.close(order)
        self._pidfd = os.pidfd_open(self.pid)
        self._ended = False

    @property
    def fds(self) -> tuple[int, ...]:
        """Descriptors that another child must not inherit."""
        return tuple(fd for fd in (self._reading, self._order, self._pidfd) if fd >= 0)

    @property
    def pids(self) -> tuple[int, ...]:
        """Its process, and what else of its was started here."""
        return (self.pid, self._helper) if self._helper else (self.pid,)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return not poll.poll(0)

    def order(self, data: bytes) -> None:
        """Hand the order over; a child that is gone is noticed by `watch`."""
        try:
            write_all(self._order, data)
        except BrokenPipeError:
            pass  # it died waiting, and `watch` says so
        finally:
            os.close(self._order)
            self._order = -1

    def watch(self, wall: float, last: bytes = b"") -> Ended:
        """Gather records until the child ends or its time is up.

        Args:
            wall: seconds until it is out of time.
            last: the record that ends a good run: nothing after it counts, so there is no need to
                wait until the process is gone. The caller ends it with `end`.

        Returns:
            What is known at that point; the code of an early return is 0.
        """
        deadline = monotonic() + wall
        output = bytearray()
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        poll.register(self._pidfd, select.POLLIN)
        out_of_time = False
        while True:
            left = deadline - monotonic()
            ready = dict(poll.poll(max(left, 0) * 1000)) if left > 0 else {}
            if not ready:
                out_of_time = True
                break
            if self._reading in ready and not _read_some(self._reading, output):
                poll.unregister(self._reading)
            if last and output.endswith(last):
                return Ended(bytes(output), 0, 0.0, out_of_time=False)
            if self._pidfd in ready:
                break
        code, cpu = self._reap()
        os.set_blocking(self._reading, False)
        while _read_some(self._reading, output):
            pass
        return Ended(bytes(output) + on_page(self._page), code, cpu, out_of_time)

    def end(self) -> None:
        """Make sure that the child and its group are gone, and let go of everything."""
        if not self._ended:
            self._reap()
        for fd in self.fds:
            os.close(fd)
        self._page.close()
        self._reading = self._order = self._pidfd = -1

    def _reap(self) -> tuple[int, float]:
        """Kill the whole group while its number cannot be reused, then reap the child."""
        self._ended = True
        if self._helper:
            os.kill(self._helper, signal.SIGKILL)  # and with it all of its namespace
        for kill in (os.killpg, os.kill):
            try:
                kill(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        _, status, usage = os.wait4(self.pid, 0)
        if self._helper:
            os.waitpid(self._helper, 0)
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def run_child(
    body: Callable[[Line], None], wall: float, keep: Collection[int] = (), cage: Confining = OPEN
) -> Ended:
    """Run `body(line)` in a forked child of its own session; it writes its records there.

    Args:
        body: ends the process by returning.
        wall: seconds until the child's whole group is killed.
        keep: other children of this process that stay alive.
        cage: what confines it.
    """
    child = Child(lambda _order, line: body(line), cage=cage)
    try:
        child.order(b"")
        return child.watch(wall)
    finally:
        child.end()
        end_others(keep)


def _in_child(
    body: Callable[[bytes, Line], None],
    enter: Callable[[], None],
    waiting: int,
    writing: int,
    page: mmap.mmap,
) -> None:
    code = CRASHED_INSIDE
    try:
        os.setsid()
        with contextlib.suppress(OSError):
            os.close(LOG_FD)  # first: where it is closed already the next line may take its number
        high = fcntl.fcntl(writing, fcntl.F_DUPFD_CLOEXEC, RECORD_FD)
        os.close(writing)
        enter()
        order = bytearray()
        while _read_some(waiting, order):
            pass
        os.close(waiting)
        body(bytes(order), Line(high, page))
        code = 0
    finally:
        os._exit(code)


def _read_some(reading: int, output: bytearray) -> bool:
    """Read once; say whether there may be more."""
    try:
        data = os.read(reading, 1 << 16)
    except BlockingIOError:
        return False
    if len(output) < MAX_OUTPUT:
        output += data
    return bool(data)


def children() -> list[int]:
    """Return the process ids of this process's children, adopted orphans included."""
    me = os.getpid()
    with open(f"/proc/{me}/task/{me}/children", "rb") as file:  # noqa: PTH123 - hot path
        return [int(pid) for pid in file.read().split()]


def end_others(keep: Collection[int]) -> None:
    """Kill and reap every child but those to keep; orphans that come up meanwhile too."""
    for _ in range(REAP_ROUNDS):
        others = [pid for pid in children() if pid not in keep]
        if not others:
            return
        for pid in others:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
