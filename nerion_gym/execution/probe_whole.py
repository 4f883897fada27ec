"""All layers of a containment together, as tasks get them: known programs, and known attempts.

The other probes put a layer in place themselves, so they show that it holds, not that a task gets
it. Here a cage confines, in its own way, what is known: a program that is right must pass, one that
is wrong must fail, and each attempt must be refused that a plain process beside the cage brings
off. All of a process's attempts are made in one child, one after the other: a refused one changes
nothing.
"""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH102, PTH103, PTH109, PTH118

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .cage import Cage
from .confinement.plan import PACKAGE, Plan
from .probe_attempts import MOUNT_POINT, neighbours, on_runs, on_servers
from .probes import BROKEN, DONE, REFUSED, NoLayerError, Row, answer, ended, in_a_child, no_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from .probe_attempts import Attempt
    from .probes import Target

PROGRAMS = {
    "good": "def double(x):\n    return 2 * x\n\n\nassert double(2) == 4\n",
    "bad": "def double(x):\n    return 3 * x\n\n\nassert double(2) == 4\n",
}


class Found(NamedTuple):
    """What came of a containment's layers together.

    Attributes:
        programs: (name, whether it passed).
        rows: the attempts.
    """

    programs: list[tuple[str, bool]]
    rows: list[Row]


def whole(kind: str, room: bool, target: Target) -> Found:
    """Try all layers of a containment.

    Args:
        kind: "strict" or "package".
        room: whether this process is in a room, in a folder that is the base's own.
        target: what attempts are made on.

    Raises:
        NoLayerError: something came to another end than the known ones.
    """
    plan = Plan(kind, room)
    slot = os.path.join(os.getcwd() if room else target.folder, f"slot-{kind}")
    os.makedirs(slot, exist_ok=True)
    if room:
        os.mkdir(MOUNT_POINT)
    suffix = kind if room else f"{kind} without namespaces"
    with ExitStack() as held:
        beside = neighbours(held) if kind == PACKAGE else []
        levels = {
            f"all layers of {suffix}": [*beside, *on_runs(plan, target)],
            f"servers of {suffix}": on_servers(plan, target),
        }
        bare = [told(in_a_child, attempts) for attempts in levels.values()]

        def task(report: Callable[[object], None]) -> None:
            cage = Cage(plan, slot)
            codes = [in_run(cage, known(text)) for text in PROGRAMS.values()]
            ways = (lambda work: in_run(cage, work), in_a_child)
            tried = [
                told(way, attempts) for way, attempts in zip(ways, levels.values(), strict=True)
            ]
            report((codes, tried))

        codes, tried = answer(in_a_child, task)
    if set(codes) - {DONE, REFUSED}:
        raise NoLayerError(f"{kind}: exit codes {codes}")
    rows = [
        Row(layer, attempt.what, with_it is True, without is False)
        for (layer, attempts), layered, control in zip(levels.items(), tried, bare, strict=True)
        for attempt, with_it, without in zip(attempts, layered, control, strict=True)
    ]
    programs = [(name, code == DONE) for name, code in zip(PROGRAMS, codes, strict=True)]
    return Found(programs, rows)


def known(text: str) -> Callable[[], object]:
    """Return a known program to be run."""
    return lambda: exec(compile(text, "known", "exec"), {})  # noqa: S102 - one of two known texts


def told(
    way: Callable[[Callable[[], object]], int], attempts: list[Attempt]
) -> list[bool] | list[None]:
    """Make attempts in a process; return which were refused, or that it did not live to tell."""
    parent = os.getpid()

    def work(report: Callable[[object], None]) -> None:
        report([no_to(partial(attempt.act, parent)) for attempt in attempts])

    try:
        return list(answer(way, work))
    except NoLayerError:
        return [None] * len(attempts)


def in_run(cage: Cage, work: Callable[[], object]) -> int:
    """Do something in a run of a cage; return DONE, or REFUSED where it fails as tests do."""
    parent = os.getpid()
    pid, helper = cage.fork()
    if pid == 0:
        code = BROKEN
        try:
            cage.enter(parent)
            work()
            code = DONE
        except AssertionError:
            code = REFUSED
        finally:
            os._exit(code)
    if helper:
        # A namespace's first process goes last, but is reaped only when all others are.
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        os.kill(helper, signal.SIGKILL)
    code = ended(pid)
    if helper:
        ended(helper)
    return code
