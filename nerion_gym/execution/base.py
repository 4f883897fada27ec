"""The lean base process: pytest imported, nothing collected, never torch.

Started by path, as a script, with an environment of its own. It loads its siblings under the
package name `_nerion_far`, so that neither `nerion_gym/__init__` (which imports Gymnasium) nor
a program under test that is nerion-gym itself gets in the way.
"""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH100, PTH106, PTH109, PTH118, PTH120, PTH123

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import types
from typing import Any, NoReturn

PACKAGE = "_nerion_far"
HEARTBEAT_MS = 1000


def make_package() -> None:
    """Make the private package."""
    package = types.ModuleType(PACKAGE)
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules[PACKAGE] = package


def load() -> types.ModuleType:
    """Import what tests need; return `zygote`."""
    importlib.import_module(f"{PACKAGE}.session").preload()
    importlib.import_module(f"{PACKAGE}.cage").prepare()
    return importlib.import_module(f"{PACKAGE}.zygote")


def main() -> None:
    """Fork task processes on request until the near side hangs up or ends."""
    offer_to_die()
    near = socket.socket(fileno=int(sys.argv[1]))
    kind, has_room = sys.argv[2], sys.argv[3] == "room"
    folder = os.getcwd()
    make_package()
    if has_room:
        # Before the big imports: it forks.
        importlib.import_module(f"{PACKAGE}.confinement.room").enter(kind, folder)
    parent = os.getppid()
    zygote = load()
    if not has_room:
        sys.modules[f"{PACKAGE}.sandbox"].adopt_orphans()
    wire = sys.modules[f"{PACKAGE}.wire"]
    zygote.default_signals()
    freeze()
    os.dup2(2, sys.modules[f"{PACKAGE}.sandbox"].LOG_FD)
    tasks: set[int] = set()
    rehearsal = sys.modules[f"{PACKAGE}.rehearsal"].Rehearsal()
    processes = sys.modules[f"{PACKAGE}.confinement.processes"]
    namespaces = processes.Namespaces() if has_room else None
    wire.send(near, {"op": "up"})
    poll = select.poll()
    poll.register(near, select.POLLIN)
    try:
        while os.getppid() == parent:
            reap(tasks, alone=has_room)
            if tasks and not rehearsal.done and not poll.poll(0):
                # While the first task warms up: the next ones find it done.
                rehearsal.perform(os.path.join(folder, "rehearsal"), tasks)
                freeze()
            if poll.poll(HEARTBEAT_MS):
                answer(near, tasks, rehearsal, namespaces)
    except wire.ClosedError:
        return
    finally:
        for pid in tasks:
            end(pid)
        reap(set(), alone=has_room)
        # The owner removes the scratch folder too, unless it was killed.
        shutil.rmtree(folder, ignore_errors=True)


def freeze() -> None:
    """Keep the collector of every process to come off what is here now: it stays shared memory."""
    gc.collect()
    gc.freeze()


def answer(near: socket.socket, tasks: set[int], rehearsal: Any, namespaces: Any) -> None:
    """Carry out one request: start a task process, or end one."""
    wire = sys.modules[f"{PACKAGE}.wire"]
    header, blob, fds = wire.receive(near)
    if header["op"] == "quit":
        raise wire.ClosedError("told to quit")
    if header["op"] == "end":
        if header["pid"] in tasks:
            tasks.discard(header["pid"])
            end(header["pid"])
        reap(tasks, alone=namespaces is not None)
        with contextlib.suppress(OSError):
            os.rmdir(header["folder"])  # in a room: what the task's own was mounted on
        wire.send(near, {"op": "ended"})
        return
    if namespaces is not None:
        namespaces.open_one()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        near.close()
        # A parent outside the namespace has no number in it.
        be_task(0 if namespaces is not None else parent, blob, fds, rehearsal)
    if namespaces is not None:
        namespaces.back()
    tasks.add(pid)
    for fd in fds:
        os.close(fd)
    wire.send(near, {"op": "forked", "pid": pid})


def be_task(parent: int, order: bytes, fds: list[int], rehearsal: Any) -> NoReturn:
    """Be a task process until it ends."""
    zygote = sys.modules[f"{PACKAGE}.zygote"]
    try:
        sys.modules[f"{PACKAGE}.sandbox"].die_with_parent(parent)
        channels = [socket.socket(fileno=fd) for fd in fds]
        zygote.task(*channels, importlib.import_module("marshal").loads(order), rehearsal)
    except BaseException:
        zygote.note_crash()
        raise
    finally:
        os._exit(1)


def end(pid: int) -> None:
    """Kill a task process and reap it; its children die with it."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def reap(tasks: set[int], *, alone: bool) -> None:
    """Reap task processes that ended by themselves, and end what they left behind.

    Args:
        tasks: process ids; those that ended are taken out.
        alone: whether each has a namespace, so that the kernel ends what is left.
    """
    for pid in list(tasks):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            tasks.discard(pid)
    if not alone:
        sys.modules[f"{PACKAGE}.supervise"].end_others(tasks)


def offer_to_die() -> None:
    """Let a machine that is out of memory end this and what comes of it before the trainer."""
    with (
        contextlib.suppress(OSError),
        open("/proc/self/oom_score_adj", "w", encoding="ascii") as file,
    ):
        file.write("1000")


if __name__ == "__main__":
    main()
