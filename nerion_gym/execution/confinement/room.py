"""The room that a base process lives in: a file system of its own, and nobody else's processes.

Made once per base. In *strict* containment it holds what Python needs, read-only, and nothing
else; in *package* containment the whole file system, read-only. Root builds it as root (Python may
lie where others may not go), then becomes a user that owns nothing; other users build it in a user
namespace. Either way the base ends up in a user namespace that owns its mounts, network and
processes, under the user id that it began with.

A process id namespace starts with a process of its own, so two processes come of the one that was
executed: the *monitor*, outside, waits for the base and removes its folder if nobody else does.
"""

# Paths are strings here: they go to system calls, and pathlib would have to be imported first.
# ruff: noqa: PTH102, PTH103, PTH110, PTH112, PTH114, PTH115, PTH116, PTH117, PTH118, PTH120, PTH123, PTH211

from __future__ import annotations

import os
import shutil
import stat
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from . import kernel, sockets
from .identity import FIRST_USER, become, may_become_others, show_again
from .kernel import (
    BIND,
    NEW_HOST_NAME,
    NEW_IPC,
    NEW_MOUNTS,
    NEW_NETWORK,
    NEW_PROCESSES,
    NEW_USER,
    NO_DEVICES,
    NO_EXECUTE,
    NO_SET_UID,
    PRIVATE,
    READ_ONLY,
    RECURSIVE,
    mount,
    seal,
    unshare,
)
from .plan import PACKAGE
from .seccomp import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SYSTEM = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
)
"""What Python and its libraries read of a Linux system: programs and public tables, no accounts."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SERVICES = "/run"
"""Where services listen: no mount, however read-only, keeps anyone from connecting to a socket."""
TERMINALS, NEW_TERMINAL = "/dev/pts", "/dev/ptmx"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the one of this room
ALL_NEW = NEW_MOUNTS | NEW_NETWORK | NEW_IPC | NEW_HOST_NAME | NEW_PROCESSES
SMALL, FOLDER = "size=4m,mode=755", "size=64m,mode=1777"


@lru_cache(maxsize=1)
def python_paths() -> list[str]:
    """Return what this Python is made of: files and folders that are there, absolute, unresolved.

    Links are followed too: what they lead to is in the list.
    """
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(sys.executable)}
    places |= {place for place in sys.path if os.path.isabs(place)}
    places |= {str(Path(__file__).resolve().parents[2])}
    places |= {os.path.realpath(place) for place in (*places, sys.executable)}
    return outermost(os.path.normpath(path) for path in places if os.path.lexists(path))


def outermost(paths: Iterable[str]) -> list[str]:
    """Return the paths that lie in none of the others, sorted."""
    found: list[str] = []
    for path in sorted(set(paths)):
        if not any(path == other or path.startswith(other.rstrip("/") + "/") for other in found):
            found.append(path)
    return found


def enter(kind: str, folder: str) -> None:
    """Turn this process into a monitor; return in the base process, in its room.

    Args:
        kind: "strict" or "package".
        folder: the base's own, absolute; in the room it is empty and in memory.

    Raises:
        OSError: this machine does not give it.
    """
    kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)
    sockets.remember()
    alive, until = os.pipe()
    first = os.fork()
    if first:
        os.close(alive)
        _monitor(first, until, folder)
    os.close(until)
    _separate(kind, folder)
    if os.fork():
        os._exit(0)  # the base goes to the monitor
    # Until the process in between is gone: its end would send the signal that is set now.
    os.read(alive, 1)
    os.close(alive)
    kernel.prctl(kernel.SET_DEATH_SIGNAL, 9)
    mount_processes()
    os.chdir(folder)


def _monitor(first: int, until: int, folder: str) -> None:
    """Wait for the base, then end as it ended."""
    _, status = os.waitpid(first, 0)
    os.close(until)
    code = os.waitstatus_to_exitcode(status)
    while code == 0:
        try:
            _, status = os.waitpid(-1, 0)
        except ChildProcessError:
            break
        code = os.waitstatus_to_exitcode(status)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(code if code >= 0 else 128 - code)


def _separate(kind: str, folder: str) -> None:
    """Leave everything that is shared with others for a room of our own."""
    user, group = os.geteuid(), os.getegid()
    if may_become_others() and others_may_read():
        unshare(NEW_MOUNTS)
        _furnish(kind, folder, for_others=True)
        outer = FIRST_USER + os.getpid()
        become(outer)
        show_again()
        unshare(NEW_USER | ALL_NEW)
        _map_users((user, outer), (group, outer))
    else:
        unshare(NEW_USER | ALL_NEW)
        _map_users((user, user), (group, group))
        _furnish(kind, folder, for_others=False)


def _map_users(user: tuple[int, int], group: tuple[int, int]) -> None:
    rows = {"setgroups": "deny", "uid_map": "{} {} 1", "gid_map": "{} {} 1"}
    for name, ids in zip(rows, ((), user, group), strict=True):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(rows[name].format(*ids))


def _furnish(kind: str, folder: str, *, for_others: bool) -> None:
    """Mount what there is to see, and make it the root.

    Args:
        kind: "strict" or "package".
        folder: the base's own.
        for_others: whether another user is to live here, who may not pass where root may.
    """
    mount("", "/", flags=RECURSIVE | PRIVATE)
    python = python_paths()
    closed = {closed_above(path) for path in (*python, folder)} if for_others else set()
    services = {SERVICES} if os.path.isdir(SERVICES) else set()
    covers = outermost(filter(None, closed | services))
    if kind == PACKAGE:
        mount("/", folder, flags=BIND | RECURSIVE)
        seal(folder, READ_ONLY | NO_SET_UID, beneath=True)
        for place_above in covers:
            inside = [path for path in python if path.startswith(place_above + "/")]
            cover(folder + place_above, [(path, folder + path) for path in inside], SMALL)
    else:
        mount("tmpfs", folder, "tmpfs", NO_SET_UID | NO_DEVICES, SMALL)
        for path in (*SYSTEM, *python):
            show(path, folder)
        for path in DEVICES:
            show(path, folder, flags=READ_ONLY | NO_SET_UID)  # their times and modes; not writing
        for path in ("/proc", SHARED_MEMORY, folder):
            os.makedirs(folder + path, exist_ok=True)
    # Not sealed: the kernel gives a new one only where an old one shows as much.
    mount("/proc", f"{folder}/proc", flags=BIND | RECURSIVE)
    os.makedirs(folder + folder, exist_ok=True)
    mount("tmpfs", folder + folder, "tmpfs", NO_SET_UID | NO_DEVICES, FOLDER)
    for place_above in covers if kind == PACKAGE else ("",):
        seal(folder + place_above, READ_ONLY, beneath=False)
    kernel.turn_into_root(folder, number_of("pivot_root"))


def show(path: str, root: str, flags: int = READ_ONLY | NO_SET_UID | NO_DEVICES) -> None:
    """Let a path be seen beneath another root, if it is there; a link as a link."""
    target = root + path
    if os.path.lexists(target) or not os.path.lexists(path):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    place(target, is_folder=os.path.isdir(path))
    mount(path, target, flags=BIND | RECURSIVE)
    if flags:
        seal(target, flags, beneath=True)


def cover(
    target: str, shown: Iterable[tuple[str, str]], options: str, inside: Sequence[str] = ()
) -> None:
    """Mount an empty folder over another.

    Args:
        target: the folder.
        shown: what is still to be seen in it: (path, where).
        options: of the memory that it is made of.
        inside: further folders to make in it.
    """
    held = [(os.open(path, os.O_PATH | os.O_CLOEXEC), where) for path, where in shown]
    mount("tmpfs", target, "tmpfs", NO_SET_UID | NO_DEVICES, options)
    ways = make_ways(target, [*(where for _, where in held), *inside])
    for descriptor, where in held:
        source = f"/proc/self/fd/{descriptor}"
        place(where, is_folder=os.path.isdir(source))
        mount(source, where, flags=BIND | RECURSIVE)
        seal(where, READ_ONLY | NO_SET_UID | NO_DEVICES, beneath=True)
        os.close(descriptor)
    for folder in inside:
        os.makedirs(folder, exist_ok=True)
    for way in ways:
        seal(way, READ_ONLY, beneath=False)


def make_ways(target: str, places: Iterable[str]) -> set[str]:
    """Make the folders on the way from a folder to places in it; return the first of each way.

    Those are mounts of their own: nobody can rename what is mounted, and so move the places away.
    """
    found: set[str] = set()
    for path in places:
        way = f"{target}/{path[len(target) + 1 :].partition('/')[0]}"
        if way == path:
            continue
        if way not in found:
            os.mkdir(way)
            mount("tmpfs", way, "tmpfs", NO_SET_UID | NO_DEVICES, SMALL)
            found.add(way)
        os.makedirs(os.path.dirname(path), exist_ok=True)
    return found


def closed_above(path: str) -> str:
    """Return the outermost folder on the way to a path that others may not pass, "" if none."""
    way = [str(folder) for folder in reversed(Path(path).parents)]
    return next((folder for folder in way if not os.stat(folder).st_mode & stat.S_IXOTH), "")


def others_may_read() -> bool:
    """Whether Python's own files, and pytest's, may be read by users that own nothing."""
    files = [os.__file__, *(os.path.join(place, "pytest", "__init__.py") for place in sys.path)]
    known = [file for file in files if os.path.exists(file)]
    return all(os.stat(file).st_mode & stat.S_IROTH for file in known) and len(known) > 1


def place(target: str, *, is_folder: bool) -> None:
    """Make an empty folder or file to mount something on."""
    if is_folder:
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def mount_processes() -> None:
    """Let /proc show this process's own namespace."""
    # Read-only: root's own user id, where it is kept, could change the machine's settings there.
    mount("proc", "/proc", "proc", READ_ONLY | NO_SET_UID | NO_DEVICES | NO_EXECUTE)


def mount_terminals() -> None:
    """Let there be no terminals but those that are made here: a user's own are open to the user."""
    if not os.path.isdir(TERMINALS):
        return
    mount("devpts", TERMINALS, "devpts", NO_SET_UID | NO_EXECUTE, "ptmxmode=666,mode=620")
    if not os.path.islink(NEW_TERMINAL):
        mount(f"{TERMINALS}/ptmx", NEW_TERMINAL, flags=BIND)
