"""What the processes that run tests begin with: an environment, and a log."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

LOG_BYTES = 1 << 16
KEPT_VARIABLES = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SYSTEMROOT")


def environment() -> dict[str, str]:
    """Return the environment of the base process: nothing of the user's but where Python is."""
    folders = [str(Path(sys.executable).parent), *os.defpath.split(os.pathsep)]
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "PYTHONUSERBASE": site.getuserbase(),
        "PATH": os.pathsep.join(dict.fromkeys(folder for folder in folders if folder)),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Each thread's own arena would reserve 64 MiB of the address space that is bounded.
        "MALLOC_ARENA_MAX": "2",
        # Otherwise the first large answer raises both, and a server keeps what it could give back.
        "MALLOC_MMAP_THRESHOLD_": "131072",
        "MALLOC_TRIM_THRESHOLD_": "131072",
        "OMP_NUM_THREADS": "1",
    }


def new_log() -> BinaryIO:
    """Return a file in memory that cannot grow: programs find it open while they are imported."""
    import fcntl  # as all that follows, Linux's

    file = os.fdopen(os.memfd_create("nerion-log", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "w+b")
    file.truncate(LOG_BYTES)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    return file
