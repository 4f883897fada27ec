"""The child of a traced run: import the program with taps, run its suite, tell what they saw.

One that stays keeps the arguments that it recorded, and serves micro-executions in its forks.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import signal
import sys
import threading
from dataclasses import dataclass
from time import monotonic, sleep
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .child import bind, live_functions, placed, run
from .micro import Calls, run_micro
from .sandbox import adopt_orphans, own_memory
from .server import Server
from .session import collect
from .supervise import end_others
from .telling import Line, Teller
from .tracing.calls import Function, Recorder
from .tracing.marks import bound
from .tracing.recipes import pin
from .tracing.tables import sites_in
from .tracing.taps import Clock, Site
from .wire import ClosedError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from types import CodeType, FunctionType

    from .child import Job, Key
    from .memo import CodeMemo
    from .sandbox import Mapped
    from .scratch import Scratch
    from .session import Collected
    from .supervise import Confining

THREADS = "the suite left threads running"
LEAVING = 0.1
"""Seconds that a thread may take to end for good."""


class Counting(Teller):
    """Tells verdicts; after each the next test is on."""

    def __init__(self, line: Line, nonce: bytes, clock: Clock) -> None:
        super().__init__(line, nonce)
        self._clock = clock

    def tell(self, *record: Any) -> None:
        """Write one record."""
        super().tell(*record)
        if record[0] in ("test", "silent"):
            self._clock.test += 1

    def passed(self, test: str, wall: float, cpu: float) -> None:
        """Write that a test passed."""
        super().passed(test, wall, cpu)
        self._clock.test += 1


@dataclass(frozen=True)
class TappedFile:
    """What the taps of one file saw.

    Attributes:
        path: absolute.
        digest: SHA-256 of the source.
        sites: of expressions.
        functions: by key, in the order of the text.
    """

    path: str
    digest: str
    sites: list[Site]
    functions: dict[Key, Function]


Taps = tuple[str, str, bytes, bytes, list[tuple[str, int]]]
"""Absolute path of a file, SHA-256 of its source, its code with marks for taps, the code that makes
the sites (both marshalled), and name and first line of each function with taps."""


def installed(taps: Sequence[Taps], memo: CodeMemo, recorder: Recorder) -> list[TappedFile]:
    """Put code with taps in the place of the program's; return the taps, file by file.

    Thousands of objects are made and stay: the collector neither runs meanwhile nor looks at them
    later, unless the program could tell (`server.mentions_collector`: nothing is frozen then).
    """
    collecting = gc.isenabled()
    gc.disable()
    files = []
    for path, digest, code, table, names in taps:
        sites = sites_in(marshal.loads(table), recorder.clock)  # noqa: S302 - made by the near side
        functions = {(path, *name): Function(recorder) for name in names}
        methods: list[Any] = [*sites, *functions.values()]
        tapped = bound(marshal.loads(code), methods)  # noqa: S302 - as above
        memo.live["import", path, digest] = placed(tapped, path)
        files.append(TappedFile(path, digest, sites, functions))
    if gc.get_freeze_count():
        gc.freeze()
    if collecting:
        gc.enable()
    return files


def run_tapped(
    configured: Callable[[], Collected],
    memo: CodeMemo,
    job: Job,
    taps: Sequence[Taps],
    mapped: Mapped,
    line: Line,
) -> tuple[list[TappedFile], Teller]:
    """Collect with taps in the program's files, run everything, and tell what the taps saw.

    All but the end is told: what comes between is the caller's.

    Args:
        configured: gives the session.
        memo: where the import system finds compiled code.
        job: limits.
        taps: of each file.
        mapped: what was mapped before the fork.
        line: where records go.
    """
    clock = Clock()
    teller = Counting(line, job.nonce, clock)
    bind(job, mapped, teller)
    teller.tell("ready", monotonic())
    recorder = Recorder(clock, memo.root.rstrip("/"), frozenset(path for path, *_ in taps))
    files = installed(taps, memo, recorder)
    found = collect(configured())
    for error in found.errors:
        teller.tell("error", *error)
    teller.tell("collected", [item.nodeid for item in found.items], found.may_run)
    pin(held_by_modules(memo.root))
    clock.test = 1
    run(found, job, teller)
    clock.test = 0
    teller.tell("ran", monotonic())
    for number, file in enumerate(files):
        tell_of(number, file, teller)
    return files, teller


def say_recorded(teller: Teller) -> None:
    """Say how much memory this process takes, and why it cannot be forked if it cannot."""
    teller.tell("recorded", own_memory(), "" if threads_here() == 1 else THREADS)


def threads_here() -> int:
    """Return how many threads this process has, those that Python knows nothing of too.

    One that was joined is gone for Python a moment before it is for the system.
    """
    deadline = monotonic() + LEAVING
    while True:
        count = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - far side
        if count == 1 or threading.active_count() > 1 or monotonic() > deadline:
            return count
        sleep(0.001)


def tell_of(number: int, file: TappedFile, teller: Teller) -> None:
    """Tell what the taps of a file saw."""
    for place, site in enumerate(file.sites):
        report = site.seen()
        if report.tests:
            teller.tell("site", number, place, *report)
    for place, function in enumerate(file.functions.values()):
        function.finish()
        if function.calls:
            teller.tell("function", number, place, *function.report())


def held_by_modules(root: str) -> list[Any]:
    """Return what the modules of a project hold."""
    # Of plain modules alone, and by their names: one of another kind may run code when it is asked.
    spaces = [vars(one) for one in list(sys.modules.values()) if type(one) is ModuleType]
    own = [space for space in spaces if str(space.get("__file__")).startswith(root)]
    return [value for space in own for value in list(space.values())]


# --- staying --------------------------------------------------------------------------------------


def stay(
    files: Sequence[TappedFile],
    memo: CodeMemo,
    near: socket.socket,
    scratch: Scratch,
    cage: Confining,
) -> None:
    """Serve micro-executions of what was recorded, in forks, until the near side hangs up."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    if threads_here() > 1:
        return  # a fork has one thread only; `say_recorded` said so
    adopt_orphans()
    end_others(())
    live = live_functions(memo.root.rstrip("/"), shared=True)
    calls: dict[Key, Calls] = {}
    for file in files:
        for key, function in file.functions.items():
            relative = (key[0].removeprefix(memo.root), *key[1:])
            calls[relative] = Calls(live.get(key, ()), function.recorded)
        for code in functions_in(plain_code(file, memo)):
            untapped(live.get((file.path, code.co_qualname, code.co_firstlineno), ()), code)

    def micro(order: dict[str, Any], mapped: Mapped, line: Line) -> None:
        run_micro(calls, order, mapped, line)

    with contextlib.suppress(ClosedError):
        Server(near, scratch, {"micro": micro}, (), cage).serve()


def plain_code(file: TappedFile, memo: CodeMemo) -> CodeType:
    """Return a file's code without taps."""
    known = memo.codes.get(("import", file.path, file.digest))
    if known is not None:
        code: CodeType = marshal.loads(known)  # noqa: S302 - our own bytes
        return placed(code, file.path)
    with open(file.path, "rb") as source:  # noqa: PTH123 - far side
        return compile(source.read(), file.path, "exec", dont_inherit=True, optimize=0)


def functions_in(code: CodeType) -> list[CodeType]:
    """Return the outermost functions of a module, of its classes too, in the order of the text."""
    found = []
    for one in code.co_consts:
        if isinstance(one, type(code)):
            is_function = one.co_flags & 1  # CO_OPTIMIZED: neither a module's nor a class's
            found += [one] if is_function else functions_in(one)
    return found


def untapped(functions: Sequence[FunctionType], code: CodeType) -> None:
    """Take the taps out of functions: they have seen what there is to see."""
    for function in functions:
        if code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code
