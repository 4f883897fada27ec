"""The layers that confine a task's processes, in their order.

A task's *servers* (which import the unchanged program, and fork) are enclosed once, before they see
any of the program's code. A *run*, forked from a server, is confined further: in strict containment
to one process. That happens in the child that is forked ahead, before its order arrives: half a
millisecond, most of it the kernel's compiling of the filter, passes while nobody waits.
"""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH103, PTH120

from __future__ import annotations

import fcntl
import os
import platform
import resource
import socket
import struct
from typing import TYPE_CHECKING

from .confinement import policy, seccomp, sockets
from .confinement.identity import (
    ADMINISTRATOR,
    OWN_FILES,
    empty_bounding_set,
    keep_capabilities,
    no_new_privileges,
    show_nothing,
)
from .confinement.kernel import (
    NEW_IPC,
    NEW_MOUNTS,
    NEW_NETWORK,
    NO_DEVICES,
    NO_SET_UID,
    READ_ONLY,
    mount,
    seal,
    unshare,
)
from .confinement.landlock import Ruleset
from .confinement.plan import NONE, PACKAGE
from .confinement.processes import Namespaces
from .confinement.room import (
    DEVICES,
    SHARED_MEMORY,
    SYSTEM,
    cover,
    mount_processes,
    mount_terminals,
    python_paths,
)
from .sandbox import die_with_parent, limit
from .supervise import fork

if TYPE_CHECKING:
    from .confinement.plan import Plan

TERMINALS = ("/dev/tty", "/dev/ptmx", "/dev/pts")
TEMPORARY = ("/tmp", "/var/tmp", SHARED_MEMORY)  # noqa: S108 - those of the task's own room
SCRATCH = "size=512m,nr_inodes=65536,mode=755"
LITTLE = "size=256m,nr_inodes=16384,mode=1777"
PROCESSES, SERVER_PROCESSES = 512, 2048
"""Threads too, of the room's user alone. More for servers: a run that takes all that it may have
must not keep them from forking."""
OPEN_FILES = {True: 1024, False: 256}
"""In package containment, and in strict."""
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1


def prepare() -> None:
    """Make ahead what does not hang on a task: the base does, its tasks inherit it."""
    python_paths()
    if platform.machine() not in seccomp.MACHINES:
        return  # nothing is confined here: the user asked for it
    for one in policy.ALL:
        seccomp.build(one)


class Cage:
    """What confines the processes of one task. Made in the task process, as its first act.

    Args:
        plan: what is to hold.
        folder: the task's own; in a room it is empty, and in memory.

    Raises:
        OSError: the kernel refuses a layer: nothing must run then.
    """

    def __init__(self, plan: Plan, folder: str) -> None:
        self.plan = plan
        self.places: tuple[str, ...] = ()
        """Folders beside the task's own that a run may write to; they are emptied after it."""
        self._namespaces: Namespaces | None = None
        self._ruleset: Ruleset | None = None
        self._filter: seccomp.Filter | None = None
        self._kept: tuple[int, ...] = ()
        if plan.kind == NONE:
            return
        if plan.room:
            self._make_room(folder)
            limit(resource.RLIMIT_NPROC, SERVER_PROCESSES)
        self._enclose(folder)

    def fork(self) -> tuple[int, int]:
        """Fork a run; return (its process id, that of its namespace's init or 0).

        Raises:
            OSError: the kernel refused.
        """
        if self._namespaces is None:
            return fork(), 0
        self._namespaces.open_one()
        init = self._namespaces.start_init()
        pid = fork()
        if pid:
            self._namespaces.back()
        return pid, init

    def enter(self, parent: int) -> None:
        """Bind this process, a run, for good.

        Args:
            parent: process id of the server that it was forked from.

        Raises:
            OSError: a layer refuses; nothing must run then.
        """
        inside = self._namespaces is not None
        if self.plan.kind != NONE:
            limit(resource.RLIMIT_NOFILE, OPEN_FILES[inside])
        if self.plan.room:
            limit(resource.RLIMIT_NPROC, PROCESSES)
        if inside:
            keep_capabilities(self._kept)
            die_with_parent(0)  # a parent outside the namespace has no number in it
            return
        die_with_parent(parent)
        if self._ruleset is not None and self._filter is not None:
            self._ruleset.bind()
            self._filter.install(os.getpid())

    # --- once per task --------------------------------------------------------------------------

    def _make_room(self, folder: str) -> None:
        """Leave the base's room for one with a scratch folder, network and places of its own."""
        inside = self.plan.kind == PACKAGE
        unshare(NEW_MOUNTS | (NEW_NETWORK | NEW_IPC if inside else 0))
        self.places = tuple(filter(os.path.isdir, TEMPORARY if inside else (SHARED_MEMORY,)))
        for place in self.places:
            shown = [path for path in python_paths() if path.startswith(place + "/")]
            slot = [folder] if folder.startswith(place + "/") else []
            cover(place, zip(shown, shown, strict=True), LITTLE, slot)
        os.makedirs(folder, exist_ok=True)
        mount("tmpfs", folder, "tmpfs", NO_SET_UID | NO_DEVICES, SCRATCH)
        above = os.path.dirname(folder)
        if os.path.ismount(above):
            # All tasks of a base lie in it, and an ordinary user's runs own it.
            seal(above, READ_ONLY, beneath=False)
        mount_processes()
        sockets.hide()
        if inside:
            mount_terminals()
            raise_loopback()

    def _enclose(self, folder: str) -> None:
        """Bind this process and all that come of it, before it sees any of the program's code."""
        inside = self.plan.kind == PACKAGE
        python = (*SYSTEM, *python_paths())
        writable = (folder, *self.places, *DEVICES)
        if inside:
            self._kept = OWN_FILES if os.geteuid() == 0 else ()
            self._namespaces = Namespaces()
            outer = Ruleset(("/",), (*writable, *TERMINALS), network=True)
        else:
            self._ruleset = Ruleset(python, writable)
            self._filter = seccomp.build(policy.STRICT if self.plan.room else policy.BARE)
            outer = Ruleset(("/",) if self.plan.room else (*python, "/proc"), writable)
        kept = (*self._kept, ADMINISTRATOR) if inside else ()
        empty_bounding_set(kept)
        keep_capabilities(kept)
        no_new_privileges()
        show_nothing()
        outer.bind()
        outer.close()
        # Where nothing else holds servers, which import the unchanged program, the filter must.
        served = policy.PACKAGE if self.plan.room else policy.BARE_SERVER
        seccomp.build(served).install(os.getpid())


def raise_loopback() -> None:
    """Let 127.0.0.1 answer in a new network namespace.

    Raises:
        OSError: the kernel refused.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack_from("16sh", fcntl.ioctl(any_socket, GET_FLAGS, request))[1]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", flags | IS_UP))
