"""The processes of one task: a clean one that forks collecting children, and a collected one.

The *task process* holds the project's files and nothing of its code; the *warm process*, forked
from it, has collected the suite once and stopped before the run. Both wait for orders on a
socket, fork a child per order, watch it, and put the project's folder back afterwards.
"""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH208

from __future__ import annotations

import importlib
import marshal
import os
import signal
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from .child import Job, Warm, run_collected_anew, run_swapped, warm
from .coverage import cover
from .memo import CodeMemo
from .sandbox import Bounds, adopt_orphans, die_with_parent, mapped_bytes
from .scratch import Scratch
from .session import Spec, enter
from .supervise import children, run_child
from .wire import ClosedError, receive, send

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection

    Order = dict[str, Any]
    Body = Callable[[Order, int], Callable[[int], None]]

NOT_PRELOADED = frozenset(
    {"antigravity", "this", "idlelib", "test", "tkinter", "turtle", "lib2to3"}
)


def task(near: socket.socket, near_warm: socket.socket, order: Order) -> None:
    """Be the task process: write the project, fork the warm process, serve until told to end."""
    os.setsid()
    adopt_orphans()
    scratch = Scratch(order["folder"], dict(order["files"]))
    try:
        scratch.create()
    except OSError as error:
        send(near_warm, {"op": "failed", "why": f"cannot write the scratch copy: {error}"})
        return
    spec = Spec(
        scratch.root, tuple(order["targets"]), tuple(order["pythonpath"]), scratch.home, scratch.tmp
    )
    memo = CodeMemo(spec.root)
    memo.install()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        near.close()
        die_with_parent(parent)
        adopt_orphans()
        _leave_after(partial(serve_warm, near_warm, scratch, spec, memo))
    near_warm.close()
    bodies: dict[str, Body] = {
        "anew": lambda order, mapped: partial(
            run_collected_anew, spec, job_of(spec, order), mapped
        ),
        "cover": lambda order, _mapped: partial(cover, spec, order, scratch.restore),
    }
    _leave_after(partial(serve, near, scratch, bodies, (pid,), memo))


def _leave_after(work: Callable[[], None]) -> None:
    """Do the work, then end this process without running what a program registered."""
    try:
        work()
    except ClosedError:
        os._exit(0)
    finally:
        os._exit(1)


def serve_warm(near: socket.socket, scratch: Scratch, spec: Spec, memo: CodeMemo) -> None:
    """Collect, say what was found, then run orders in forked children."""
    before = set(sys.modules)
    enter(spec)
    started = time.process_time()
    ready = warm(spec)
    spent = time.process_time() - started
    send(near, describe(spec, ready, spent), marshal.dumps((memo.codes, stdlib_since(before))))
    scratch.restore()
    bodies: dict[str, Body] = {
        "swap": lambda order, mapped: partial(run_swapped, ready, job_of(spec, order), mapped)
    }
    serve(near, scratch, bodies, tuple(children()))


def describe(spec: Spec, ready: Warm, spent: float) -> Order:
    """Return what the near side must know of a collected session."""
    cut = len(spec.root) + 1
    return {
        "op": "ready",
        "tests": [item.nodeid for item in ready.collected.items],
        "errors": ready.collected.errors,
        "may_run": ready.collected.may_run,
        "live": [(path[cut:], name, line) for path, name, line in ready.live],
        # A fork keeps one thread only, so a program that started others cannot be forked.
        "threads": max(threading.active_count(), len(os.listdir("/proc/self/task"))),
        "cpu": spent,
    }


def stdlib_since(before: set[str]) -> list[str]:
    """Return the standard library's modules that were imported meanwhile."""
    new = sorted(set(sys.modules) - before)
    known = sys.stdlib_module_names - NOT_PRELOADED
    return [name for name in new if name.partition(".")[0] in known]


def job_of(spec: Spec, order: Order) -> Job:
    """Return the job in an order; its paths become absolute."""
    codes = {
        (f"{spec.root}/{path}", name, line): data
        for (path, name, line), data in order["codes"].items()
    }
    return Job(
        nonce=order["nonce"],
        bounds=Bounds(order["cpu"], order["memory"]),
        tests=None if order["tests"] is None else tuple(order["tests"]),
        codes=codes,
        first_failure_only=order["first_failure_only"],
        watch_state=order["watch_state"],
    )


def serve(
    near: socket.socket,
    scratch: Scratch,
    bodies: dict[str, Body],
    keep: Collection[int],
    memo: CodeMemo | None = None,
) -> None:
    """Carry out orders until the near side hangs up (ClosedError)."""
    while True:
        header, blob, _fds = receive(near)
        if header["op"] == "sync":
            send(near, {"op": "synced"})
            continue
        order = marshal.loads(blob)  # noqa: S302 - the near side is trusted
        if header["op"] == "prime":
            prime(order, memo)
            continue
        scratch.edit(order["files"])
        body = bodies[header["op"]](order, mapped_bytes())
        ended = run_child(partial(_without, near, body), order["wall"], keep)
        answer = {"code": ended.code, "cpu": ended.cpu, "out_of_time": ended.out_of_time}
        send(near, {"op": "ended", **answer}, ended.output)
        scratch.restore()


def _without(near: socket.socket, body: Callable[[int], None], fd: int) -> None:
    """Run a child's body without the socket to the near side."""
    near.close()
    body(fd)


def prime(order: Any, memo: CodeMemo | None) -> None:
    """Take in what the warm process compiled, and import the standard library's part."""
    codes, modules = order
    if memo is not None:
        memo.codes.update(codes)
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # a module that this platform lacks; whoever needs it will say so


def default_signals() -> None:
    """Undo what Python or a parent set, as in a process that was just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
