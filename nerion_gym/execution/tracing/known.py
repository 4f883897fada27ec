"""Traces that are known, and traces of edited programs in the processes of the unchanged one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.reach import all_lines
from nerion_gym.execution.tracing.trace import traced
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Status
from nerion_gym.types.trace import EditTrace, Infection, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.cache import Key
    from nerion_gym.execution.limits import Times
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program

KEPT_ROWS = 40_000
"""Edits and sites of the traces that are kept, together: some tens of MiB. The newest is kept
whatever it takes."""
ENDED = frozenset({Status.TIMEOUT, Status.MEMORY, Status.CRASHED})
NOT_FINISHED = "a limit, or a crash, ended a test of the edited program"
NOT_COLLECTED = "the tests of the edited program do not collect"


class KnownTraces:
    """Traces by (program, suite, edits asked), least recently used first out.

    Args:
        most: rows of all together, see `KEPT_ROWS`; 0: none is kept.
    """

    def __init__(self, most: int = KEPT_ROWS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Key, tuple[Edit, ...]], Trace] = OrderedDict()
        self._rows = 0

    def get(self, key: Key, edits: Sequence[Edit]) -> Trace | None:
        """Return a trace, None where it is not known."""
        known = key, tuple(edits)
        if known in self._kept:
            self._kept.move_to_end(known)
        return self._kept.get(known)

    def put(self, key: Key, trace: Trace) -> None:
        """Remember a trace of the edits that it was asked about."""
        if not self._most:
            return
        known = key, trace.asked
        self._rows += rows_of(trace) - rows_of(self._kept.pop(known, None))
        self._kept[known] = trace
        while self._rows > self._most and len(self._kept) > 1:
            self._rows -= rows_of(self._kept.popitem(last=False)[1])


def rows_of(trace: Trace | None) -> int:
    """Return what a trace counts against the bound."""
    return 0 if trace is None else len(trace.edits) + len(trace.sites)


def without_run(outcome: Outcome) -> str:
    """Return why a traced run of a program would tell nothing; "" where it may.

    What a limit ended plainly would only take longer with taps.
    """
    if any(result.phase == "collect" for result in outcome.results):
        return NOT_COLLECTED
    if any(result.status in ENDED for result in outcome.results):
        return NOT_FINISHED
    return ""


class Place(NamedTuple):
    """Where a traced run takes place: an unchanged program's processes.

    Attributes:
        ask: sends them an order.
        times: what the plain run of the unchanged program took.
        memory: bytes that a plain run may take.
    """

    ask: Callable[[dict[str, Any]], Answer]
    times: Times
    memory: int


def traced_edited(
    place: Place, unchanged: Baseline, outcome: Outcome, program: Program, edits: Sequence[Edit]
) -> Trace:
    """Trace an edited program in the processes of the unchanged one; see `trace.traced`.

    All tests run, those too that the edit does not reach: what is said of an edit is summed over
    tests in the traced process, so that rows of two runs cannot be made one exactly.

    Args:
        place: where.
        unchanged: the plain run that the processes belong to.
        outcome: of the edited program.
        program: edited, with the same paths.
        edits: of the edited program.

    Raises:
        SandboxError: the machinery failed.
    """
    why = without_run(outcome)
    if why:
        row = EditTrace(Infection.UNKNOWN, why=why)
        rows = (row,) * len(edits)
        return Trace(rows, (), program=program, suite=unchanged.suite, complete=False)
    files = edited_files(unchanged.program, program)

    def ask(order: dict[str, Any]) -> Answer:
        # Confined as any run of an edited program, so that it cannot stay and fork.
        return place.ask({**order, "op": "trace", "files": files})

    baseline = as_baseline(unchanged, program, outcome)
    return traced(ask, baseline, edits, place.times, place.memory)[0]


def as_baseline(unchanged: Baseline, program: Program, outcome: Outcome) -> Baseline:
    """Return an edited program's outcome as what its traced run is compared with.

    Which lines its tests execute is not measured. So a file that some test of the unchanged program
    reads as text, or that other processes may run, stays one, and each test may run every file.
    """
    coverage = unchanged.coverage
    runs = [*coverage.tests.values(), coverage.at_import]
    before, now = all_lines(unchanged.program), all_lines(program)
    whole = {
        path: frozenset(now[path])
        for path, every in before.items()
        if any(every <= lines.get(path, frozenset()) for lines in runs)
    }
    return Baseline(program, unchanged.suite, outcome, Coverage({}, whole, coverage.needs))


def edited_files(unchanged: Program, program: Program) -> dict[str, bytes]:
    """Return the files of a program that differ from those of another with the same paths."""
    pairs = zip(unchanged.files, program.files, strict=True)
    return {path: data for (_, before), (path, data) in pairs if before != data}
