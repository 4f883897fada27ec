"""Traced runs of one runner: which are known, and which processes hold what was recorded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.errors import SandboxError
from nerion_gym.execution.cache import Key
from nerion_gym.execution.tracing.asking import GoneError, micro
from nerion_gym.execution.tracing.known import KEPT_ROWS, KnownTraces, Place, traced_edited
from nerion_gym.execution.tracing.trace import traced

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.farside import FarSide
    from nerion_gym.execution.limits import Times
    from nerion_gym.execution.settings import RunnerStats
    from nerion_gym.execution.tracing.asking import Recording
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.trace import MicroTrace, Trace

KEPT_RECORDINGS = 64


class Home(NamedTuple):
    """An unchanged program: its plain run, and what that took."""

    baseline: Baseline
    times: Times

    @property
    def key(self) -> Key:
        """What is known of it goes by this."""
        return Key.of(self.baseline.program, self.baseline.suite)


class Traces:
    """What a runner knows by traced runs.

    Args:
        far: its processes.
        stats: what it counts.
        memory: bytes that a plain run may take.
        keep: whether traces are remembered.
    """

    def __init__(self, far: FarSide, stats: RunnerStats, memory: int, *, keep: bool) -> None:
        self._far, self._stats, self._memory = far, stats, memory
        self._known = KnownTraces(KEPT_ROWS if keep else 0)
        self._recordings: OrderedDict[Key, Recording] = OrderedDict()

    def trace(
        self, home: Home, program: Program, edits: tuple[Edit, ...], run: Callable[[], Outcome]
    ) -> Trace:
        """Return the trace of a program, known or run now.

        Args:
            home: an unchanged program with the same paths; its processes run the traced one.
            program: it, or an edited one.
            edits: of the program.
            run: gives the program's own plain outcome.
        """
        key = Key.of(program, home.baseline.suite)
        known = self._known.get(key, edits)
        if known is not None:
            return known
        if program == home.baseline.program:
            trace = self._run(home, edits)
        else:
            place = self._place(home)
            trace = traced_edited(place, home.baseline, run(), program, edits)
        trace = replace(trace, asked=edits)
        self._known.put(key, trace)
        return trace

    def micro(self, home: Home, edits: tuple[Edit, ...]) -> list[MicroTrace]:
        """Run the functions of edits alone; trace the program again where nobody holds arguments.

        Raises:
            SandboxError: the process that holds them was lost twice, or the machinery failed.
        """
        ask = partial(self._far.ask, home.baseline.program, home.baseline.suite)
        for _ in range(2):
            recording = self._recordings.get(home.key)
            if recording is None or not recording.covers(edits):
                self._stats.retraced += 1  # it is gone, or had no taps in these files
                self._run(home, edits)
                recording = self._recordings[home.key]
            try:
                found = micro(ask, recording, home.baseline.program, edits, self._memory)
            except GoneError:
                del self._recordings[home.key]
                continue
            self._stats.micro += sum(one.ran > 0 for one in found)
            return found
        raise SandboxError("the traced process, which holds the arguments, was lost twice")

    def _run(self, home: Home, edits: tuple[Edit, ...]) -> Trace:
        place = self._place(home)
        trace, recording = traced(place.ask, home.baseline, edits, place.times, place.memory)
        self._recordings[home.key] = recording
        while len(self._recordings) > KEPT_RECORDINGS:
            self._recordings.popitem(last=False)
        return trace

    def _place(self, home: Home) -> Place:
        def ask(order: dict[str, Any]) -> Answer:
            self._stats.traces += 1
            return self._far.ask(home.baseline.program, home.baseline.suite, order)

        return Place(ask, home.times, self._memory)
