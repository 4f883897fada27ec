"""The probes of the self-test that look at a room, from inside and from outside."""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH116, PTH118, PTH123

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

from .confinement import sockets
from .confinement.kernel import NEW_MOUNTS, unshare
from .confinement.processes import Namespaces
from .confinement.room import mount_terminals
from .probe_rows import LONG, MOMENT, Trace, row, started
from .probes import Row, answer, ended, in_a_child, no_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from .probe_rows import Act
    from .probes import Target

LONGEST = 107
"""Bytes in the path of a unix socket."""


def on_a_room(target: Target) -> list[tuple[str, str, Act]]:
    """Return (layer, what, attempt) of the room's layers, to be made inside and outside of one.

    The first holds in strict containment only.
    """

    def see() -> None:
        os.stat(target.secret)

    def write() -> None:
        with open(os.path.join(target.folder, "new"), "w", encoding="ascii"):
            pass

    def connect() -> None:
        socket.create_connection(("127.0.0.1", target.port), timeout=1).close()

    def find() -> None:
        pid, when = target.process
        if started(pid) != when:
            raise ProcessLookupError

    return [
        ("file system of its own", "see an outside file", see),
        ("file system of its own", "write an outside file", write),
        ("network of its own", "connect to an outside listener", connect),
        ("processes of its own", "find an outside process", find),
    ]


def refusals(target: Target) -> list[bool]:
    """Return which of the attempts on a room are refused here.

    One child makes them all: none is in another's way.
    """

    def work(report: Callable[[object], None]) -> None:
        report([no_to(attempt) for _layer, _what, attempt in on_a_room(target)])

    return list(answer(in_a_child, work))


def of_a_package(target: Target) -> list[Row]:
    """Probe what package containment adds to a room, inside of one."""
    return [processes_of_a_run(), *services(target), *terminals(target)]


def can_be_bound(path: str) -> bool:
    """Whether a path is not too long for a socket."""
    return len(os.fsencode(path)) <= LONGEST


def listen(path: str) -> socket.socket:
    """Bind a unix socket that anyone may connect to."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o777)  # noqa: PTH101, S103 - it is there to be connected to
    listener.listen()
    return listener


def services(target: Target) -> list[Row]:
    """Unix sockets, which read-only mounts leave open to anyone.

    The outside one, where it is to be seen. Where a folder above it is closed it is hidden as it
    is, and one is bound in here, listed by a list of this network. No row where temporary folders
    have names too long for sockets: there the composed cage alone is probed (`probe_attempts`).
    """
    path, listener = target.service, None
    if not os.path.exists(path):  # noqa: PTH110
        path = os.path.join(os.getcwd(), "service")  # noqa: PTH109
        if not can_be_bound(path):
            return []
        listener = listen(path)
        sockets.remember()

    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)

    def hide() -> None:
        unshare(NEW_MOUNTS)
        sockets.hide()

    try:
        return [row("services hidden", "connect to an outside unix socket", connect, hide)]
    finally:
        if listener is not None:
            listener.close()


def terminals(target: Target) -> list[Row]:
    """Terminals, which are open to their user in a room as well."""
    if not target.terminal:
        return []

    def put() -> None:
        unshare(NEW_MOUNTS)
        mount_terminals()

    def see() -> None:
        os.stat(target.terminal)

    return [row("terminals of its own", "see an outside terminal", see, put)]


def processes_of_a_run() -> Row:
    """What a run in package containment starts ends with it; to be probed in a room."""

    def outlives(namespaces: Namespaces | None, seconds: float) -> bool:
        trace, helper = Trace(), 0
        if namespaces is not None:
            namespaces.open_one()
            helper = namespaces.start_init()
        pid = os.fork()
        if pid == 0:
            if os.fork() == 0:
                os.setsid()
                trace.leave()
            signal.pause()
        trace.wait()
        for process in filter(None, (helper, pid)):
            os.kill(process, signal.SIGKILL)
        ended(pid)
        if namespaces is not None:
            ended(helper)
            namespaces.back()
        return trace.goes_on(seconds)

    layered, bare = outlives(Namespaces(), LONG / 2), outlives(None, MOMENT)
    return Row("processes of a run", "outlive the run", not layered, bare)
