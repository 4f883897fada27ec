"""Counters of one environment. Budgets count *executions*; nothing here is ever in `info`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite


@dataclass
class Ledger:
    """The (program, suite) pairs that a run has paid for; shared by all environments of a run."""

    seen: set[tuple[str, str]] = field(default_factory=set)

    def first(self, program: Program, suite: Suite) -> bool:
        """Whether this pair is new to the run; it is not from now on."""
        key = (program.digest, suite.digest)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True


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
        seconds: wall time inside the runner.
    """

    steps: int = 0
    executions: int = 0
    repeats: int = 0
    unreached: int = 0
    masked: int = 0
    cache_hits: int = 0
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
