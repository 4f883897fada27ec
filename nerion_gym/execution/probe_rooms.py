"""The probes of the self-test that look at a room, from inside and from outside."""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH116, PTH118, PTH123

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

from .confinement.processes import Namespaces
from .probe_rows import LONG, MOMENT, Trace, nothing, started
from .probes import Row, ended, refused

if TYPE_CHECKING:
    from .probe_rows import Act
    from .probes import Target


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
    """Return which of the attempts on a room are refused here."""
    return [refused(attempt, nothing) for _layer, _what, attempt in on_a_room(target)]


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
