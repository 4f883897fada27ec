"""Running a command as an ordinary user, from a test that runs as root.

Python and the checkout may lie where that user may not pass. In a mount namespace of its own each
folder that is in the way is covered, and what Python is made of is shown in it: as the engine does
for its rooms. As a script this file does so, then becomes the user and executes its arguments.
"""

# ruff: noqa: S108, S606

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.hostile_outside import visible_place

ROOT = Path(__file__).resolve().parents[2]
USER = 60001
"""No machine's: it owns nothing, and is in no group."""


@contextmanager
def folders():
    """Yield a home, where homes are, and a temporary folder for the user."""
    with ExitStack() as stack:
        made = []
        for above in (visible_place(), "/var/tmp"):
            folder = tempfile.TemporaryDirectory(prefix="ordinary-", dir=above)
            made.append(Path(stack.enter_context(folder)))
            os.chown(made[-1], USER, USER)
        yield made


def run(arguments, home, tmp, seconds):
    """Run Python with some arguments as the user, in the checkout; return what came of it."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(tmp),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        "CI": "true",
    }
    return subprocess.run(
        [sys.executable, __file__, sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        start_new_session=True,
    )


def clear_the_way(needed):
    """Let anybody pass to some paths, in this process's own view of the file system."""
    from nerion_gym.execution.confinement import kernel
    from nerion_gym.execution.confinement.room import SMALL, closed_above, cover, outermost

    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("", "/", flags=kernel.RECURSIVE | kernel.PRIVATE)
    for folder in outermost(filter(None, {closed_above(path) for path in needed})):
        shown = [path for path in needed if path.startswith(folder + "/")]
        cover(folder, [(path, path) for path in shown], SMALL)


def main():
    """Become the user, and the command."""
    from nerion_gym.execution.confinement.identity import become, show_again
    from nerion_gym.execution.confinement.room import outermost, python_paths

    clear_the_way(outermost([*python_paths(), str(ROOT), os.path.realpath(ROOT)]))
    os.chdir(ROOT)
    become(USER)
    show_again()
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
