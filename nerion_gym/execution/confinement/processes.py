"""Process namespaces: one for each task, and in package containment one for each run.

A run that may start processes can outrun whoever ends them one by one; the kernel ends a namespace
as a whole. Its first process, *init*, must be another than the run's own: the kernel spares a first
process signals with their default action, the CPU timer's among them. So init is a bare thread of
control that shares this process's memory and waits for ever; making one copies no page tables.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal

from .kernel import NEW_PROCESSES, checked, set_namespace, unshare

SHARED_MEMORY, SHARED_FILES = 0x100, 0x400  # CLONE_VM, CLONE_FILES
STACK_BYTES = 1 << 16
_libc = ctypes.CDLL(None, use_errno=True)
_pause = ctypes.cast(_libc.pause, ctypes.c_void_p)


class Namespaces:
    """Makes process namespaces beneath this process's own."""

    def __init__(self) -> None:
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._stack = mmap.mmap(-1, STACK_BYTES)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._stack))
        self._top = ctypes.c_void_p(start + STACK_BYTES)

    def open_one(self) -> None:
        """Let the next processes that are forked be in a new namespace.

        Raises:
            OSError: the kernel refused: at a limit on their number, say.
        """
        unshare(NEW_PROCESSES)

    def back(self) -> None:
        """Let the next processes be in this process's namespace again.

        Raises:
            OSError: the kernel refused.
        """
        set_namespace(self._own, NEW_PROCESSES)

    def start_init(self) -> int:
        """Start a namespace's first process, which does nothing; return its id.

        Raises:
            OSError: the kernel refused.
        """
        # A signal's handler would run on memory that is this process's too.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            # Files too: a copy of a pipe's end would keep the pipe open.
            flags = SHARED_MEMORY | SHARED_FILES | signal.SIGCHLD
            return checked(_libc.clone(_pause, self._top, flags, None), "clone")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
