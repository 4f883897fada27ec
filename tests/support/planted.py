"""Things of others for mutated code to reach for: files, servers, a terminal, a process."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nerion_gym.execution.confinement.identity import no_new_privileges
from nerion_gym.execution.confinement.landlock import Ruleset
from nerion_gym.tasks.package import load_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.program import Files, Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.task import Task
    from tests.support.accidents import Accident

TIDY = Path(__file__).resolve().parent.parent / "fixtures" / "tidy"
FILES = {
    "tree/notes.txt": "notes\n",
    "tree/run.sh": "echo\n",
    "tree/docs/page.log": "a page\n" * 20,
    "tree/docs/deep/old.bak": "old\n",
    "tree/docs/deep/older.bak": "older\n",
    "tree/tidy/settings": "keep = 9\n",
    "home/letter.txt": "Dear\n",
    "home/documents/settings": "keep = 8\n",
    "home/.config/tidy/settings": "keep = 7\n",
    "home/.ssh/key": "secret\n",
}
CPU_SECONDS, WALL_SECONDS, FILE_BYTES = 10, 15, 1 << 24
BYSTANDER = "import sys; sys.stdin.read()"


class Planted:
    """A folder with things in it that nobody may touch; open to every user, so that neither its
    owner nor its modes protect it.

    Args:
        folder: an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree, self.home = folder / "tree", folder / "home"
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (self.tree / "empty").mkdir()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() or path.suffix == ".sh" else 0o666)
        (self.tree / "link").symlink_to("notes.txt")
        (self.home / "dangling").symlink_to("/nowhere/at/all")
        self._server = socket.create_server(("127.0.0.1", 0))
        self._unix = socket.socket(socket.AF_UNIX)
        self._unix.bind(str(self.tree / "socket"))
        (self.tree / "socket").chmod(0o777)
        self._unix.listen()
        for listening in (self._server, self._unix):
            listening.setblocking(False)
        self.port = self._server.getsockname()[1]
        self._screen, self._terminal = os.openpty()
        os.set_blocking(self._screen, False)
        self._shown = b""
        self._process = subprocess.Popen([sys.executable, "-c", BYSTANDER], stdin=subprocess.PIPE)
        self._connections = {"TCP": 0, "unix": 0}

    @property
    def pid(self) -> int:
        """The bystander's process id."""
        return self._process.pid

    @property
    def terminal(self) -> str:
        """The path of a terminal of the user's."""
        return os.ttyname(self._terminal)

    def state(self) -> dict[str, object]:
        """Return everything that an accident could have changed."""
        for name, listening in (("TCP", self._server), ("unix", self._unix)):
            with contextlib.suppress(BlockingIOError):
                while True:
                    listening.accept()[0].close()
                    self._connections[name] += 1
        with contextlib.suppress(BlockingIOError):
            self._shown += os.read(self._screen, 1 << 16)
        return {
            "files": digest(self.folder),
            "connections": dict(self._connections),
            "the terminal shows": self._shown,
            "the process runs": self._process.poll() is None,
        }

    def close(self) -> None:
        """Let go of the server, the socket, the terminal and the process; the files stay."""
        os.close(self._screen)
        os.close(self._terminal)
        self._server.close()
        self._unix.close()
        self._process.kill()
        self._process.communicate()

    def text(self, template: str) -> str:
        """Return a new text that aims at what is planted."""
        for name in ("tree", "home", "port", "pid", "terminal"):
            template = template.replace(f"<{name}>", str(getattr(self, name)))
        return template

    def task(self, containment: str) -> Task:
        """Return the package with the planted things as its bait; strictly, its file tests only."""
        only = [TIDY / "tests" / "test_folders.py"] if containment == "strict" else None
        task = load_package(TIDY / "tidy", only)
        bait = {"tree": str(self.tree), "port": self.port, "pid": self.pid}
        files = (*task.suite.files, ("bait.json", json.dumps(bait).encode()))
        suite = replace(task.suite, files=files, containment=containment)
        return replace(task, suite=suite)

    def mutated(self, program: Program, accident: Accident) -> Program:
        """Return the program in which an accident is waiting to happen."""
        before, after = accident.before.encode(), self.text(accident.after).encode()
        counts = {path: data.count(before) for path, data in program.files if before in data}
        assert list(counts.values()) == [1], f"{accident.before!r} stands in {counts}"
        (path,) = counts
        return program.replaced({path: program.source(path).replace(before, after)})


@contextlib.contextmanager
def planted(folder: Path) -> Iterator[Planted]:
    """Plant things in a folder, which must be empty."""
    things = Planted(folder)
    try:
        yield things
    finally:
        things.close()


def digest(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return name -> kind and mode, owner, links, times, and contents; of all in a folder."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        about = path.lstat()
        content = ""
        if stat.S_ISLNK(about.st_mode):
            content = str(path.readlink())
        elif stat.S_ISREG(about.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        times = (about.st_mtime_ns, about.st_ctime_ns)
        owner = (about.st_uid, about.st_gid, about.st_nlink)
        found[str(path.relative_to(folder))] = (about.st_mode, *owner, *times, content)
    return found


# --- the control --------------------------------------------------------------------------------


def settle(folder: Path, home: Path, files: Files) -> dict[str, str]:
    """Write a project into a folder; return the environment that it runs in."""
    for name, data in files:
        (folder / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "project" / name).write_bytes(data)
    (folder / "tmp").mkdir()
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(folder / "project"),
    }


def run_unconfined(
    program: Program, suite: Suite, things: Planted, folder: Path, chosen: str
) -> int | None:
    """Run tests of a program in a cold pytest, with the planted home as its home.

    Bounded in time and size. A rail all the same, so that no mistake of ours in a mutation can
    reach the machine: it can write in the two given folders only. Not where a signal is to pass,
    which the rail would keep in: that test is run alone.

    Args:
        program: runs as it is.
        suite: of the package.
        things: what it may harm.
        folder: for its copy, not there yet.
        chosen: a test's whole name, or "test" for all.

    Returns:
        pytest's exit code, None when the time was up.
    """
    environment = settle(folder, things.home, (*suite.files, *program.files))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    command += ["-k", chosen if chosen == "test" else f"{chosen} and not {chosen}_"]
    rail = None
    if "crew" not in chosen:
        writable = (str(folder), str(things.folder), things.terminal, os.devnull)
        rail = Ruleset(("/",), writable, network=True)
    process = subprocess.Popen(
        [*command, *suite.targets],
        cwd=folder / "project",
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: bind(rail),
    )
    try:
        return process.wait(WALL_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if rail is not None:
            rail.close()


def bind(rail: Ruleset | None) -> None:
    """Bound this process, and bind it to a rail."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    no_new_privileges()
    if rail is not None:
        rail.bind()
