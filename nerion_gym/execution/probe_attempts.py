"""What all layers of a containment together must refuse: to a run, and to the server it comes from.

Each attempt is one that a single layer stands against, as far as there is one: without that layer
in the cage the attempt is brought off. What changes a plain process most comes last, for all that
are made on a process are made one after the other.
"""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH101, PTH112, PTH118, PTH123

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
from typing import TYPE_CHECKING, NamedTuple

from . import cage
from .confinement import identity, kernel, sockets
from .confinement.plan import PACKAGE
from .probe_rooms import listen
from .probe_rows import GAIN, able, gain, promised, read
from .probes import ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from .confinement.plan import Plan
    from .probes import Target

    Act = Callable[[int], object]
    """Makes an attempt; is told the id of the process that this one was forked from."""

BESIDE = "/sys"
"""A folder that every Linux has, Python needs nothing of, and no cage covers."""
MOUNT_POINT = "mounted"
DROPS_CAPABILITIES = 8
ASK_DEATH_SIGNAL = 2
_libc = ctypes.CDLL(None, use_errno=True)


class Attempt(NamedTuple):
    """What is attempted, and how."""

    what: str
    act: Act


def on_runs(plan: Plan, target: Target) -> list[Attempt]:
    """Return what a run may not do."""
    found = [
        Attempt("write a file outside the scratch folder", writing(plan, target)),
        Attempt("outlive its parent (asked of the kernel)", outlive),
    ]
    most = cage.OPEN_FILES[plan.kind == PACKAGE]
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] > most:  # else it is given
        found.append(Attempt("open more files than a run may", lambda _parent: open_file(most)))
    if plan.kind == PACKAGE:
        return [
            *found,
            Attempt("signal its parent", lambda parent: os.kill(parent, 0)),
            Attempt("mount a file system", mount),
            Attempt("make a namespace of processes", namespace(kernel.NEW_PROCESSES)),
            Attempt("make a namespace of users", namespace(kernel.NEW_USER)),
        ]
    status = "/proc/self/status"
    return [
        *found,
        Attempt("read a file that Python does not need", lambda _parent: read(status)),
        Attempt("start a process", start),
        Attempt("open a socket", lambda _parent: socket.socket().close()),
    ]


def on_servers(plan: Plan, target: Target) -> list[Attempt]:
    """Return what a server may not do, so that no code does that runs while it imports."""
    found = [
        Attempt("write a file outside the scratch folder", writing(plan, target)),
        Attempt("look into another process", lambda parent: read(f"/proc/{parent}/environ")),
        Attempt("make a system call that is not listed", unlisted),
    ]
    if not promised():
        found.append(Attempt(GAIN, lambda _parent: gain()))
    if able(DROPS_CAPABILITIES):
        found.append(Attempt("use a capability", drop))
    if plan.room:
        return [
            *found,
            Attempt("mount a file system", mount),
            Attempt("make a namespace of users", namespace(kernel.NEW_USER)),
        ]
    return [*found, *on_bare_servers(target)]


def on_bare_servers(target: Target) -> list[Attempt]:
    """Return what a server may not do that has no room around it."""
    found = [
        Attempt("change an outside file's mode", lambda _parent: os.chmod(target.secret, 0o600)),
        Attempt("open a socket", lambda _parent: socket.socket(socket.AF_INET).close()),
    ]
    if target.service:
        to_service = Attempt(
            "connect to an outside unix socket", lambda _parent: connect(target.service)
        )
        found.append(to_service)
    return found


def neighbours(held: ExitStack) -> list[Attempt]:
    """Let there be services in this room, outside of a cage; return attempts to reach them."""
    cage.raise_loopback()
    listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
    there = listener.getsockname()

    def call(_parent: int) -> None:
        socket.create_connection(there, timeout=1).close()

    found = [Attempt("connect to an outside listener", call)]
    if os.path.isdir(BESIDE):
        kernel.mount("tmpfs", BESIDE, "tmpfs")
        service = os.path.join(BESIDE, "service")
        held.enter_context(listen(service))
        sockets.remember()
        found.append(Attempt("connect to an outside unix socket", lambda _parent: connect(service)))
    return found


def writing(plan: Plan, target: Target) -> Act:
    """Return an attempt to write beside the scratch folder, where nothing but Landlock is against.

    In a room that is the base's folder, of memory; what lies above it may be covered in a cage.
    """
    path = "new" if plan.room else os.path.join(target.folder, "new")

    def write(_parent: int) -> None:
        with open(path, "w", encoding="ascii"):
            pass

    return write


def namespace(kind: int) -> Act:
    """Return an attempt to make a namespace."""
    return lambda _parent: kernel.unshare(kind)


def mount(_parent: int) -> None:
    """Mount something on a folder beside the scratch folder."""
    kernel.mount("tmpfs", MOUNT_POINT, "tmpfs")


def start(_parent: int) -> None:
    """Start a process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    ended(pid)


def open_file(number: int) -> None:
    """Have a file by a number, of those that begin with 0; not kept from it by a soft limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.dup2(0, number)


def outlive(_parent: int) -> None:
    """Be one that the kernel does not end with its parent: it would take long to wait for that."""
    number = ctypes.c_int()
    told_by = _libc.prctl(ASK_DEATH_SIGNAL, ctypes.byref(number), 0, 0, 0)
    kernel.checked(told_by, "prctl")
    if number.value == signal.SIGKILL:
        raise PermissionError


def drop(_parent: int) -> None:
    """Use one of root's powers: the one to give others up for what is executed later."""
    kernel.prctl(kernel.DROP_FROM_BOUNDING_SET, identity.ADMINISTRATOR)


def unlisted(_parent: int) -> None:
    """Make a call that does nothing, any kernel has, and no list here lets through."""
    with open(__file__, "rb") as file:
        kernel.checked(_libc.readahead(file.fileno(), ctypes.c_int64(0), 0), "readahead")


def connect(path: str) -> None:
    """Connect to a unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
