"""The lean base process: pytest imported, nothing collected, never torch.

Started by path, as a script, with an environment of its own. It loads its siblings under the
package name `_nerion_far`, so that neither `nerion_gym/__init__` (which imports Gymnasium) nor
a program under test that is nerion-gym itself gets in the way.
"""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH100, PTH109, PTH118, PTH120

from __future__ import annotations

import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import types
from typing import Any

PACKAGE = "_nerion_far"
HEARTBEAT_MS = 1000


def load() -> types.ModuleType:
    """Make the private package and return its `zygote`."""
    package = types.ModuleType(PACKAGE)
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules[PACKAGE] = package
    importlib.import_module(f"{PACKAGE}.session").preload()
    return importlib.import_module(f"{PACKAGE}.zygote")


def main() -> None:
    """Fork task processes on request until the near side hangs up or ends."""
    near = socket.socket(fileno=int(sys.argv[1]))
    folder = os.getcwd()
    parent = os.getppid()
    zygote = load()
    wire = sys.modules[f"{PACKAGE}.wire"]
    zygote.default_signals()
    freeze()
    os.dup2(2, zygote.LOG_FD)
    tasks: set[int] = set()
    rehearsal = sys.modules[f"{PACKAGE}.rehearsal"].Rehearsal()
    wire.send(near, {"op": "up"})
    poll = select.poll()
    poll.register(near, select.POLLIN)
    try:
        while os.getppid() == parent:
            reap(tasks)
            if tasks and not rehearsal.done and not poll.poll(0):
                # While the first task warms up: the next ones find it done.
                rehearsal.perform(os.path.join(folder, "rehearsal"), tasks)
                freeze()
            if poll.poll(HEARTBEAT_MS):
                answer(near, tasks, rehearsal)
    except wire.ClosedError:
        return
    finally:
        for pid in tasks:
            end(pid)
        # The owner removes the scratch folder too, unless it was killed.
        shutil.rmtree(folder, ignore_errors=True)


def freeze() -> None:
    """Keep the collector of every process to come off what is here now: it stays shared memory."""
    gc.collect()
    gc.freeze()


def answer(near: socket.socket, tasks: set[int], rehearsal: Any) -> None:
    """Carry out one request: start a task process, or end one."""
    wire = sys.modules[f"{PACKAGE}.wire"]
    zygote = sys.modules[f"{PACKAGE}.zygote"]
    header, blob, fds = wire.receive(near)
    if header["op"] == "quit":
        raise wire.ClosedError("told to quit")
    if header["op"] == "end":
        if header["pid"] in tasks:
            tasks.discard(header["pid"])
            end(header["pid"])
        wire.send(near, {"op": "ended"})
        return
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            near.close()
            sys.modules[f"{PACKAGE}.sandbox"].die_with_parent(parent)
            channels = [socket.socket(fileno=fd) for fd in fds]
            zygote.task(*channels, importlib.import_module("marshal").loads(blob), rehearsal)
        except BaseException:
            zygote.note_crash()
            raise
        finally:
            os._exit(1)
    tasks.add(pid)
    for fd in fds:
        os.close(fd)
    wire.send(near, {"op": "forked", "pid": pid})


def end(pid: int) -> None:
    """Kill a task process and reap it; its children die with it."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def reap(tasks: set[int]) -> None:
    """Reap task processes that ended by themselves."""
    for pid in list(tasks):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            tasks.discard(pid)


if __name__ == "__main__":
    main()
