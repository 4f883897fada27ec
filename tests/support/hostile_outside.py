"""What hostile programs are let loose on: a disposable piece of the outside.

A tree with a sentinel and secrets, a process, listeners of every kind, a word in the environment.
All of it is ours; `harm` says what was done to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nerion_gym.execution.cage import TEMPORARY
from nerion_gym.execution.removal import remove

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "NERION_HOSTILE_SECRET"
LONG = 3600
LISTENERS = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "ipv6": (socket.AF_INET6, socket.SOCK_STREAM),
    "abstract": (socket.AF_UNIX, socket.SOCK_STREAM),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
}


def visible_place():
    """Return a folder that package containment shows: it covers the usual temporary ones."""
    for place in (Path("/var/cache"), Path.home(), ROOT):
        if is_visible(place) and os.access(place, os.W_OK | os.X_OK):
            return place
    return Path(tempfile.gettempdir())


def is_visible(folder):
    """Whether package containment shows a folder."""
    return not any(folder.is_relative_to(place) for place in TEMPORARY)


def digest(folder):
    """Return a digest over everything about every file below a folder but when it was read."""
    rows: list[object] = []
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        rows.append((str(path), status.st_mode, status.st_uid, status.st_nlink, status.st_ino))
        rows.append((status.st_mtime_ns, status.st_ctime_ns, status.st_size))
        with contextlib.suppress(OSError):
            rows.append(os.listxattr(path))
        if path.is_file():
            rows.append(path.read_bytes())
    return hashlib.sha256(repr(rows).encode()).hexdigest()


class Victim:
    """A process that does nothing, and notices nothing."""

    def __init__(self, name, word):
        code = f"import time; time.sleep({LONG})"
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", code, name],
            env={VARIABLE: word},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._before = self._looks()

    @property
    def pid(self):
        return self.process.pid

    def _looks(self):
        return (
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE),
            os.getpriority(os.PRIO_PROCESS, self.pid),
            os.sched_getaffinity(self.pid),
        )

    def harmed(self):
        return self.process.poll() is not None or self._looks() != self._before

    def close(self):
        self.process.kill()
        self.process.wait()


class Outside:
    """Everything that is to stay as it is.

    Args:
        place: an existing folder to make it in.
        mark: the name that hostile processes carry.
    """

    def __init__(self, place, mark):
        # Not called "nerion-...": that is what the runner's own folders are called.
        self.root = Path(tempfile.mkdtemp(prefix="hostile-", dir=place))
        self.root.chmod(0o755)
        self.mark = mark
        self.folder = self.root / "home"
        self.folder.mkdir()
        (self.folder / "sentinel").write_text("a sentinel\n")
        for name in ("secret", "hidden"):
            path = self.folder / f"{name}.py"
            path.write_text(f"def test_{name}(): pass\n")
            path.chmod(0o600)
        self.victim = Victim(f"victim-of-{mark}", self.word)
        self._listeners = dict(self._open_listeners())
        os.mkfifo(self.folder / "pipe")
        (self.folder / "pipe").chmod(0o666)
        self._pipe = os.open(self.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        self._before = digest(self.folder)

    @property
    def word(self):
        return f"secret-word-of-{self.mark}"

    @property
    def target(self):
        """Return what programs are told of it."""
        names = {name: ours.getsockname() for name, ours in self._listeners.items()}
        return {
            "mark": self.mark,
            "folder": str(self.folder),
            "sentinel": str(self.folder / "sentinel"),
            "secret": str(self.folder / "secret.py"),
            "hidden": str(self.folder / "hidden.py"),
            "secret_word": self.word,
            "victim": self.victim.pid,
            "victim_name": f"victim-of-{self.mark}",
            **{name: names[name][1] if name in names else 9 for name in ("tcp", "udp", "ipv6")},
            "abstract": self.mark,
            "unix": str(self.folder / "listener"),
            "pipe": str(self.folder / "pipe"),
        }

    def _open_listeners(self):
        addresses: dict[str, Any] = {
            "tcp": ("127.0.0.1", 0),
            "udp": ("127.0.0.1", 0),
            "ipv6": ("::1", 0),
            "abstract": f"\0{self.mark}",
            "unix": str(self.folder / "listener"),
        }
        for name, (family, kind) in LISTENERS.items():
            ours = socket.socket(family, kind)
            try:
                ours.bind(addresses[name])
            except OSError:
                ours.close()
                if name != "ipv6":
                    raise
                continue  # a machine without it
            if kind == socket.SOCK_STREAM:
                ours.listen()
            ours.setblocking(False)
            yield name, ours
        # Whoever can see it may knock.
        (self.folder / "listener").chmod(0o777)

    def reached(self):
        """Return the listeners that somebody reached since the last time."""
        found = []
        for name, ours in self._listeners.items():
            with contextlib.suppress(BlockingIOError):
                while True:
                    if ours.type == socket.SOCK_STREAM:
                        ours.accept()[0].close()
                    else:
                        ours.recv(100)
                    found.append(name)
        with contextlib.suppress(BlockingIOError):
            found += ["pipe"] if os.read(self._pipe, 100) else []
        return sorted(set(found))

    def harm(self):
        """Return what was done to it since it was made, or since the last time."""
        found = {"reached"} if self.reached() else set()
        if self.victim.harmed():
            found.add("victim")
        if digest(self.folder) != self._before:
            found.add("sentinel")
        return found

    def close(self):
        for ours in self._listeners.values():
            ours.close()
        os.close(self._pipe)
        self.victim.close()
        remove(str(self.root))


def marked(mark):
    """Return the ids of processes that carry a mark: in their names, or in what they were told."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            name = (path / "comm").read_text(errors="replace").strip()
            told = (path / "cmdline").read_bytes()
            carries = name == mark or (b"victim" not in told and mark.encode() in told)
            found += [int(path.name)] if carries and state not in "ZX" else []
    return found
