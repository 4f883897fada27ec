"""Linux's own calls that Python 3.11 has no function for, and what they are told."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

NEW_TIME, NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x80, 0x20000, 0x4000000, 0x8000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK, NEW_CGROUP = 0x10000000, 0x20000000, 0x40000000, 0x2000000
READ_ONLY, NO_SET_UID, NO_DEVICES, NO_EXECUTE = 0x1, 0x2, 0x4, 0x8
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
DETACH = 2
EVERYTHING_BENEATH = 0x8000  # AT_RECURSIVE
CALL_MOUNT_SETATTR = 442
"""The same number on every architecture, as all calls since 424."""

SET_DEATH_SIGNAL, SET_DUMPABLE, DROP_FROM_BOUNDING_SET = 1, 4, 24
SET_CHILD_SUBREAPER, NO_NEW_PRIVILEGES, ASK_NO_NEW_PRIVILEGES = 36, 38, 39

_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None
"""Windows has none, and imports this to say that it cannot confine."""


def checked(result: int, what: str) -> int:
    """Return a call's result.

    Raises:
        OSError: it is negative: the kernel refused.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set one of the process's attributes.

    Raises:
        OSError: the kernel refused.
    """
    checked(_libc.prctl(option, value, 0, 0, 0), f"prctl {option}")


def ask(option: int) -> int:
    """Return one of the process's attributes.

    Raises:
        OSError: the kernel refused.
    """
    return checked(_libc.prctl(option, 0, 0, 0, 0), f"prctl {option}")


def unshare(what: int) -> None:
    """Leave namespaces for new ones.

    Raises:
        OSError: the kernel refused.
    """
    checked(_libc.unshare(what), "unshare")


def set_namespace(descriptor: int, kind: int) -> None:
    """Enter a namespace that is open.

    Raises:
        OSError: the kernel refused.
    """
    checked(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount something.

    Raises:
        OSError: the kernel refused.
    """
    words = [word.encode() or None for word in (source, target, kind)]
    result = _libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None)
    checked(result, f"mount {target}")


def seal(target: str, flags: int, *, beneath: bool) -> None:
    """Make a mount read-only and the like, for good as far as this process can tell.

    Args:
        target: a mount point.
        flags: READ_ONLY, NO_SET_UID, NO_DEVICES; they mean the same here as for `mount`.
        beneath: whether all that is mounted beneath becomes so, too.

    Raises:
        OSError: the kernel refused.
    """
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)
    how = EVERYTHING_BENEATH if beneath else 0
    here = -100
    result = _libc.syscall(CALL_MOUNT_SETATTR, here, target.encode(), how, attributes, 32)
    checked(result, f"mount_setattr {target}")


def turn_into_root(folder: str, number: int) -> None:
    """Make a mounted folder the root of the file system, and let go of the old one.

    Args:
        folder: a mount point.
        number: of the call `pivot_root`.

    Raises:
        OSError: the kernel refused.
    """
    os.chdir(folder)
    checked(_libc.syscall(number, b".", b"."), "pivot_root")
    checked(_libc.umount2(b".", DETACH), "umount2")
    os.chdir("/")
