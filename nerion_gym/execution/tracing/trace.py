"""`trace`: plan the taps of a program, have its suite run once, and say what each edit would do."""

from __future__ import annotations

import marshal
import os
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.memo import digest
from nerion_gym.execution.reach import all_lines
from nerion_gym.execution.tracing.instrument import instrumented, table_of
from nerion_gym.execution.tracing.reading import Reading
from nerion_gym.execution.tracing.sites import Plan, plan_taps
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.trace import EditTrace, Infection, SiteTrace, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.limits import Times
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

SLOWER = 20.0
"""How much longer than the plain suite a traced run may take."""
AT_LEAST = 60.0
MORE_MEMORY = 256 << 20
SEVERAL_FILES = "it edits several files"
LEFT_OUT = "a test that runs code of the file was left out"
NOT_RUN = "not run with taps"
OTHERWISE = "a test reads the file's text, or starts processes that may run it"


class Tapped(NamedTuple):
    """The taps of one file.

    Attributes:
        path: relative.
        numbers: of the edits of this file, in the caller's list.
        plan: the taps, with edits numbered within the file.
        order: what the traced process needs.
    """

    path: str
    numbers: tuple[int, ...]
    plan: Plan
    order: tuple[str, str, bytes, bytes]


def tapped(program: Program, edits: Sequence[Edit]) -> list[Tapped]:
    """Return the taps for some edits, file by file."""
    by_path: dict[str, list[int]] = defaultdict(list)
    for number, edit in enumerate(edits):
        paths = {splice.path for splice in edit.splices}
        if len(paths) == 1:
            by_path[paths.pop()].append(number)
    return [
        _tapped_file(path, program.source(path), tuple(numbers), tuple(edits[n] for n in numbers))
        for path, numbers in sorted(by_path.items())
    ]


@lru_cache(maxsize=64)
def _tapped_file(
    path: str, source: bytes, numbers: tuple[int, ...], edits: tuple[Edit, ...]
) -> Tapped:
    plan = plan_taps(parse_module(path, source), edits)
    code = marshal.dumps(instrumented(parse_module(path, source), plan.sites))
    table = marshal.dumps(table_of(plan.sites))
    return Tapped(path, numbers, plan, (path, digest(source), code, table))


def traced(
    ask: Callable[[dict[str, Any]], Answer],
    baseline: Baseline,
    edits: Sequence[Edit],
    times: Times,
    memory: int,
) -> Trace:
    """Have the suite run once with taps; return what it told of some edits.

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
    answer = ask(order_of(files, times, memory))
    return trace_of(files, len(edits), answer, baseline, started)


def order_of(files: Sequence[Tapped], times: Times, memory: int) -> dict[str, Any]:
    """Return the order for a traced run."""
    cpu, wall = times.limits(None, collecting=True)
    return {
        "op": "trace",
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


def trace_of(
    files: Sequence[Tapped], count: int, answer: Answer, baseline: Baseline, started: float
) -> Trace:
    """Return what a traced run told.

    Args:
        files: the taps.
        count: of edits.
        answer: of the traced process.
        baseline: the plain run to compare with.
        started: clock reading.
    """
    told = Told.of(answer, baseline)
    doubts = doubts_of(baseline, told.left_out)
    found = [EditTrace(Infection.UNKNOWN, why=SEVERAL_FILES)] * count
    sites: list[SiteTrace] = []
    for number, file in enumerate(files):
        reading = Reading(told, told.sites.get(number, {}), doubts.get(file.path, ""))
        for place, edit in reading.edits(file):
            found[file.numbers[place]] = edit
        sites += reading.sites(file, baseline.program)
    return Trace(
        tuple(found),
        tuple(sites),
        told.left_out,
        seconds=perf_counter() - started,
        program=baseline.program,
        suite=baseline.suite,
    )


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


@dataclass(frozen=True)
class Told:
    """What a traced run told.

    Attributes:
        tests: in the order of the run; the clock counts them from 1.
        left_out: test -> why it does not count.
        sites: file -> site -> what it told (`taps.Report`).
        complete: whether all tests ran and all taps told.
    """

    tests: tuple[str, ...]
    left_out: Mapping[str, str]
    sites: Mapping[int, Mapping[int, list[Any]]]
    complete: bool
    _named: dict[tuple[int, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, answer: Answer, baseline: Baseline) -> Told:
        """Read the records."""
        statuses: dict[str, str] = {}
        order: list[str] = []
        sites: dict[int, dict[int, list[Any]]] = defaultdict(dict)
        kinds = set()
        for kind, *rest in answer.records:
            kinds.add(kind)
            if kind in ("passed", "silent", "test"):
                order.append(rest[0])
                statuses[rest[0]] = {"passed": "PASSED", "silent": "NOT_RUN"}.get(kind) or rest[1]
            elif kind == "site":
                sites[rest[0]][rest[1]] = rest[2:]
        plain = {result.id: result.status.name for result in baseline.control.results}
        left_out = {
            test: f"{statuses[test].lower()} with taps, {status.lower()} without"
            if test in statuses
            else NOT_RUN
            for test, status in plain.items()
            if statuses.get(test) != status
        }
        complete = "end" in kinds and not answer.forged and not kinds & {"broken", "failed"}
        return cls(tuple(order), left_out, sites, complete)

    def names(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the tests of these numbers, without those that are left out."""
        key = tuple(numbers)
        if key not in self._named:
            found = [self.tests[number - 1] for number in key if 0 < number <= len(self.tests)]
            self._named[key] = tuple([test for test in found if test not in self.left_out])
        return self._named[key]
