"""What bounds a child whatever confines it: its own session, resource limits, a CPU timer."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
FILE_BYTES = 256 << 20
"""Largest file a child may write. Captured output is such a file: 50 MB of it must still pass."""
ADDRESS_FACTOR = 4
"""Address space over memory, as a bound."""
SERVER_FACTOR = 2
"""Memory of a server over that of a run."""
RECORD_FD = 400
"""Where a child keeps its record pipe: out of the way of programs that close low numbers."""
LOG_FD = RECORD_FD + 1
"""Where the base and its servers keep the log open; their children close it."""


_prctl = ctypes.CDLL(None).prctl
"""Found once, before any fork: looking it up touches memory that a child would have to copy."""


@dataclass(frozen=True)
class Bounds:
    """Limits of one child.

    Attributes:
        cpu: seconds of CPU time, user and system, until SIGPROF ends the process.
        wall: seconds after which the process is ended from outside.
        memory: bytes of private writable memory on top of what the parent process has.
    """

    cpu: float
    wall: float
    memory: int


@dataclass(frozen=True)
class Mapped:
    """What a process has mapped, in bytes: its address space, and private writable memory."""

    address: int
    data: int


def prctl(option: int, value: int) -> None:
    """Set one of Linux's process attributes; a kernel that lacks it changes nothing."""
    _prctl(option, value, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """End this process when its parent process ends (at once when that has happened)."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that they can be ended too."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def mapped_now() -> Mapped:
    """Return what this process has mapped."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib costs more
        pages = [int(number) for number in file.read().split()]
    size = resource.getpagesize()
    return Mapped(pages[0] * size, pages[5] * size)


def own_memory() -> int:
    """Return this process's proportional set size in bytes: shared pages count by share."""
    with open("/proc/self/smaps_rollup", "rb") as file:  # noqa: PTH123 - as above
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) << 10
    return 0


def confine(bounds: Bounds, mapped: Mapped) -> None:
    """Bound this process and all it starts. `mapped`: what was mapped before the fork.

    Threads reserve address space that they never touch, so it is bounded more widely than memory.
    """
    limit(resource.RLIMIT_DATA, mapped.data + bounds.memory)
    limit(resource.RLIMIT_AS, mapped.address + ADDRESS_FACTOR * bounds.memory)
    limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    limit(resource.RLIMIT_CORE, 0)
    # What a test starts inherits this limit but not the timer. Longer than the wall limit, so that
    # a test which waits for an endless loop in another process is not let go on by its death.
    limit(resource.RLIMIT_CPU, math.ceil(bounds.wall) + 1, spare=1)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, bounds.cpu)


def confine_server(memory: int) -> None:
    """Bind this process, which is to import an unchanged program, and all that come of it.

    Twice what a run may take: runs add to what was taken here.
    """
    mapped = mapped_now()
    limit(resource.RLIMIT_DATA, mapped.data + SERVER_FACTOR * memory)
    limit(resource.RLIMIT_AS, mapped.address + SERVER_FACTOR * ADDRESS_FACTOR * memory)
    limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    limit(resource.RLIMIT_CORE, 0)


def limit(which: int, value: int, spare: int = 0) -> None:
    """Set a resource limit, hard = soft + spare; never raise one that is lower already."""
    hard = resource.getrlimit(which)[1]
    highest = value + spare if hard == resource.RLIM_INFINITY else min(value + spare, hard)
    resource.setrlimit(which, (min(value, highest), highest))
