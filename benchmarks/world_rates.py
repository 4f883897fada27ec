"""Environment steps per second of every world: with nothing cached, and with everything known.

    python benchmarks/world_rates.py                        every world, and record
    python benchmarks/world_rates.py --worlds Nerion-Repair-v0 --steps 200

Uncached: the native vector of 8 with two workers, confined, outcomes remembered nowhere, a
uniform agent over the edits not yet tried in the episode (an edit is not asked twice, so a step
is a run of tests unless no test reaches the edit). A round of steps is taken before the clock
runs; programs that are drawn later start their processes in timed steps. Steps in which an episode
ends reset it too, and are told apart. Cached: one environment takes the same episodes again, and
the runner knows every outcome. Observations are padded. Worlds are measured one after the other.
Repo needs a package: inflection, with its own suite. A run of all worlds is recorded in
`results/world_rates.json`; one of some is only printed, so that no row is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import nerion_gym  # noqa: F401 - registers the worlds
from benchmarks.throughput import setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.envs.observation import LAST
from nerion_gym.envs.vector import usable_processors
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from tests.support.sources import PINNED, fetch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = Path(__file__).with_name("results") / "world_rates.json"
COUNT, WORKERS = 8, 2
BARS = {"uncached": 150.0, "cached": 2000.0}
STRETCH = {"uncached": 500.0, "cached": 10_000.0}
ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Nerion-ToyMath-v0", {}),
    ("Nerion-ToyMath-v0", {"split": "train"}),
    ("Nerion-LogicV2-v0", {}),
    ("Nerion-LogicV2-v0", {"split": "train"}),
    ("Nerion-Repair-v0", {"split": "train"}),
    ("Nerion-Repair-v0", {"split": "train", "lines": 40}),
    ("Nerion-MultiFile-v0", {"split": "train"}),
    ("Nerion-Simplify-v0", {"split": "train"}),
    ("Nerion-Explore-v0", {}),
    ("Nerion-Repo-v0", {}),
    ("Nerion-Self-v0", {}),
)
PACKAGE, SOURCES, TESTS = "inflection", "inflection", "test_inflection.py"


@dataclass
class Clock:
    """Seconds of the vector's steps, by whether an episode ended in them.

    Attributes:
        going, ending: seconds of each vector step.
    """

    going: list[float] = field(default_factory=list)
    ending: list[float] = field(default_factory=list)


def chosen(observation: Mapping[str, np.ndarray], rng: np.random.Generator) -> int:
    """Return an edit not tried in the episode; submit where none is left."""
    legal = np.flatnonzero(observation["action_mask"])
    fresh = legal[(observation["edits"][legal, LAST] == 0) & (legal > 0)]
    return int(rng.choice(fresh if fresh.size else legal))


def actions_of(batch: Mapping[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return an action for each environment of a batch of observations."""
    rows = range(len(batch["action_mask"]))
    return np.array([chosen({key: part[row] for key, part in batch.items()}, rng) for row in rows])


