"""Who a confined process is: user id, capabilities, what others may see of it."""

from __future__ import annotations

import ctypes
import os

from .kernel import DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES, SET_DUMPABLE, checked, prctl

ADMINISTRATOR = 21
OWN_FILES = (0, 1, 2, 3, 4, 5, 6, 7)
"""What root may do to its own files, groups and processes: chown to setuid."""
LAST_CAPABILITY = 63
VERSION = 0x20080522
FIRST_USER = 0x6E000000
"""Users that no machine has; each base process takes one of its own, so that neither signals nor
limits on processes are shared with anybody."""
_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int32))


def keep_capabilities(kept: tuple[int, ...]) -> None:
    """Give up every capability but some.

    Raises:
        OSError: the kernel refused.
    """
    low = sum(1 << number for number in kept)
    words = (ctypes.c_uint32 * 6)(low, low, 0, 0, 0, 0)
    header = _Header(VERSION, 0)
    checked(_libc.capset(ctypes.byref(header), words), "capset")


def empty_bounding_set(kept: tuple[int, ...] = ()) -> None:
    """See to it that nothing executed later gets a capability back, but some."""
    for number in range(LAST_CAPABILITY + 1):
        if number not in kept:
            # Refused for numbers that this kernel has not, and without the right to: what is
            # executed gets nothing by `no_new_privs` either.
            _libc.prctl(DROP_FROM_BOUNDING_SET, number, 0, 0, 0)


def become(user: int) -> None:
    """Become another user, for good, with its group alone.

    Raises:
        OSError: the kernel refused.
    """
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def no_new_privileges() -> None:
    """See to it that nothing executed later may do more than this process.

    Raises:
        OSError: the kernel refused.
    """
    prctl(NO_NEW_PRIVILEGES, 1)


def show_nothing() -> None:
    """Let no process of the same user look into this one.

    Raises:
        OSError: the kernel refused.
    """
    prctl(SET_DUMPABLE, 0)


def show_again() -> None:
    """Undo what changing the user did: own files in /proc would belong to root.

    Raises:
        OSError: the kernel refused.
    """
    prctl(SET_DUMPABLE, 1)


def may_become_others() -> bool:
    """Whether this process is root, and more than root is known where it runs."""
    if os.geteuid():
        return False
    with open("/proc/self/uid_map", encoding="ascii") as file:  # noqa: PTH123 - far side
        rows = [[int(word) for word in row.split()] for row in file]
    return any(first <= FIRST_USER < first + count for first, _outer, count in rows)
