"""Schedules of epsilon, the share of uniform choices: fixed, linear, or driven by surprise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

SURPRISE = "curiosity/surprise"
EXPECTED = "curiosity/expected_surprise"


@runtime_checkable
class Schedule(Protocol):
    """Epsilon by step; a schedule that listens also learns from surprise."""

    def value(self, step: int) -> float:
        """Return epsilon (0..1) at a step."""
        ...

    def observe(self, surprise: float, expected: float) -> None:
        """Hear what the newest outcome's surprise was and what the model expected, both nats."""
        ...

    @property
    def listens(self) -> bool:
        """Whether `observe` changes anything."""
        ...


def _require_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        msg = f"{name}={value!r}: expected a share between 0 and 1"
        raise ConfigError(msg)


@dataclass(frozen=True)
class Fixed:
    """The same epsilon always."""

    epsilon: float = 0.1
    listens: bool = False

    def __post_init__(self) -> None:
        _require_share("epsilon", self.epsilon)

    def value(self, step: int) -> float:
        """Return epsilon."""
        return self.epsilon

    def observe(self, surprise: float, expected: float) -> None:
        """Change nothing."""


@dataclass(frozen=True)
class Linear:
    """From `start` to `end` over `steps` steps, then `end`."""

    start: float = 1.0
    end: float = 0.05
    steps: int = 1000
    listens: bool = False

    def __post_init__(self) -> None:
        _require_share("start", self.start)
        _require_share("end", self.end)
        if self.steps < 1:
            msg = f"steps={self.steps!r}: expected at least 1"
            raise ConfigError(msg)

    def value(self, step: int) -> float:
        """Return epsilon at a step."""
        done = min(max(step, 0) / self.steps, 1.0)
        return self.start + done * (self.end - self.start)

    def observe(self, surprise: float, expected: float) -> None:
        """Change nothing."""


@dataclass
class SurpriseDriven:
    """Explores more after outcomes more surprising than the model itself expected.

    The form is that of VDBE (Tokic 2010, "Adaptive epsilon-greedy exploration in reinforcement
    learning based on value differences"), with excess surprise x = max(surprise - expected, 0)
    in place of the value difference: target = (1 - exp(-x / scale)) / (1 + exp(-x / scale)),
    and epsilon moves towards low + (high - low) * target by `rate`.

    Attributes:
        low, high: bounds of epsilon.
        scale: nats of excess surprise that count as much.
        rate: share of the way that epsilon goes at each observation.
        relative: False gives the ablation that ignores what the model expected (plain VDBE).
        epsilon: where it stands; starts at `high`, as nothing is known.
    """

    low: float = 0.02
    high: float = 0.5
    scale: float = 0.5
    rate: float = 0.1
    relative: bool = True
    epsilon: float = -1.0
    listens: bool = True

    def __post_init__(self) -> None:
        _require_share("low", self.low)
        _require_share("high", self.high)
        _require_share("rate", self.rate)
        if self.low > self.high or self.scale <= 0:
            msg = (
                f"low={self.low!r}, high={self.high!r}, scale={self.scale!r}: "
                "expected low <= high and a scale above 0"
            )
            raise ConfigError(msg)
        if self.epsilon < 0:
            self.epsilon = self.high

    def value(self, step: int) -> float:
        """Return epsilon; it depends on what was observed, not on the step."""
        return self.epsilon

    def observe(self, surprise: float, expected: float) -> None:
        """Move towards what the excess surprise asks for.

        Raises:
            ConfigError: not finite numbers.
        """
        if not (math.isfinite(surprise) and math.isfinite(expected)):
            msg = f"surprise={surprise!r}, expected={expected!r}: expected finite nats"
            raise ConfigError(msg)
        excess = max(surprise - (expected if self.relative else 0.0), 0.0)
        target = math.tanh(excess / (2.0 * self.scale))  # = (1 - e^-x/s) / (1 + e^-x/s)
        wanted = self.low + (self.high - self.low) * target
        self.epsilon += self.rate * (wanted - self.epsilon)


class SurpriseSignal:
    """Carries surprise from a training loop to a wrapper: hand it to both.

    The loop calls it with what each `policy.update` returned; the wrapper takes the newest pair.
    """

    def __init__(self) -> None:
        self._newest: tuple[float, float] | None = None

    def __call__(self, metrics: Mapping[str, float]) -> None:
        """Keep the newest surprise and the one that the model expected (0 if it does not say)."""
        if SURPRISE in metrics:
            self._newest = (metrics[SURPRISE], metrics.get(EXPECTED, 0.0))

    def take(self) -> tuple[float, float] | None:
        """Return (surprise, expected) once, then None until the next."""
        newest, self._newest = self._newest, None
        return newest
