"""`LocalRunner`: suites on edited programs, on this machine, with the verdicts of a cold pytest."""

from __future__ import annotations

import os
import time
import weakref
from collections import OrderedDict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError
from nerion_gym.execution.cache import Key, OutcomeCache, in_order
from nerion_gym.execution.confinement.machine import stamp, unsafe
from nerion_gym.execution.farside import FarSide, Pending
from nerion_gym.execution.jobs import Job
from nerion_gym.execution.limits import Times
from nerion_gym.execution.reach import coverage_of, coverage_of_nothing
from nerion_gym.execution.routing import Plan, nearest, plan
from nerion_gym.execution.settings import RunnerStats, Settings
from nerion_gym.execution.tracing.runs import Home, Traces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nerion_gym.types.coverage import Baseline, Coverage
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.trace import MicroTrace, Trace

ALONE_SECONDS = 30.0
COVER_SECONDS = 900.0
KEPT_BASELINES = 256


class LocalRunner:
    """Runs tests in forked children of processes that have collected once.

    Implements `nerion_gym.types.protocols.TestRunner`. Nothing starts before the first run.

    Args:
        workers: children in flight in `run_many`.
        cache: whether outcomes and traces are remembered.
        cache_path: SQLite file to share outcomes through; by default `$NERION_CACHE`, if set.
        settings: the rarely changed rest; its `workers` is replaced by the argument.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        cache: bool = True,
        cache_path: str | Path | None = None,
        settings: Settings | None = None,
    ) -> None:
        if workers < 1:
            msg = f"workers={workers}: expected at least 1"
            raise ConfigError(msg)
        self.settings = replace(settings or Settings(), workers=workers)
        self.stats = RunnerStats()
        # What a run may have decides what comes of it, so it is part of what is remembered.
        limits = f"memory={self.settings.memory}" + (" unconfined" if unsafe() else "")
        self.cache: OutcomeCache | None = OutcomeCache(cache_path, limits) if cache else None
        self._baselines: OrderedDict[Key, Baseline] = OrderedDict()
        self._times: dict[Key, Times] = {}
        self._far = FarSide(self.settings)
        self._traces = Traces(self._far, self.stats, self.settings.memory, keep=cache)
        weakref.finalize(self, FarSide.close, self._far)

    # --- the protocol ---------------------------------------------------------------------------

    def run(
        self, program: Program, tests: Suite, *, stop_at_first_failure: bool = False
    ) -> Outcome:
        """Run the tests that reach the change; the others take the control run's status.

        Without a baseline for the suite the whole suite runs on the program as it is.

        Raises:
            SandboxError: the machinery failed; never for a bad program.
        """
        return self._run_all([program], tests, stop_at_first_failure)[0]

    def run_many(
        self, programs: Sequence[Program], tests: Suite, *, stop_at_first_failure: bool = False
    ) -> list[Outcome]:
        """Run several programs against one suite; outcomes in the order of `programs`.

        Raises:
            SandboxError: the machinery failed; never for a bad program.
        """
        return self._run_all(list(programs), tests, stop_at_first_failure)

    def coverage(self, program: Program, tests: Suite) -> Coverage:
        """Run the unchanged program once under a tracer: in order, and each test alone.

        Raises:
            SandboxError: the machinery failed.
        """
        self.stats.coverage += 1
        request = {
            "op": "cover",
            "nonce": os.urandom(16),
            "files": {},
            "paths": list(program.paths),
            "alone_seconds": ALONE_SECONDS,
            "wall": COVER_SECONDS,
            "memory": self.settings.memory,
        }
        answer = self._far.ask(program, tests, request)
        if answer.forged:
            return coverage_of_nothing(program)
        baseline = self._baselines.get(Key.of(program, tests))
        control = baseline.control if baseline else None
        warmth = self._far.warmth(program, tests)
        known = frozenset(warmth.tests) if warmth else None
        return coverage_of(program, answer.records, control, known)

    def adopt(self, baseline: Baseline) -> None:
        """Take a measured control run and coverage as the base to compare edits with."""
        key = Key.of(baseline.program, baseline.suite)
        self._baselines[key] = baseline
        self._baselines.move_to_end(key)
        if key not in self._times:
            # Measured elsewhere: wall time stands in for CPU time.
            seconds = {result.id: result.seconds for result in baseline.control.results}
            self._times[key] = Times(seconds, max(baseline.control.seconds, 0.1), seconds)
        while len(self._baselines) > KEPT_BASELINES:
            dropped, _ = self._baselines.popitem(last=False)
            self._times.pop(dropped, None)

    # --- beyond the protocol --------------------------------------------------------------------

    def control(
        self, program: Program, tests: Suite, order: Sequence[str] | None = None
    ) -> Outcome:
        """Run the whole suite on an unchanged program, known or not; nothing is cached.

        Args:
            program: runs as it is.
            tests: its suite.
            order: node ids, to run the tests in another order than that of collection.

        Raises:
            SandboxError: the machinery failed.
        """
        self.stats.control += 1
        job = Job(Plan("swap", None if order is None else tuple(order)), order or (), Times())
        whole = Pending(job, program, tests, None, time.perf_counter())
        self._drive([whole], count=False)
        if order is not None:
            return replace(self._finish(whole), route="control")
        self._far.know_patterns(program, tests, whole.job.patterns)
        # The other workers collect while this one goes on measuring.
        self._far.open_all(program, tests)
        warmth = self._far.warmth(program, tests)
        collecting = warmth.cpu if warmth else 0.0
        walls = {test: result.seconds for test, result in whole.job.results.items()}
        self._times[Key.of(program, tests)] = Times(whole.job.cpu, collecting, walls)
        outcome = self._finish(whole)
        return replace(outcome, route="control")

    def explain(self, program: Program, tests: Suite) -> Plan:
        """Return how a program would be run, and why; nothing is run."""
        baseline = nearest(self._baselines.values(), program, tests)
        if baseline is None:
            return Plan("cold", why="no baseline of this suite is known")
        return plan(baseline, program)

    def trace(self, program: Program, tests: Suite, edits: Sequence[Edit]) -> Trace:
        """Run a suite once with taps where the edits are; see `types.trace`.

        What is known from before is not run again. A program that was not adopted is traced in the
        processes of the nearest one that was; what it is compared with is its own run.

        Raises:
            ConfigError: no program of this suite was adopted: nothing to compare with is known.
            SandboxError: the machinery failed.
        """
        home = nearest(self._baselines.values(), program, tests)
        if home is None:
            msg = "trace() needs the plain run of this program to compare with; call adopt() first"
            raise ConfigError(msg)
        known = Home(home, self._times[Key.of(home.program, tests)])
        return self._traces.trace(known, program, tuple(edits), partial(self.run, program, tests))

    def micro(self, program: Program, edits: Sequence[Edit], trace: Trace) -> list[MicroTrace]:
        """Run only the edited functions, on arguments that the traced run recorded.

        Where the traced process is gone, the program is traced once more (`stats.retraced`).

        Raises:
            ConfigError: the trace is of another program, or of one that was not adopted.
            SandboxError: the machinery failed.
        """
        if trace.suite is None or trace.program != program:
            raise ConfigError("micro() needs the trace of this program: call trace() on it first")
        key = Key.of(program, trace.suite)
        if key not in self._baselines:
            raise ConfigError("micro() runs unchanged programs: adopt() this one, then trace() it")
        return self._traces.micro(Home(self._baselines[key], self._times[key]), tuple(edits))

    def close(self) -> None:
        """End every process and remove every file; the runner starts anew when used again."""
        self._far.close()
        if self.cache:
            self.cache.close()

    def __enter__(self) -> LocalRunner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # --- inside ---------------------------------------------------------------------------------

    def _run_all(self, programs: list[Program], tests: Suite, first_only: bool) -> list[Outcome]:
        found: dict[str, Outcome] = {}
        pending: dict[str, Pending] = {}
        for program in programs:
            if program.digest in found or program.digest in pending:
                self.stats.cache_hits += 1
                continue
            started = time.perf_counter()
            known = self._known(program, tests)
            if known is not None:
                found[program.digest] = known
                continue
            pending[program.digest] = self._pending(program, tests, first_only, started)
        self._drive(list(pending.values()))
        for digest, entry in pending.items():
            found[digest] = outcome = self._finish(entry)
            if self.cache and not first_only:
                self.cache.put(Key(digest, tests.digest), outcome)
        return in_order([program.digest for program in programs], found)

    def _known(self, program: Program, tests: Suite) -> Outcome | None:
        key = Key.of(program, tests)
        outcome = self.cache.get(key) if self.cache else None
        if outcome is None and key in self._baselines:
            outcome = self._baselines[key].control
        if outcome is not None:
            self.stats.cache_hits += 1
        return outcome

    def _pending(self, program: Program, tests: Suite, first_only: bool, started: float) -> Pending:
        baseline = nearest(self._baselines.values(), program, tests)
        if baseline is None:
            job = Job(Plan("swap"), (), Times(), first_failure_only=first_only)
            return Pending(job, program, tests, None, started)
        chosen = plan(baseline, program)
        expected = [result.id for result in baseline.control.results]
        times = self._times[Key.of(baseline.program, tests)]
        job = Job(chosen, expected, times, first_failure_only=first_only)
        planned = time.perf_counter() - started
        return Pending(job, baseline.program, tests, baseline.control, started, planned)

    def _drive(self, pending: list[Pending], *, count: bool = True) -> None:
        """Carry jobs through, as many at once as there are workers."""
        for entry in pending:
            if entry.job.plan.route == "unreached":
                entry.job.skip()
                self.stats.unreached += 1
        queue = [entry for entry in pending if not entry.job.done]
        self._far.drive(queue, self.stats)
        if count:
            self.stats.executions += len(queue)
            self.stats.swapped += sum(entry.job.plan.route == "swap" for entry in queue)
            self.stats.reimported += sum(entry.job.plan.route == "reimport" for entry in queue)
            self.stats.outlined += sum(entry.job.outlined for entry in queue)
        self.stats.widened += sum(entry.job.polluted for entry in queue)
        self.stats.repeated += sum(entry.job.repeats for entry in queue)
        self.stats.failures += sum(entry.job.failures for entry in queue)

    def _finish(self, entry: Pending) -> Outcome:
        seconds = time.perf_counter() - entry.started
        outcome = entry.job.outcome(entry.control, seconds)
        spent = entry.planned + sum(stage for _, stage in outcome.stages)
        around = ("wait for a process, gather results", max(seconds - spent, 0.0))
        stages = (("compare the programs, choose tests", entry.planned), *outcome.stages, around)
        route = "cold" if entry.control is None else outcome.route
        return replace(
            outcome, route=route, stages=stages, containment=stamp(entry.suite.containment)
        )


_default: dict[int, LocalRunner] = {}


def default_runner() -> LocalRunner:
    """Return this process's runner, made when first asked for; a fork gets one of its own."""
    pid = os.getpid()
    if pid not in _default:
        _default.clear()
        _default[pid] = LocalRunner()
    return _default[pid]
