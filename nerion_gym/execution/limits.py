"""How long a run may take, by what the unchanged program's took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_CPU = 0.25
CPU_FACTOR = 10.0
MIN_WALL = 2.0
WALL_FACTOR = 4.0
UNKNOWN_CPU = 120.0
"""CPU limit while nothing is known: the first run of an unchanged program."""
MOST = 6 * 3600.0
"""Seconds that no limit exceeds: the control run told what it took, and it is the program's."""


@dataclass(frozen=True)
class Times:
    """What a program's control run took.

    Attributes:
        tests: CPU seconds per test.
        collect: CPU seconds of collection.
        walls: wall seconds per test: a test may wait and use no CPU.
    """

    tests: Mapping[str, float] = field(default_factory=dict)
    collect: float = 0.0
    walls: Mapping[str, float] = field(default_factory=dict)

    def limits(self, tests: Sequence[str] | None, *, collecting: bool) -> tuple[float, float]:
        """Return (CPU, wall) limits in seconds for running tests (None: all)."""
        if not self.tests:
            return UNKNOWN_CPU, WALL_FACTOR * UNKNOWN_CPU
        chosen = self.tests if tests is None else tests
        used = sum(self.tests.get(test, 0.0) for test in chosen)
        used += self.collect if collecting else 0.0
        cpu = min(max(MIN_CPU, CPU_FACTOR * used), MOST)
        waited = sum(self.walls.get(test, 0.0) for test in chosen)
        return cpu, min(max(MIN_WALL, WALL_FACTOR * cpu, WALL_FACTOR * waited), MOST)
