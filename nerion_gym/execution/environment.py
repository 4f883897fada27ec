"""The environment of the processes that run tests: nothing of the user's but where Python is."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

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
        "OMP_NUM_THREADS": "1",
    }
