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
from .sandbox import Bounds, adopt_orphans, die_with_parent
from .scratch import Scratch
from .server import Server
from .session import Spec, configure, enter
from .supervise import children
from .tracer import Watch
from .wire import ClosedError, send

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .session import Collected

    Order = dict[str, Any]

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
        _leave_after(partial(serve_warm, near_warm, scratch, spec, memo, order["paths"]))
    near_warm.close()
    _leave_after(partial(serve_clean, near, scratch, spec, memo, pid))


def _leave_after(work: Callable[[], None]) -> None:
    """Do the work, then end this process without running what a program registered."""
    try:
        work()
    except ClosedError:
        os._exit(0)
    finally:
        os._exit(1)


def serve_clean(
    near: socket.socket, scratch: Scratch, spec: Spec, memo: CodeMemo, warm_pid: int
) -> None:
    """Run orders that import the program anew; configure pytest ahead once that is known safe."""
    configured: list[Collected] = []

    def anew(order: Order, mapped: int, fd: int) -> None:
        ready = configured[0] if configured else None
        run_collected_anew(spec, ready, job_of(spec, order), mapped, fd)

    def traced(order: Order, _mapped: int, fd: int) -> None:
        cover(spec, configured[0] if configured else None, order, scratch.restore, fd)

    def prime(order: Order) -> None:
        memo.codes.update(order["codes"])
        preload(order["modules"])
        if order["configure"]:
            enter(spec)
            configured.append(configure(spec))

    work = {"anew": anew, "cover": traced}
    Server(near, scratch, work, (warm_pid,), prime).serve()


def serve_warm(
    near: socket.socket, scratch: Scratch, spec: Spec, memo: CodeMemo, paths: list[str]
) -> None:
    """Collect, say what was found, then run orders in forked children."""
    before = set(sys.modules)
    enter(spec)
    started = time.process_time()
    with Watch(spec.root, paths) as watch:
        configured = configure(spec)
    untouched = not configured.errors and not watch.touched
    ready = warm(configured, spec.root)
    spent = time.process_time() - started
    primer = {"codes": memo.codes, "modules": stdlib_since(before), "configure": untouched}
    send(near, describe(spec, ready, spent), marshal.dumps(primer))
    scratch.restore()

    def swapped(order: Order, mapped: int, fd: int) -> None:
        run_swapped(ready, job_of(spec, order), mapped, fd)

    Server(near, scratch, {"swap": swapped}, tuple(children())).serve()


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


def preload(names: list[str]) -> None:
    """Import the standard library's part of what a program imports."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # a module that this platform lacks; whoever needs it will say so


def default_signals() -> None:
    """Undo what Python or a parent set, as in a process that was just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
