"""What a forked child does: bound itself, take the edit in, run tests, tell, leave."""

from __future__ import annotations

import gc
import linecache
import marshal
import sys
import types
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from .direct import PASSED
from .fingerprint import Fingerprint, loaded_below
from .patterns import compiled_since, known
from .recorder import FAILING
from .running import prepare, run_items
from .sandbox import Bounds, Mapped, confine
from .session import Collected, collect, collect_again
from .shapes import UnclearError
from .telling import Line, Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .outline import Outline
    from .recorder import Verdict

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
        quickly: whether tests may be collected by their outline.
        patterns: whether the regular expressions that were compiled are told.
    """

    nonce: bytes
    bounds: Bounds
    tests: tuple[str, ...] | None = None
    codes: dict[Key, bytes] = field(default_factory=dict)
    first_failure_only: bool = False
    watch_state: bool = False
    quickly: bool = False
    patterns: bool = False


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
    collected = collect(configured, describe=True)
    prepare(collected)
    gc.collect()
    return Warm(collected, live_functions(root), Fingerprint(loaded_below(root), folders))


def bind(job: Job, mapped: Mapped, teller: Teller) -> None:
    """Bound this process, and say what went wrong where that fails: it is no fault of a program.

    Raises:
        OSError, ValueError: the machine refuses a limit.
    """
    try:
        confine(job.bounds, mapped)
    except (OSError, ValueError) as error:
        teller.tell("failed", f"{type(error).__name__}: {error}")
        raise


def run_swapped(ready: Warm, job: Job, mapped: Mapped, line: Line) -> None:
    """Swap code in place, then run tests of the session that was collected before the fork."""
    teller = Teller(line, job.nonce)
    bind(job, mapped, teller)
    try:
        swap(ready.live, job.codes)
    except (KeyError, ValueError) as error:
        teller.tell("failed", f"{type(error).__name__}: {error}")
        raise
    before = known() if job.patterns else set()
    teller.tell("ready", monotonic())
    run(ready.collected, job, teller)
    teller.tell("ran", monotonic())
    if job.patterns:
        teller.tell("patterns", compiled_since(before))
    if job.watch_state:
        broken = ready.collected.caller is not None and not ready.collected.caller.usable
        teller.tell("state", broken or ready.state.changed())
    teller.end()


def run_collected_anew(
    configured: Callable[[], Collected],
    outline: Outline | None,
    job: Job,
    mapped: Mapped,
    line: Line,
) -> None:
    """Import and collect in this child, then run tests.

    `configured` gives the session (one configured before the fork, if that was safe); `outline` is
    that of the tests, if there is one.
    """
    teller = Teller(line, job.nonce)
    bind(job, mapped, teller)
    teller.tell("ready", monotonic())
    outline = outline if job.quickly else None
    try:
        found = collect(configured()) if outline is None else collect_again(outline, configured())
    except MemoryError:
        teller.tell("broken", "MemoryError")
        return
    if found is None:
        teller.tell("slow")
        return
    for error in found.errors:
        teller.tell("error", *error)
    ids = [item.nodeid for item in found.items] if outline is None else None
    teller.tell("collected", ids, found.may_run)
    teller.tell("imported", monotonic())
    run(found, job, teller)
    teller.tell("ran", monotonic())
    teller.end()


def run(collected: Collected, job: Job, teller: Teller) -> None:
    """Run the job's tests and tell each verdict."""

    def report(test: str, verdict: Verdict | None, wall: float, cpu: float) -> bool:
        if collected.caller is not None and not collected.caller.usable:
            teller.require_pipe()
        if verdict is None:
            teller.tell("silent", test)
            return True
        if verdict is PASSED:
            teller.passed(test, wall, cpu)
        else:
            teller.tell("test", test, *vars(verdict).values(), round(wall, 6), round(cpu, 6))
        teller.failed |= verdict.rank >= FAILING
        return verdict.rank < FAILING or not job.first_failure_only

    try:
        run_items(collected, job.tests, report)
    except UnclearError:
        teller.tell("slow")
    except MemoryError:
        teller.tell("broken", "MemoryError")
    except (KeyboardInterrupt, pytest.exit.Exception, Exception, SystemExit) as error:  # noqa: BLE001
        # What leaves pytest's protocol ends a cold run: pytest.exit, Ctrl-C, a broken hook.
        teller.failed = True
        teller.tell("broken", type(error).__name__)


# --- swapping code in place -------------------------------------------------------------------


def live_functions(root: str, *, shared: bool = False) -> dict[Key, list[types.FunctionType]]:
    """Return the functions of a project's files that are safe to swap, by key.

    Safe: exactly one code object has the key, and nothing but these function objects refers to
    it: no live frame, generator or coroutine, no copy that a decorator took. Where `shared`, all of
    them: who calls them himself need not care who else has their code.
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
        if not shared and (key in found or sys.getrefcount(code) != len(functions) + 2):
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
