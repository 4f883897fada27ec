"""The processes of one task: a clean one that forks collecting children, and a collected one.

The *task process* holds the project's files and nothing of its code; the *warm process*, forked
from it, has collected the suite once and stopped before the run. Both wait for orders on a
socket, fork a child per order, watch it, and put the project's folder back afterwards.
"""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH208

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .cage import Cage
from .child import Job, Warm, run_collected_anew, run_swapped, warm
from .confinement.plan import Plan
from .coverage import cover
from .memo import CodeMemo, stdlib_since
from .outline import Outline
from .rehearsal import preload
from .sandbox import (
    LOG_FD,
    Bounds,
    Mapped,
    adopt_orphans,
    confine_server,
    die_with_parent,
    own_memory,
)
from .scratch import Scratch
from .server import Server, mentions_collector
from .session import Spec, configure, enter
from .supervise import children
from .tapped import TappedFile, run_tapped, say_recorded, stay
from .tracer import Watch
from .wire import ClosedError, send

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .rehearsal import Rehearsal
    from .session import Collected
    from .telling import Line, Teller

    Order = dict[str, Any]
    Tapped = tuple[list[TappedFile], Teller]


def task(near: socket.socket, near_warm: socket.socket, order: Order, rehearsal: Rehearsal) -> None:
    """Be the task process: write the project, fork the warm process, serve until told to end."""
    os.setsid()
    adopt_orphans()
    with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123 - far side
        os.dup2(nowhere.fileno(), 2)  # was the log: programs write to it for ever
    doing = "confine the processes that run tests"
    try:
        cage = Cage(Plan(*order["plan"]), order["folder"])
        doing = "write the scratch copy"
        scratch = Scratch(order["folder"], dict(order["files"]), cage.places)
        scratch.create()
    except OSError as error:
        send(near_warm, {"op": "failed", "why": f"cannot {doing}: {error}"})
        return
    spec = Spec(
        scratch.root, tuple(order["targets"]), tuple(order["pythonpath"]), scratch.home, scratch.tmp
    )
    confine_server(order["memory"])
    if mentions_collector(scratch.files):
        gc.unfreeze()
    start = Start(spec, CodeMemo(spec.root, rehearsal.codes), rehearsal, cage)
    start.memo.install()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        near.close()
        die_with_parent(parent)
        adopt_orphans()
        _leave_after(partial(serve_warm, near_warm, scratch, start, order["paths"]))
    near_warm.close()
    _leave_after(partial(serve_clean, near, scratch, start, pid))


@dataclass(frozen=True)
class Start:
    """What both processes of a task begin with."""

    spec: Spec
    memo: CodeMemo
    rehearsal: Rehearsal
    cage: Cage

    def configure(self) -> Collected:
        """Enter the project and configure pytest in it."""
        enter(self.spec)
        with self.rehearsal.known_distributions(self.spec.folders):
            return configure(self.spec)


def _leave_after(work: Callable[[], None]) -> None:
    """Do the work, then end this process without running what a program registered."""
    try:
        work()
    except ClosedError:
        os._exit(0)
    except BaseException:
        # Into the base's log, past pytest's capturing of our own stderr.
        note_crash()
        raise
    finally:
        os._exit(1)


def serve_clean(near: socket.socket, scratch: Scratch, start: Start, warm_pid: int) -> None:
    """Run orders that import the program anew; configure pytest ahead once that is known safe."""
    clean = Clean(start, scratch)
    work = {
        "anew": clean.anew, "cover": clean.cover, "trace": clean.trace, "record": clean.record,
    }  # fmt: skip
    clean.server = Server(near, scratch, work, (warm_pid,), start.cage, clean.prime)
    clean.server.serve(partner=warm_pid)