@dataclass
class Uncached:
    """The native vector in a world, with a runner that remembers no outcome."""

    world: str
    arguments: dict[str, Any]
    seed: int
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        """Make the vector and begin an episode in each environment."""
        self.runner = LocalRunner(cache=False, workers=WORKERS)
        self.envs = gym.make_vec(
            self.world,
            num_envs=COUNT,
            runner=self.runner,
            observation="padded",
            autoreset_mode=AutoresetMode.SAME_STEP,
            **self.arguments,
        )
        self.rng = np.random.default_rng(self.seed)
        self.seen, _ = self.envs.reset(seed=self.seed)

    def take(self, steps: int, *, timed: bool) -> None:
        """Take at least so many environment steps."""
        before = self.runner.stats.executions, self.runner.stats.unreached
        for _ in range(-(-steps // COUNT)):
            actions = actions_of(self.seen, self.rng)
            started = perf_counter()
            self.seen, _, terminated, truncated, _ = self.envs.step(actions)
            spent = perf_counter() - started
            if timed:
                ended = bool((terminated | truncated).any())
                (self.clock.ending if ended else self.clock.going).append(spent)
        if timed:
            self.runs = self.runner.stats.executions - before[0]
            self.unreached = self.runner.stats.unreached - before[1]

    def row(self) -> dict[str, Any]:
        """Return what was measured."""
        every = [*self.clock.going, *self.clock.ending]
        rate = COUNT * len(every) / sum(every)
        return {
            "steps": COUNT * len(every),
            "per_second": round(rate, 1),
            "per_second_within_episodes": round(
                COUNT * len(self.clock.going) / max(sum(self.clock.going), 1e-9), 1
            ),
            "median_per_second": round(COUNT / float(np.median(every)), 1),
            "vector_steps_with_a_reset": round(len(self.clock.ending) / len(every), 3),
            "runs_last_round": self.runs,
            "unreached_last_round": self.unreached,
        }

    def close(self) -> None:
        """End its processes."""
        self.envs.close()
        self.runner.close()


def cached(world: str, arguments: dict[str, Any], steps: int, seed: int) -> dict[str, Any]:
    """Take episodes once, then time the same steps, resets apart, where all is known."""
    with LocalRunner() as runner:
        env = gym.make(world, runner=runner, observation="padded", **arguments)
        episodes: list[tuple[int, list[int]]] = []
        rng, taken = np.random.default_rng(seed), 0
        while taken < steps:
            number = seed + len(episodes)
            observation, _ = env.reset(seed=number)
            actions, ended = [], False
            while not ended:
                actions.append(chosen(observation, rng))
                observation, _, terminated, truncated, _ = env.step(actions[-1])
                ended = terminated or truncated
            episodes.append((number, actions))
            taken += len(actions)
        misses = runner.stats.executions
        rates: list[float] = []
        resets: list[float] = []
        for number, actions in episodes * 3:
            started = perf_counter()
            env.reset(seed=number)
            middle = perf_counter()
            for action in actions:
                env.step(action)
            resets.append(middle - started)
            rates.append(len(actions) / (perf_counter() - middle))
        env.close()
        if runner.stats.executions != misses:
            msg = f"{world}: {runner.stats.executions - misses} steps of known episodes ran tests"
            raise RuntimeError(msg)
    return {
        "steps": 3 * taken,
        "median_per_second": round(float(np.median(rates)), 1),
        "reset_median_ms": round(1e3 * float(np.median(resets)), 3),
    }


def verdict(kind: str, rate: float) -> str:
    """Return "stretch", "bar" or "missed"."""
    if rate >= STRETCH[kind]:
        return "stretch"
    return "bar" if rate >= BARS[kind] else "missed"


def measured(worlds: Sequence[str], steps: int, rounds: int, seed: int) -> list[dict[str, Any]]:
    """Return a row for each world and its arguments."""
    rows, root = [], fetch(PACKAGE, PINNED[PACKAGE])
    package = {"path": str(root / SOURCES), "tests": str(root / TESTS)}
    for world, arguments in ROWS:
        if world not in worlds:
            continue
        extra = package if "Repo" in world else {}
        way = Uncached(world, {**arguments, **extra}, seed)
        try:
            way.take(steps, timed=False)
            for _ in range(rounds):
                way.take(steps, timed=True)
            row: dict[str, Any] = {"world": world, "arguments": arguments, "uncached": way.row()}
        finally:
            way.close()
        row["cached"] = cached(world, {**arguments, **extra}, steps, seed)
        row["uncached"]["verdict"] = verdict("uncached", row["uncached"]["per_second"])
        row["cached"]["verdict"] = verdict("cached", row["cached"]["median_per_second"])
        print(world, arguments, row["uncached"], row["cached"], flush=True)
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return a Markdown table: steps a second, and milliseconds of a reset that is known."""
    lines = ["| world | uncached | median | cached | known reset (ms) |", "|---|---|---|---|---|"]
    for row in rows:
        given = [f"`{key}={json.dumps(value)}`" for key, value in row["arguments"].items()]
        title = " ".join([f"`{row['world']}`", ", ".join(given)]).strip()
        mine, known = row["uncached"], row["cached"]
        lines.append(
            f"| {title} | {mine['per_second']:.0f} | {mine['median_per_second']:.0f} "
            f"| {known['median_per_second']:,.0f} | {known['reset_median_ms']:.1f} |"
        )
    return lines


def main() -> None:
    """Measure, print, record."""
    names = list(dict.fromkeys(world for world, _ in ROWS))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--worlds", nargs="*", choices=names, default=names)
    parser.add_argument("--steps", type=int, default=400, help="environment steps of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    flags = f"--steps {arguments.steps} --rounds {arguments.rounds} --seed {arguments.seed}"
    where = {**setting(arguments), "command": f"python benchmarks/world_rates.py {flags}"}
    where |= {"git": git_state(), "usable_cores": usable_processors()}
    rows = measured(arguments.worlds, arguments.steps, arguments.rounds, arguments.seed)
    print("\n".join(table(rows)))
    where["load_after"] = [round(value, 2) for value in os.getloadavg()]
    if not arguments.dry and set(arguments.worlds) == set(names):
        write_json(RESULTS, {"setting": where, "rows": rows})


if __name__ == "__main__":
    main()
