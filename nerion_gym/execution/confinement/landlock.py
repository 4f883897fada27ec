"""A Landlock ruleset: what a strict child may read and where it may write.

Built once in the process that children are forked from; a child binds itself to it with one system
call. Rights that this kernel's Landlock does not know yet are left out, and the layer report says
which version it has.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
from typing import TYPE_CHECKING

from .kernel import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The same numbers on every architecture."""
ASK_VERSION = 1
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
READING = EXECUTE | READ_FILE | READ_DIR
KNOWN_BITS = {1: 13, 2: 14, 3: 15, 4: 15}
"""Landlock's version -> how many rights on files it knows; later ones know 16."""
NETWORK_SINCE, SCOPES_SINCE = 4, 6
ALL_NETWORK = 0b11
ALL_SCOPES = 0b11
"""Abstract unix sockets, and signals to processes outside."""


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the version of this kernel's Landlock; 0 where there is none."""
    return max(_libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION), 0)


def absence() -> str:
    """Return why there is no Landlock here, "" where there is."""
    ctypes.set_errno(0)
    if version():
        return ""
    code = ctypes.get_errno()
    return {
        errno.ENOSYS: "it is not built into this kernel",
        errno.EOPNOTSUPP: "it is switched off since the machine started",
        errno.EPERM: "something around this process refuses its calls",
    }.get(code, os.strerror(code))


def file_rights(abi: int) -> int:
    """Return every right on files that a version knows."""
    return (1 << KNOWN_BITS.get(abi, 16)) - 1


class Ruleset:
    """A ruleset in the making, then one to be bound by.

    Args:
        readable: what may be read, and executed; folders with all that they hold.
        writable: what may be changed as well, and executed. Missing paths are passed over.
        network: whether TCP is left alone.

    Raises:
        OSError: this kernel has no Landlock.
    """

    def __init__(
        self, readable: Iterable[str], writable: Iterable[str], *, network: bool = False
    ) -> None:
        self.abi = version()
        attributes = _Attributes(
            file_rights(self.abi),
            0 if network or self.abi < NETWORK_SINCE else ALL_NETWORK,
            ALL_SCOPES if self.abi >= SCOPES_SINCE else 0,
        )
        size = 8 if self.abi < NETWORK_SINCE else 16 if self.abi < SCOPES_SINCE else 24
        made = _libc.syscall(CREATE_RULESET, ctypes.byref(attributes), size, 0)
        self.fd = checked(made, "landlock_create_ruleset")
        os.set_inheritable(self.fd, False)
        for path in readable:
            self._allow(path, READING)
        for path in writable:
            self._allow(path, file_rights(self.abi))

    def _allow(self, path: str, rights: int) -> None:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            is_folder = stat.S_ISDIR(os.fstat(parent).st_mode)
            allowed = rights & file_rights(self.abi) & (-1 if is_folder else ON_FILES)
            rule = _Beneath(allowed, parent)
            added = _libc.syscall(ADD_RULE, self.fd, PATH_BENEATH, ctypes.byref(rule), 0)
            checked(added, f"landlock_add_rule {path}")
        finally:
            os.close(parent)

    def bind(self) -> None:
        """Bind this process, and all that it starts, for good; needs no_new_privs.

        Raises:
            OSError: the kernel refuses.
        """
        checked(_libc.syscall(RESTRICT_SELF, self.fd, 0), "landlock_restrict_self")

    def close(self) -> None:
        """Let go of the ruleset."""
        with contextlib.suppress(OSError):
            os.close(self.fd)
