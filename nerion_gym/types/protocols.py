"""The seams of the package: what one layer asks of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import gymnasium as gym
    import numpy as np

    from nerion_gym.types.coverage import Baseline, Coverage
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.trace import MicroTrace, Trace
    from nerion_gym.types.transition import Observation, Transition

STEPS_PER_EXECUTION = 20


@runtime_checkable
class TestRunner(Protocol):
    """Runs suites on programs. A bad program is a value; a broken sandbox raises SandboxError."""

    def run(
        self, program: Program, tests: Suite, *, stop_at_first_failure: bool = False
    ) -> Outcome:
        """Run the tests that reach the change; the others take the control run's status."""
        ...

    def run_many(
        self, programs: Sequence[Program], tests: Suite, *, stop_at_first_failure: bool = False
    ) -> list[Outcome]:
        """Run several programs against one suite; outcomes in the order of `programs`."""
        ...

    def coverage(self, program: Program, tests: Suite) -> Coverage:
        """Run the unchanged program once under coverage."""
        ...

    def adopt(self, baseline: Baseline) -> None:
        """Take a measured control run and coverage as the base to compare edits with."""
        ...


@runtime_checkable
class Tracer(TestRunner, Protocol):
    """A runner that can also tell what edits would do where they stand, before any is run."""

    def trace(self, program: Program, tests: Suite, edits: Sequence[Edit]) -> Trace:
        """Run the unchanged suite once with taps where the edits are."""
        ...

    def micro(self, program: Program, edits: Sequence[Edit], trace: Trace) -> list[MicroTrace]:
        """Run only the edited functions, on arguments that the traced run recorded."""
        ...


@runtime_checkable
class Logbook(Protocol):
    """Where a run's numbers go: TensorBoard scalars and structured events."""

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Record tag -> value at a global step."""
        ...

    def event(self, kind: str, /, **payload: Any) -> None:
        """Record one structured telemetry event (JSON-serialisable payload)."""
        ...


@runtime_checkable
class Policy(Protocol):
    """Chooses action numbers and learns from transitions."""

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Choose a legal action."""
        ...

    def update(self, transitions: Sequence[Transition]) -> dict[str, float]:
        """Learn from the newest transitions; return TensorBoard tag -> value."""
        ...

    def save(self, path: Path) -> None:
        """Write a checkpoint (atomically)."""
        ...

    def load(self, path: Path) -> None:
        """Read a checkpoint."""
        ...


@dataclass(frozen=True)
class Budget:
    """When training stops: executions (the unit of every budget), and always a step bound.

    Attributes:
        executions: first-time suite executions, or None when only steps bound the run.
        steps: environment steps; 0 means 20 x executions.
    """

    executions: int | None = None
    steps: int = 0

    @property
    def max_steps(self) -> int:
        """The step bound that holds."""
        return self.steps or STEPS_PER_EXECUTION * (self.executions or 0)


@dataclass(frozen=True)
class FitResult:
    """How a training run ended.

    Attributes:
        steps: environment steps taken.
        executions: first-time executions spent.
        episodes: episodes finished.
        ended_by: "executions", "steps" or "nothing left to try".
    """

    steps: int
    executions: int
    episodes: int
    ended_by: str


class Learner(Protocol):
    """Anything that trains itself in an environment: our loop, or Stable-Baselines3."""

    def fit(self, env: gym.Env, budget: Budget, logbook: Logbook) -> FitResult:
        """Train until the budget ends."""
        ...
