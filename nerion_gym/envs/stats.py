"""Counters of one environment. Budgets count *executions*; nothing here is ever in `info`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Focus, Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.trace import Trace

K = TypeVar("K")


@dataclass
class Ledger:
    """The (program, suite) pairs that a run has paid for; shared by all environments of a run.

    Attributes:
        seen: pairs that were run.
        traced: pairs that were traced, with the functions asked about.
    """

    seen: set[tuple[str, str]] = field(default_factory=set)
    traced: set[tuple[str, str, Focus | None]] = field(default_factory=set)

    def first(self, program: Program, suite: Suite) -> bool:
        """Whether this pair is new to the run; it is not from now on."""
        return _is_new((program.digest, suite.digest), self.seen)

    def first_trace(self, program: Program, suite: Suite, area: Focus | None) -> bool:
        """Whether a trace of these functions (None: of all) is new to the run."""
        return _is_new((program.digest, suite.digest, area), self.traced)


def _is_new(key: K, known: set[K]) -> bool:
    """Whether a key was not known; it is from now on."""
    before = len(known)
    known.add(key)
    return len(known) > before


@dataclass
class ExecutionStats:
    """What an environment has spent.

    Attributes:
        steps: environment steps, masked ones included.
        executions: edited programs that some test reaches, run for the first time in the run.
        repeats: edited programs that the run had paid for before.
        unreached: edits that no test reaches (cost nothing).
        masked: steps with a masked action.
        cache_hits: measured edits whose outcome the runner remembered; each is also one of the
            three above, because a hit that another run filled still counts.
        traces: traced for the first time in the run: whole programs, or the functions shown of
            one; no executions.
        untold: those of them whose traced run did not get to its end, or was not worth a try: what
            it did not show reads unknown.
        seconds: wall time inside the runner.
    """

    steps: int = 0
    executions: int = 0
    repeats: int = 0
    unreached: int = 0
    masked: int = 0
    cache_hits: int = 0
    traces: int = 0
    untold: int = 0
    seconds: float = 0.0
    ledger: Ledger = field(default_factory=Ledger, repr=False)

    def count(self, program: Program, suite: Suite, outcome: Outcome) -> None:
        """Count one measured edit."""
        self.cache_hits += outcome.cached
        first = self.ledger.first(program, suite)
        if outcome.selected == 0:
            self.unreached += 1
        elif first:
            self.executions += 1
        else:
            self.repeats += 1

    def count_trace(self, trace: Trace | None, area: Focus | None) -> None:
        """Count a trace that a state shows, unless the run has paid for it.

        Args:
            trace: of the state's program.
            area: the functions that it asks about; None: all.
        """
        if trace is None or trace.program is None or trace.suite is None:
            return
        if self.ledger.first_trace(trace.program, trace.suite, area):
            self.traces += 1
            self.untold += not trace.complete
