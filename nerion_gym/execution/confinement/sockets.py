"""Unix sockets outside, hidden: no mount, however read-only, keeps anyone from connecting to one.

Who listens there would do what a confined program asks for: a desktop's session starts programs, a
container service mounts folders. A filter cannot look at the address, and Landlock knows of those
without a file only. But the kernel lists where sockets are bound. The list is that of the network
in which it was opened, so it is opened before that is left, and read anew for each task: a socket
that is bound later, and not in a folder that is covered, is still there.
"""

# Paths are strings here: they go to system calls, and pathlib would have to be imported first.
# ruff: noqa: PTH116, PTH208

from __future__ import annotations

import os
import stat

from .kernel import BIND, mount

LIST = "/proc/self/net/unix"
NOTHING = "/dev/null"
COLUMNS = 7
"""In front of a row's path, which may hold spaces."""
_held: list[int] = []


def remember() -> None:
    """Keep the list open; call it before leaving the network.

    Raises:
        OSError: there is no list.
    """
    _held[:] = [os.open(LIST, os.O_RDONLY | os.O_CLOEXEC)]


def hide() -> None:
    """Lay something else over every socket that can be seen, and let go of the list.

    Raises:
        OSError: the kernel refused.
    """
    while _held:
        fd = _held.pop()
        for path in sorted(set(map(os.path.dirname, bound(read_all(fd))))):
            for name in entries(path):
                if is_socket(f"{path}/{name}"):
                    mount(NOTHING, f"{path}/{name}", flags=BIND)
        os.close(fd)


def entries(folder: str) -> list[str]:
    """Return the names in a folder: a socket may have been renamed since it was bound."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def read_all(fd: int) -> bytes:
    """Read an open file from its start."""
    os.lseek(fd, 0, os.SEEK_SET)
    return b"".join(iter(lambda: os.read(fd, 1 << 16), b""))


def bound(table: bytes) -> list[str]:
    """Return the absolute paths in the kernel's list, each once."""
    rows = [row.split(maxsplit=COLUMNS) for row in table.splitlines()[1:]]
    paths = [os.fsdecode(row[COLUMNS]) for row in rows if len(row) > COLUMNS]
    return sorted({path for path in paths if path.startswith("/")})


def is_socket(path: str) -> bool:
    """Whether there is a socket, as far as this process may know."""
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False