class Clean:
    """What children of the process do that holds nothing of the program's code."""

    server: Server

    def __init__(self, start: Start, scratch: Scratch) -> None:
        self._start, self._scratch = start, scratch
        self._ahead: list[Collected] = []
        self._known: list[Outline] = []

    def prime(self, order: Order) -> None:
        """Take in what the warm process found out, in this process and not in a child."""
        self._start.memo.codes.update(order["codes"])
        preload(order["modules"])
        if order["configure"]:
            self._ahead.append(self._start.configure())
            self._known.extend(Outline(*data) for data in order["outline"])

    def anew(self, order: Order, mapped: Mapped, line: Line) -> None:
        """Import, collect and run."""
        outline = self._known[0] if self._known else None
        job = job_of(self._start.spec, order)
        run_collected_anew(self._ready, outline, job, mapped, line)

    def cover(self, order: Order, _mapped: Mapped, line: Line) -> None:
        """Trace the lines that each test executes."""
        start = self._start
        cover(start.spec, self._ready, order, self._scratch.restore, start.cage, line)

    def trace(self, order: Order, mapped: Mapped, line: Line) -> None:
        """Run with taps."""
        _, teller = self._tapped(order, mapped, line)
        teller.end()

    def record(self, order: Order, mapped: Mapped, line: Line) -> None:
        """Run with taps, and stay to run functions again on what they were given."""
        files, teller = self._tapped(order, mapped, line)
        say_recorded(teller)
        teller.end()
        if self.server.staying is not None:
            stay(files, self._start.memo, self.server.staying, self._scratch, self._start.cage)

    def _tapped(self, order: Order, mapped: Mapped, line: Line) -> Tapped:
        start = self._start
        taps: Any = [(f"{start.spec.root}/{path}", *rest) for path, *rest in order["taps"]]
        return run_tapped(self._ready, start.memo, job_of(start.spec, order), taps, mapped, line)

    def _ready(self) -> Collected:
        return self._ahead[0] if self._ahead else self._start.configure()


def serve_warm(near: socket.socket, scratch: Scratch, start: Start, paths: list[str]) -> None:
    """Collect, say what was found, then run orders in forked children."""
    before = set(sys.modules)
    spec, codes = start.spec, start.memo.codes
    started = time.process_time()
    with Watch(spec.root, paths) as watch:
        configured = start.configure()
    untouched = not configured.errors and not watch.touched
    ready = warm(configured, spec.root, scratch.folders)
    spent = time.process_time() - started
    new = {key: codes[key] for key in codes.keys() - start.rehearsal.codes.keys()}
    known = ready.collected.outline
    primer = {
        "codes": new,
        "modules": stdlib_since(before),
        "configure": untouched,
        "outline": [] if known is None else [tuple(known)],
    }
    send(near, describe(spec, ready, spent), marshal.dumps(primer))
    scratch.restore()

    def swapped(order: Order, mapped: Mapped, line: Line) -> None:
        run_swapped(ready, job_of(spec, order), mapped, line)

    Server(near, scratch, {"swap": swapped}, tuple(children()), start.cage).serve()


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
        "memory": own_memory(),
    }


def job_of(spec: Spec, order: Order) -> Job:
    """Return the job in an order; its paths become absolute."""
    codes = {
        (f"{spec.root}/{path}", name, line): data
        for (path, name, line), data in order["codes"].items()
    }
    return Job(
        nonce=order["nonce"],
        bounds=Bounds(order["cpu"], order["wall"], order["memory"]),
        tests=None if order["tests"] is None else tuple(order["tests"]),
        codes=codes,
        first_failure_only=order["first_failure_only"],
        watch_state=order["watch_state"],
        quickly=order["quickly"],
        patterns=order["patterns"],
    )


def note_crash() -> None:
    """Append this process's exception to the log that the near side shows when one is lost."""
    text = traceback.format_exc().encode(errors="replace")
    with contextlib.suppress(OSError):
        os.write(LOG_FD, text)


def default_signals() -> None:
    """Undo what Python or a parent set, as in a process that was just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
