"""What bounds a child: its own session, resource limits, a CPU timer. Containment goes here too."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
FILE_BYTES = 256 << 20
"""Largest file a child may write. Captured output is such a file: 50 MB of it must still pass."""
RECORD_FD = 400
"""Where a child keeps its record pipe: out of the way of programs that close low numbers."""


@dataclass(frozen=True)
class Bounds:
    """Limits of one child.

    Attributes:
        cpu: seconds of CPU time, user and system, until SIGPROF ends the process.
        memory: bytes of address space on top of what the parent process has mapped.
    """

    cpu: float
    memory: int


def prctl(option: int, value: int) -> None:
    """Set one of Linux's process attributes; a kernel that lacks it changes nothing."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """End this process when its parent process ends (at once when that has happened)."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that they can be ended too."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def mapped_bytes() -> int:
    """Return the address space of this process in bytes."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib costs more
        return int(file.read().split()[0]) * resource.getpagesize()


def confine(bounds: Bounds, mapped: int) -> None:
    """Bound this process and all it starts. `mapped`: address space before the fork."""
    limit(resource.RLIMIT_AS, mapped + bounds.memory)
    limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    limit(resource.RLIMIT_CORE, 0)
    # Whole seconds only, so this is what holds when the program disarms the timer.
    limit(resource.RLIMIT_CPU, int(bounds.cpu) + 1, spare=1)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, bounds.cpu)


def limit(which: int, value: int, spare: int = 0) -> None:
    """Set a resource limit, hard = soft + spare; never raise one that is lower already."""
    hard = resource.getrlimit(which)[1]
    highest = value + spare if hard == resource.RLIM_INFINITY else min(value + spare, hard)
    resource.setrlimit(which, (min(value, highest), highest))
