"""`trace`: plan the taps of a program, have its suite run once, and say what each edit would do."""

from __future__ import annotations

import marshal
import os
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

from nerion_gym.execution.memo import digest
from nerion_gym.execution.reach import all_lines
from nerion_gym.execution.tracing.entries import entries_of
from nerion_gym.execution.tracing.instrument import instrumented
from nerion_gym.execution.tracing.planning import plan_taps
from nerion_gym.execution.tracing.reading import Reading
from nerion_gym.execution.tracing.signatures import may_look
from nerion_gym.execution.tracing.tabled import table_of
from nerion_gym.execution.tracing.told import Tapped, Told, functions_of, recording_of
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.trace import EditTrace, Infection, SiteTrace, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.limits import Times
    from nerion_gym.execution.tracing.asking import Recording
    from nerion_gym.types.coverage import Baseline, Coverage
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

SLOWER = 20.0
"""How much longer than the plain suite a traced run may take."""
AT_LEAST = 60.0
MORE_MEMORY = 256 << 20
SEVERAL_FILES = "it edits several files"
LEFT_OUT = "a test that runs code of the file was left out"
OTHERWISE = "a test reads the file's text, or starts processes that may run it"


def tapped(program: Program, edits: Sequence[Edit]) -> list[Tapped]:
    """Return the taps for some edits, file by file."""
    by_path: dict[str, list[int]] = defaultdict(list)
    for number, edit in enumerate(edits):
        paths = {splice.path for splice in edit.splices}
        if len(paths) == 1:
            by_path[paths.pop()].append(number)
    return [
        _tapped_file(path, program.source(path), tuple(edits[n] for n in numbers))._replace(
            numbers=tuple(numbers)
        )
        for path, numbers in sorted(by_path.items())
    ]


@lru_cache(maxsize=64)
def _tapped_file(path: str, source: bytes, edits: tuple[Edit, ...]) -> Tapped:
    """Return the taps of a file, its edits numbered within it.

    A file that other programs have too is planned once, wherever its edits stand in their lists.
    """
    module = parse_module(path, source)
    plan, entries = plan_taps(module, edits), entries_of(module)
    code = marshal.dumps(instrumented(module, plan.sites, entries))
    table = marshal.dumps(table_of(plan.sites))
    order = path, digest(source), code, table, [entry.key for entry in entries]
    return Tapped(path, (), plan, order, tuple(entries))


def traced(
    ask: Callable[[dict[str, Any]], Answer],
    baseline: Baseline,
    edits: Sequence[Edit],
    times: Times,
    memory: int,
) -> tuple[Trace, Recording]:
    """Have the suite run once with taps; return what it told of some edits, and what it recorded.

    Args:
        ask: sends an order to the processes of the program.
        baseline: the plain run to compare with.
        edits: of the program.
        times: what the plain run took.
        memory: bytes that a plain run may take.

    Raises:
        SandboxError: the machinery failed.
    """
    started = perf_counter()
    files = tapped(baseline.program, edits)
    told = Told.of(ask(order_of(files, times, memory)), baseline)
    trace = trace_of(files, len(edits), told, baseline)
    seconds = perf_counter() - started
    return replace(trace, seconds=seconds), recording_of(files, told)


def order_of(files: Sequence[Tapped], times: Times, memory: int) -> dict[str, Any]:
    """Return the order for a traced run."""
    cpu, wall = times.limits(None, collecting=True)
    return {
        "op": "record",
        "nonce": os.urandom(16),
        "files": {},
        "taps": [file.order for file in files],
        "tests": None,
        "codes": {},
        "cpu": max(SLOWER * cpu, AT_LEAST),
        "wall": max(SLOWER * wall, AT_LEAST),
        "memory": memory + MORE_MEMORY,
        "first_failure_only": False,
        "watch_state": False,
        "quickly": False,
        "patterns": False,
    }


def trace_of(files: Sequence[Tapped], count: int, told: Told, baseline: Baseline) -> Trace:
    """Return what a traced run told.

    Args:
        files: the taps.
        count: of edits.
        told: by the traced process.
        baseline: the plain run to compare with.
    """
    doubts = doubts_of(baseline, told.left_out)
    seen = may_look(baseline.program, baseline.suite)
    found = [EditTrace(Infection.UNKNOWN, why=SEVERAL_FILES)] * count
    sites: list[SiteTrace] = []
    for number, file in enumerate(files):
        executed = executed_lines(baseline.coverage, file.path)
        doubt = doubts.get(file.path, "")
        reading = Reading(told, told.sites.get(number, {}), doubt, seen, executed)
        for place, edit in reading.edits(file):
            found[file.numbers[place]] = edit
        sites += reading.sites(file, baseline.program)
    return Trace(
        tuple(found),
        tuple(sites),
        told.left_out,
        functions_of(files, told),
        program=baseline.program,
        suite=baseline.suite,
        complete=told.complete,
    )


def executed_lines(coverage: Coverage, path: str) -> frozenset[int] | None:
    """Return the lines of a file that run at import or in a test; None where no test is known."""
    if not coverage.tests:
        return None
    runs = [coverage.at_import, *coverage.tests.values()]
    return frozenset().union(*(lines.get(path, frozenset()) for lines in runs))


def doubts_of(baseline: Baseline, left_out: Collection[str]) -> dict[str, str]:
    """Return path -> why no edit of the file is ruled out, for files where that is so.

    A test depends on a whole file where it reads its text or starts processes. One that is left out
    may have ended before it came where it comes without taps.
    """
    coverage = baseline.coverage
    runs = [*coverage.tests.values(), coverage.at_import]
    found = {}
    for path, every in all_lines(baseline.program).items():
        if any(every <= lines.get(path, frozenset()) for lines in runs):
            found[path] = OTHERWISE
        elif any(coverage.tests.get(test, {path: every}).get(path) for test in left_out):
            found[path] = LEFT_OUT
    return found
