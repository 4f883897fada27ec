"""What a suite needs beside its own process: found while it runs unchanged, and recorded."""

from __future__ import annotations

import sys
from typing import Any

PROCESSES, NETWORK, TEMPORARY = "processes", "network", "temporary files"
KINDS = {
    "os.fork": PROCESSES,
    "os.forkpty": PROCESSES,
    "os.exec": PROCESSES,
    "os.posix_spawn": PROCESSES,
    "os.spawn": PROCESSES,
    "os.system": PROCESSES,
    "pty.spawn": PROCESSES,
    "subprocess.Popen": PROCESSES,
    "socket.bind": NETWORK,
    "socket.connect": NETWORK,
    "socket.getaddrinfo": NETWORK,
    "socket.gethostbyname": NETWORK,
    "tempfile.mkstemp": TEMPORARY,
    "tempfile.mkdtemp": TEMPORARY,
}
"""Event that Python's audit hooks are told of -> what it is a sign of."""


class Needs:
    """Listens until the process ends: an audit hook cannot be taken back."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        sys.addaudithook(self._hear)

    def found(self) -> list[str]:
        """Return what was needed so far, sorted."""
        return sorted(self._found)

    def _hear(self, event: str, _arguments: tuple[Any, ...]) -> None:
        kind = KINDS.get(event)
        if kind is not None:
            self._found.add(kind)
