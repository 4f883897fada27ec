"""What a forked child does: bound itself, take the edit in, run tests, tell, leave."""

from __future__ import annotations

import gc
import linecache
import marshal
import os
import sys
import time
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from .fingerprint import Fingerprint, loaded_below
from .recorder import FAILING
from .sandbox import Bounds, Mapped, confine
from .session import Collected, collect, prepare, run_items
from .wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .recorder import Verdict

END = ("end",)
"""The record after which nothing counts."""
Key = tuple[str, str, int]
"""A function: absolute file, qualified name, first line."""


@dataclass(frozen=True)
class Job:
    """One run.

    Attributes:
        nonce: starts every record.
        bounds: limits of the child.
        tests: node ids to run, None for all.
        codes: key of a function -> its new code, marshalled.
        first_failure_only: stop after the first test that does not pass.
        watch_state: whether the state after the last test is compared with that before.
    """

    nonce: bytes
    bounds: Bounds
    tests: tuple[str, ...] | None = None
    codes: dict[Key, bytes] = field(default_factory=dict)
    first_failure_only: bool = False
    watch_state: bool = False


class Teller:
    """Writes records to the pipe."""

    def __init__(self, fd: int, nonce: bytes) -> None:
        self._fd, self._nonce = fd, nonce
        self._write, self._who, self._owner = os.write, os.getpid, os.getpid()

    def tell(self, *record: Any) -> None:
        """Write one record."""
        self.pass_on(frame(self._nonce, list(record)))

    def pass_on(self, output: bytes) -> None:
        """Write packed records; a pipe that the program closed ends the process.

        A fork that a test made, and that went on with the session, has nothing to tell.
        """
        if self._who() != self._owner:
            return
        data = memoryview(output)
        try:
            while data:
                data = data[self._write(self._fd, data) :]
        except OSError:
            os._exit(71)


@dataclass(frozen=True)
class Warm:
    """A collected session that children are forked from.

    Attributes:
        live: the functions that are safe to swap.
        state: what the process looks like before any test.
    """

    collected: Collected
    live: dict[Key, list[types.FunctionType]]
    state: Fingerprint


def warm(configured: Collected, root: str, folders: Collection[str]) -> Warm:
    """Collect in this process, for children to come; they look at the entries of some folders."""
    collected = collect(configured)
    prepare(collected)
    gc.collect()
    return Warm(collected, live_functions(root), Fingerprint(loaded_below(root), folders))


def run_swapped(ready: Warm, job: Job, mapped: Mapped, fd: int) -> None:
    """Swap code in place, then run tests of the session that was collected before the fork."""
    teller = Teller(fd, job.nonce)
    confine(job.bounds, mapped)
    try:
        swap(ready.live, job.codes)
    except (KeyError, ValueError) as error:
        teller.tell("failed", f"{type(error).__name__}: {error}")
        raise
    teller.tell("ready", time.monotonic())
    run(ready.collected, job, teller)
    teller.tell("ran", time.monotonic())
    if job.watch_state:
        broken = ready.collected.caller is not None and not ready.collected.caller.usable
        teller.tell("state", broken or ready.state.changed())
    teller.tell(*END)


def run_collected_anew(
    configured: Callable[[], Collected], job: Job, mapped: Mapped, fd: int
) -> None:
    """Import and collect in this child, then run tests.

    `configured` gives the session: one configured before the fork, if that was safe.
    """
    teller = Teller(fd, job.nonce)
    confine(job.bounds, mapped)
    teller.tell("ready", time.monotonic())
    try:
        collected = collect(configured())
    except MemoryError:
        teller.tell("broken", "MemoryError")
        return
    for error in collected.errors:
        teller.tell("error", *error)
    teller.tell("collected", [item.nodeid for item in collected.items], collected.may_run)
    teller.tell("imported", time.monotonic())
    run(collected, job, teller)
    teller.tell("ran", time.monotonic())
    teller.tell(*END)


def run(collected: Collected, job: Job, teller: Teller) -> None:
    """Run the job's tests and tell each verdict."""
    running = [""]

    def report(test: str, verdict: Verdict | None, wall: float, cpu: float) -> bool:
        running[0] = test
        if verdict is None:
            teller.tell("silent", test)
            return True
        teller.tell("test", test, *vars(verdict).values(), round(wall, 6), round(cpu, 6))
        return verdict.rank < FAILING or not job.first_failure_only

    try:
        run_items(collected, job.tests, report)
    except MemoryError:
        teller.tell("broken", "MemoryError")
    except (KeyboardInterrupt, pytest.exit.Exception, Exception, SystemExit) as error:  # noqa: BLE001
        # What leaves pytest's protocol ends a cold run: pytest.exit, Ctrl-C, a broken hook.
        teller.tell("broken", type(error).__name__)


# --- swapping code in place -------------------------------------------------------------------


def live_functions(root: str) -> dict[Key, list[types.FunctionType]]:
    """Return the functions of a project's files that are safe to swap, by key.

    Safe: exactly one code object has the key, and nothing but these function objects refers to
    it: no live frame, generator or coroutine, no copy that a decorator took.
    """
    prefix = f"{root}/"
    by_code: dict[int, list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType:
            code = thing.__code__
            if code.co_filename.startswith(prefix) and "<locals>" not in code.co_qualname:
                by_code.setdefault(id(code), []).append(thing)
    found: dict[Key, list[types.FunctionType]] = {}
    doubtful: set[Key] = set()
    for functions in by_code.values():
        code = functions[0].__code__
        key = (code.co_filename, code.co_qualname, code.co_firstlineno)
        # The local name and getrefcount's own argument are two more.
        if key in found or sys.getrefcount(code) != len(functions) + 2:
            doubtful.add(key)
        found[key] = functions
    return {key: functions for key, functions in found.items() if key not in doubtful}


def swap(live: dict[Key, list[types.FunctionType]], codes: dict[Key, bytes]) -> None:
    """Give every function object of each key its new code.

    Raises:
        KeyError: a function is not there, or not safe to swap.
    """
    for key, data in codes.items():
        code = placed(marshal.loads(data), key[0])  # noqa: S302 - made by the near side
        for function in live[key]:
            function.__code__ = code
        linecache.cache.pop(key[0], None)


def placed(code: types.CodeType, path: str) -> types.CodeType:
    """Return code as if compiled from another path, nested code too."""
    constants = tuple(
        placed(constant, path) if isinstance(constant, types.CodeType) else constant
        for constant in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=constants)
