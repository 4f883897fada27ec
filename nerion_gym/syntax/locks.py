"""Locks that a fork leaves usable: no thread of the parent holds one when the child begins."""

from __future__ import annotations

import os
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def fork_safe_lock() -> AbstractContextManager[bool]:
    """Return a reentrant lock that whoever forks takes first and lets go of on both sides.

    It is never dropped: for locks of a module. Of two that are held at once, the one taken first
    must be made last.
    """
    lock = RLock()
    os.register_at_fork(
        before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
    )
    return lock
