"""What a run has found so far: the counts behind charts, telemetry, tables and curves.

A survivor counts once in a run, and only where some test reaches it: finding an edit that no
test runs at all costs nothing and says nothing about an agent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.training.known import Known
from nerion_gym.wrappers.schedules import SURPRISE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nerion_gym.types.protocols import Logbook

BLOCK = 100
"""Executions of one entry in `survivors_per_100` and `surprise_per_100`."""
RECENT = 20


@dataclass(frozen=True)
class Progress:
    """Where a run stands, for a display.

    Attributes:
        steps, executions, episodes: done so far.
        survivors: different survivors that a test reaches.
        surprise: mean over the last 20 executions, nats; None without a model.
    """

    steps: int
    executions: int
    episodes: int
    survivors: int
    surprise: float | None


Watch = "Callable[[Progress], None]"


@dataclass
class EpisodeSums:
    """What an unfinished episode has so far."""

    total: float = 0.0
    intrinsic: float = 0.0
    length: int = 0


@dataclass
class Tally:
    """Counts steps and writes charts and telemetry to a logbook.

    Attributes:
        logbook: where numbers go.
        watch: called after each step.
        clock: seconds; a test hands in its own.
        known: told by whoever steps the environment.
    """

    logbook: Logbook
    watch: Callable[[Progress], None] | None = None
    clock: Callable[[], float] = perf_counter
    steps: int = 0
    executions: int = 0
    episodes: int = 0
    unreached: int = 0
    masked: int = 0
    found_at: list[int] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    surprises: list[float] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    returns: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._episodes: dict[int, EpisodeSums] = {}
        self.episode_of(0)
        self._seen: set[tuple[str, str]] = set()
        self._recent: deque[float] = deque(maxlen=RECENT)

    def episode_of(self, number: int) -> None:
        """Say which of several environments takes the steps that follow: each has its episode."""
        self._running = self._episodes.setdefault(number, EpisodeSums())

    @property
    def survivors(self) -> int:
        """Different survivors that some test reaches."""
        return len(self.found_at)

    def add(
        self,
        action: int,
        reward: float,
        ended: bool,
        info: Mapping[str, Any],
        executions: int,
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Count one step.

        Args:
            action: what was executed.
            reward: of the step; a bonus wrapper's share is counted apart.
            ended: terminated or truncated (only the episode's numbers need to know).
            info: of the step.
            executions: spent in this run up to and with this step.
            metrics: what the policy's update returned.
        """
        values = dict(metrics or {})
        self.steps += 1
        intrinsic = float(info.get("reward_intrinsic", 0.0))
        self._running.total += reward - intrinsic
        self._running.intrinsic += intrinsic
        self._running.length += 1
        if "epsilon" in info:
            values["exploration/epsilon"] = float(info["epsilon"])
        new = executions > self.executions
        self.executions = executions
        self._count(info, new, values.get(SURPRISE))
        self.logbook.event("step", **self._step_event(action, reward, info, values))
        if ended:
            values |= self._end_episode(info)
        if new or ended:
            values |= {
                "charts/executions": self.executions,
                "charts/survivors": self.survivors,
                "charts/SPS": self.steps / max(self.clock() - self._began, 1e-9),
            }
        self.logbook.scalars(values, self.steps)
        if self.watch is not None:
            self.watch(self.progress())

    def progress(self) -> Progress:
        """Return where the run stands."""
        recent = float(np.mean(self._recent)) if self._recent else None
        return Progress(self.steps, self.executions, self.episodes, self.survivors, recent)

    def summary(self, budget: int | None = None) -> dict[str, Any]:
        """Return the run's numbers, as result.json holds them.

        Args:
            budget: executions that were allowed; the area is taken over them, so that a run
                that stopped early is not flattered.
        """
        span = max(budget or 0, self.executions, 1)
        half = len(self.surprises) // 2
        return {
            "steps": self.steps,
            "executions": self.executions,
            "episodes": self.episodes,
            "survivors": self.survivors,
            "survivors_per_execution": self.survivors / max(self.executions, 1),
            "survivor_area": sum(span - at + 1 for at in self.found_at) / span,
            "unreached": self.unreached,
            "masked": self.masked,
            "mean_return": mean(self.returns),
            "mean_surprise": mean(self.surprises),
            "surprise_first_half": mean(self.surprises[:half]),
            "surprise_second_half": mean(self.surprises[half:]),
            "survivors_per_100": self._found_per_block(),
            "surprise_per_100": [
                mean(self.surprises[start : start + BLOCK])
                for start in range(0, len(self.surprises), BLOCK)
            ],
            "survivor_found_at": list(self.found_at),
            "survivor_edits": list(self.found),
            **self.known.summary(),
            "seconds": round(self.clock() - self._began, 3),
        }

    def _count(self, info: Mapping[str, Any], new: bool, surprise: float | None) -> None:
        self.masked += bool(info.get("masked_action"))
        measured = bool(info.get("edit"))
        reached = measured and info.get("tests_run", 1) > 0
        self.unreached += measured and not reached
        if new and surprise is not None:
            self.surprises.append(float(surprise))
            self._recent.append(float(surprise))
        key = (str(info.get("task_id")), str(info.get("edit")))
        if reached and info.get("reward_survivor", 0.0) > 0 and key not in self._seen:
            self._seen.add(key)
            self.found_at.append(max(self.executions, 1))
            self.found.append(key[1])

    def _step_event(
        self, action: int, reward: float, info: Mapping[str, Any], values: Mapping[str, float]
    ) -> dict[str, Any]:
        kept = ("edit", "survived", "suite_class", "tests_run", "masked_action", "end")
        row: dict[str, Any] = {"step": self.steps, "executions": self.executions}
        row |= {"survivors": self.survivors, "action": int(action), "reward": float(reward)}
        row |= {key: info[key] for key in kept if key in info}
        if SURPRISE in values:
            row["surprise"] = float(values[SURPRISE])
        return row

    def _end_episode(self, info: Mapping[str, Any]) -> dict[str, float]:
        self.episodes += 1
        running = self._running
        self.returns.append(running.total)
        charts = {
            "charts/episodic_return": running.total,
            "charts/episodic_length": float(running.length),
        }
        if "reward_intrinsic" in info:
            charts["charts/episodic_intrinsic_return"] = running.intrinsic
        self.logbook.event(
            "episode",
            episode=self.episodes,
            total=running.total,
            length=running.length,
            end=str(info.get("end", "")),
            task_id=str(info.get("task_id", "")),
        )
        running.total, running.intrinsic, running.length = 0.0, 0.0, 0
        return charts

    def _found_per_block(self) -> list[int]:
        blocks = -(-self.executions // BLOCK)
        numbers = [(at - 1) // BLOCK for at in self.found_at]
        return [numbers.count(block) for block in range(blocks)]


def mean(values: list[float]) -> float | None:
    """Return the mean, or None of nothing."""
    return float(np.mean(values)) if values else None
