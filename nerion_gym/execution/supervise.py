"""Fork a child, gather what it writes, end it and everything it started."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .sandbox import RECORD_FD, die_with_parent

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
        cpu: CPU seconds, user and system.
        out_of_time: whether the wall limit ended it.
    """

    output: bytes
    code: int
    cpu: float
    out_of_time: bool


def run_child(body: Callable[[int], None], wall: float, keep: Collection[int] = ()) -> Ended:
    """Run `body(fd)` in a forked child of its own session; it writes its records to fd.

    Args:
        body: ends the process by returning.
        wall: seconds until the child's whole group is killed.
        keep: other children of this process that stay alive.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _in_child(body, parent, reading, writing)
    os.close(writing)
    try:
        return _watch(pid, reading, wall)
    finally:
        os.close(reading)
        end_others(keep)


def _in_child(body: Callable[[int], None], parent: int, reading: int, writing: int) -> None:
    code = CRASHED_INSIDE
    try:
        os.setsid()
        die_with_parent(parent)
        os.close(reading)
        high = fcntl.fcntl(writing, fcntl.F_DUPFD_CLOEXEC, RECORD_FD)
        os.close(writing)
        body(high)
        code = 0
    finally:
        os._exit(code)


def _watch(pid: int, reading: int, wall: float) -> Ended:
    deadline = time.monotonic() + wall
    pidfd = os.pidfd_open(pid)
    output = bytearray()
    out_of_time = False
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    poll.register(pidfd, select.POLLIN)
    try:
        while True:
            left = deadline - time.monotonic()
            ready = dict(poll.poll(max(left, 0) * 1000)) if left > 0 else {}
            if not ready:
                out_of_time = True
                break
            if pidfd in ready:
                break
            if not _read_some(reading, output):
                poll.unregister(reading)
    finally:
        os.close(pidfd)
    code, cpu = _end(pid)
    os.set_blocking(reading, False)
    while _read_some(reading, output):
        pass
    return Ended(bytes(output), code, cpu, out_of_time)


def _read_some(reading: int, output: bytearray) -> bool:
    """Read once; say whether there may be more."""
    try:
        data = os.read(reading, 1 << 16)
    except BlockingIOError:
        return False
    if len(output) < MAX_OUTPUT:
        output += data
    return bool(data)


def _end(pid: int) -> tuple[int, float]:
    """Kill a child's whole group while its number cannot be reused, then reap it."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


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
