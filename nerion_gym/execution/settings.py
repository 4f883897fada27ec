"""How a runner works, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass

SETUP_SECONDS = 300.0
MEMORY_BYTES = 512 << 20
KEPT_TASKS = 64
KEPT_BYTES = 1 << 30


@dataclass(frozen=True)
class Settings:
    """How a runner works.

    Attributes:
        workers: children in flight in `run_many`.
        memory: bytes of address space that a child may map on top of the collected process.
        setup_seconds: wall limit for the first collection of a program.
        kept_tasks: tasks whose processes stay alive; the least recently used end first.
        kept_bytes: memory that they may have together, as far as it is not shared. The task in use
            is kept whatever it takes.
    """

    workers: int = 1
    memory: int = MEMORY_BYTES
    setup_seconds: float = SETUP_SECONDS
    kept_tasks: int = KEPT_TASKS
    kept_bytes: int = KEPT_BYTES


@dataclass
class RunnerStats:
    """What a runner has done.

    Attributes:
        control: runs of unchanged programs.
        coverage: runs that look at the lines that each test executes.
        traces: runs with taps.
        retraced: traces made again because no process held the arguments of the functions asked.
        micro: edits whose function was run alone.
        executions: runs of edited programs that really ran.
        cache_hits: outcomes that were known.
        unreached: edits that no test reaches; nothing ran.
        swapped, reimported: executions by route.
        outlined: reimported ones whose tests were collected by their outline, without pytest.
        widened: executions repeated with all tests, because the selected ones left state behind.
        repeated: runs repeated because the wall clock ended them.
        retried: runs repeated because the far side's processes were lost.
        failures: runs repeated because a child failed before it ran anything. Without a program
            that does this on purpose, each is a fault of nerion-gym's.
    """

    control: int = 0
    coverage: int = 0
    traces: int = 0
    retraced: int = 0
    micro: int = 0
    executions: int = 0
    cache_hits: int = 0
    unreached: int = 0
    swapped: int = 0
    reimported: int = 0
    outlined: int = 0
    widened: int = 0
    repeated: int = 0
    retried: int = 0
    failures: int = 0
