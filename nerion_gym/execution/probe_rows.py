"""The probes of the self-test, layer by layer."""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH118, PTH123

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import select
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

from .confinement import identity, kernel, policy, seccomp
from .confinement.landlock import SCOPES_SINCE, Ruleset
from .probes import Row, Target, ended, refused
from .sandbox import die_with_parent, limit, mapped_now

if TYPE_CHECKING:
    from collections.abc import Callable

    Act = Callable[[], object]

GIGABYTE = 1 << 30
MOMENT, LONG = 0.01, 2.0
CHANGES_ROOT = 18
"""The capability to."""
GAIN = "gain by a set-uid program (asked of the kernel)"


def promised() -> bool:
    """Whether nothing that this process executes may do more than it may itself."""
    return bool(kernel.ask(kernel.ASK_NO_NEW_PRIVILEGES))


def able(capability: int) -> bool:
    """Whether this process has a capability: root in a container has few."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        (effective,) = [line.split()[1] for line in file if line.startswith("CapEff:")]
    return bool(int(effective, 16) >> capability & 1)


def nothing() -> None:
    """Put no layer in place."""


def row(layer: str, what: str, attempt: Act, put: Act, before: Act = nothing) -> Row:
    """Probe one layer. `before` is done in both children, ahead of the layer."""

    def both() -> None:
        before()
        put()

    return Row(layer, what, refused(attempt, both), not refused(attempt, before))


def of_every_process(target: Target) -> list[Row]:
    """Probe the layers that need no namespaces.

    Raises:
        NoLayerError: one cannot be put in place.
    """
    found = [limits(), hidden(), orphan(), *rulesets(target), *filters()]
    if not promised():
        # Else it is given: services and containers are started so, and no control is possible.
        found.insert(1, promise())
    if able(CHANGES_ROOT):
        found.append(powers())
    if identity.may_become_others():
        found.append(user(target))
    return found


def limits() -> Row:
    """Limits on what a process may take."""

    def put() -> None:
        limit(resource.RLIMIT_AS, mapped_now().address + GIGABYTE // 4)

    return row("resource limits", "map a gigabyte", lambda: mmap.mmap(-1, GIGABYTE), put)


def powers() -> Row:
    """Root without capabilities."""
    return row(
        "capabilities",
        "change the root folder",
        lambda: os.chroot("/"),
        lambda: identity.keep_capabilities(()),
    )


def user(target: Target) -> Row:
    """Another user than root."""
    return row(
        "user",
        "read a file that only root may read",
        lambda: read(target.secret),
        lambda: identity.become(identity.FIRST_USER + os.getpid()),
    )


def promise() -> Row:
    """No new privileges; the kernel is asked, no set-uid program is made for a probe."""
    return row("no_new_privs", GAIN, gain, identity.no_new_privileges)


def gain() -> None:
    """Be a process that set-uid programs give more to.

    Raises:
        PermissionError: it is none.
    """
    if promised():
        raise PermissionError


def hidden() -> Row:
    """Not dumpable: processes of the same user cannot look inside."""

    def look(put: Act) -> bool:
        reading, writing = os.pipe()

        def attempt() -> None:
            pid = os.fork()
            if pid == 0:
                put()
                os.write(writing, b".")
                signal.pause()
            try:
                os.read(reading, 1)
                read(f"/proc/{pid}/environ")
            finally:
                os.kill(pid, signal.SIGKILL)

        try:
            return refused(attempt, lambda: identity.keep_capabilities(()))
        finally:
            os.close(reading)
            os.close(writing)

    # A process that just became another user is hidden, so the control says otherwise aloud.
    layered, bare = look(identity.show_nothing), look(identity.show_again)
    return Row("not dumpable", "look into another process", layered, not bare)


def orphan() -> Row:
    """A process ends with its parent."""

    def outlives(put: Callable[[int], object], seconds: float) -> bool:
        trace = Trace()
        pid = os.fork()
        if pid == 0:
            parent = os.getpid()
            if os.fork() == 0:
                put(parent)
                trace.leave()
            signal.pause()
        trace.wait()
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        return trace.goes_on(seconds)

    layered = outlives(die_with_parent, LONG / 2)
    bare = outlives(lambda _parent: None, MOMENT)
    return Row("parent-death signal", "outlive its parent", not layered, bare)


def rulesets(target: Target) -> list[Row]:
    """Landlock: files, and signals where it knows of them."""
    ruleset = Ruleset((sys.prefix,), (target.inside,))

    def put() -> None:
        identity.no_new_privileges()
        ruleset.bind()

    def write() -> None:
        with open(os.path.join(target.folder, "new"), "w", encoding="ascii"):
            pass

    found = [
        row("Landlock", "write a file outside the scratch folder", write, put),
        row("Landlock", "read a file that Python does not need", lambda: read(target.secret), put),
    ]
    if ruleset.abi >= SCOPES_SINCE:
        found.append(row("Landlock", "signal its parent", signal_to(os.getpid()), put))
    ruleset.close()
    return found


def filters() -> list[Row]:
    """The filter of strict containment."""
    made = seccomp.build(policy.STRICT)

    def put() -> None:
        identity.no_new_privileges()
        made.install(os.getpid())

    def start() -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        ended(pid)

    def execute() -> None:
        os.execv(sys.executable, [sys.executable, "-S", "-E", "-c", ""])  # noqa: S606 - to see that it is refused

    return [
        row("seccomp", "start a process", start, put),
        row("seccomp", "execute a program", execute, put),
        row("seccomp", "open a socket", lambda: socket.socket().close(), put),
        row("seccomp", "signal its parent", signal_to(os.getpid()), put),
    ]


class Trace:
    """Tells whether a process is still there: by a pipe that it alone can write to."""

    def __init__(self) -> None:
        self._alive, self._held = os.pipe()
        self._ready, self._told = os.pipe()
        self._pid = 0

    def leave(self) -> None:
        """Be the process: say so, stay a while, end."""
        os.write(self._told, str(os.getpid()).encode())
        time.sleep(LONG)
        os._exit(0)

    def wait(self) -> None:
        """Wait until the process is there, and says by which number (of its own namespace)."""
        os.close(self._held)
        self._pid = int(os.read(self._ready, 16))

    def goes_on(self, seconds: float) -> bool:
        """Say whether it is still there; wait as long for its end."""
        with contextlib.suppress(OSError):
            os.close(self._held)
        # The pipe ends when nobody is left who could write to it.
        over, _, _ = select.select([self._alive], [], [], seconds)
        for descriptor in (self._alive, self._ready, self._told):
            os.close(descriptor)
        if not over and self._pid:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
        return not over


def read(path: str) -> None:
    """Read a file."""
    with open(path, "rb") as file:
        file.read()


def signal_to(pid: int) -> Act:
    """Return an attempt to signal a process; the signal is none, only the right to is asked."""
    return lambda: os.kill(pid, 0)


def started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks.

    Raises:
        OSError: there is no such process to be seen.
    """
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[19]
