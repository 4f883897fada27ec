"""Environment steps per second in Nerion-LogicV2-v0: the native vector against what there was.

    python benchmarks/vector.py                  measure and record
    python benchmarks/vector.py --rounds 3 --dry a few rounds, nothing recorded

Three ways to take the same steps with nothing cached: the native vector of 8 with a worker per
core, one environment, and Stable-Baselines3's `DummyVecEnv` of 8. They take turns, so that the
machine's drift hits all. Once over all edits (an endless loop is ended by its limit of CPU time,
which is most of the time then) and once over those whose tests end by themselves. Then what one
environment does where every outcome is known, and what the near side alone costs (a runner that
answers at once). Observations are padded. Recorded with the load before and after in
`results/vector.json`. Exit code 1 below a bar.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass, replace
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stable_baselines3.common.vec_env import DummyVecEnv

from benchmarks.throughput import quantiles, setting
from nerion_gym.commands.provenance import git_state
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.vector import make_vector, usable_processors
from nerion_gym.envs.worlds import logic_v2
from nerion_gym.execution.limits import MIN_CPU
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.logbook.files import write_json
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.outcome import LearningClass, suite_class

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.task import Task

    Steps = Callable[[np.ndarray], object]

RESULTS = Path(__file__).with_name("results") / "vector.json"
COUNT, WORKERS = 8, 2
BLOCK = 5
"""Vector steps of one turn."""
BARS = {"uncached": 400.0, "uncached_ending": 400.0, "cached": 2000.0}
STRETCH = {"uncached": 800.0, "uncached_ending": 800.0, "cached": 10000.0}


@dataclass(frozen=True)
class Known:
    """A runner that knows every outcome: what is left is the near side."""

    outcomes: dict[str, Outcome]
    task: Task

    def run(self, program: Program, tests: Suite, **_options: Any) -> Outcome:
        """Return the outcome."""
        return self.outcomes[program.digest]

    def run_many(
        self, programs: Sequence[Program], tests: Suite, *, stop_at_first_failure: bool = False
    ) -> list[Outcome]:
        """Return the outcomes."""
        return [self.outcomes[program.digest] for program in programs]

    def coverage(self, program: Program, tests: Suite) -> Coverage:
        """Nothing is covered: the task is measured already."""
        return Coverage({}, {})

    def adopt(self, baseline: Baseline) -> None:
        """Know it already."""


def learn() -> tuple[Known, dict[int, LearningClass]]:
    """Run every edit once; return the outcomes, and each action's class."""
    with LocalRunner(workers=WORKERS) as runner:
        env = CodeEditEnv(logic_v2.build(), runner=runner)
        env.reset(seed=0)
        programs = [env.begin_step(action + 1).program for action in range(len(env.edits))]
        run = [program for program in programs if program is not None]
        found = runner.run_many(run, env.task.suite)
        task = env.task
    outcomes = {program.digest: outcome for program, outcome in zip(run, found, strict=True)}
    classes = {number: suite_class(outcome) for number, outcome in enumerate(found, start=1)}
    return Known(outcomes, task), classes


def one_by_one(env: CodeEditEnv) -> Steps:
    """Return what takes steps in one environment."""
    env.reset(seed=0)

    def steps(actions: np.ndarray) -> None:
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    return steps


def contenders(runners: list[LocalRunner]) -> dict[str, Steps]:
    """Return each way to take eight steps, over a runner of its own without a cache."""
    world = logic_v2.build()
    vector = make_vector(
        world, COUNT, runner=runners[0], observation="padded", autoreset_mode="SameStep"
    )
    vector.reset(seed=0)
    single = CodeEditEnv(world, observation="padded", runner=runners[1])
    # DummyVecEnv's eight share a runner, as environments of one process do.
    dummy = DummyVecEnv(
        [lambda: CodeEditEnv(world, observation="padded", runner=runners[2])] * COUNT
    )
    dummy.seed(0)
    dummy.reset()
    return {"native": vector.step, "single": one_by_one(single), "dummy": dummy.step}


def uncached(actions: np.ndarray, rounds: int, seed: int) -> dict[str, Any]:
    """Time each way in turn on the same actions; no program twice in a batch."""
    runners = [LocalRunner(cache=False, workers=count) for count in (WORKERS, 1, 1)]
    rng = np.random.default_rng(seed)
    try:
        ways = contenders(runners)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        seconds = dict.fromkeys(ways, 0.0)
        for number in range(rounds + 1):
            drawn = [rng.choice(actions, COUNT, replace=False) for _ in range(BLOCK)]
            for name, steps in ways.items():
                taken = timed(steps, drawn)
                if number:  # the first round starts processes
                    rates[name].append(COUNT * BLOCK / taken)
                    seconds[name] += taken
    finally:
        for runner in runners:
            runner.close()
    total = rounds * BLOCK * COUNT
    report = {
        name: {
            "per_second": round(total / seconds[name], 1),
            "median_per_second": round(float(np.median(rates[name])), 1),
            "ms_per_step": quantiles(1e3 / np.array(rates[name])),
        }
        for name in ways
    }
    pairs = {name: np.array(rates["native"]) / np.array(rates[name]) for name in ways}
    ratios = {name: round(float(np.median(found)), 2) for name, found in pairs.items()}
    return {"edits": len(actions), "steps": total, **report, "native_over": ratios}


def loops_alone(edits: int, loops: int) -> dict[str, float]:
    """Return the most that a vector could do if all but endless loops cost nothing.

    A step of the vector lasts as long as its slowest program, and a loop's least CPU limit is
    spent whole; loops of one batch run side by side.
    """
    none = comb(edits - loops, COUNT) / comb(edits, COUNT)
    most = COUNT / max((1 - none) * MIN_CPU, 1e-9)
    return {"endless_loops": loops, "most_per_second_by_loops_alone": round(most, 1)}


def timed(steps: Steps, drawn: list[np.ndarray]) -> float:
    """Return the seconds that blocks of steps take."""
    started = time.perf_counter()
    for actions in drawn:
        steps(actions)
    return time.perf_counter() - started


def known(rounds: int, seed: int, actions: np.ndarray, answers: Known) -> dict[str, Any]:
    """Time steps whose outcomes are known: by the runner's cache, and by a runner of its own."""
    world = replace(logic_v2.build(), generator=FixedTasks((answers.task,)))
    rng = np.random.default_rng(seed)
    vector = make_vector(
        world, COUNT, runner=answers, observation="padded", autoreset_mode="SameStep"
    )
    vector.reset(seed=0)
    with LocalRunner() as runner:
        env = CodeEditEnv(world, observation="padded", runner=runner)
        alone = CodeEditEnv(world, observation="padded", runner=answers)
        ways = {"cached": one_by_one(env), "near_single": one_by_one(alone)}
        ways["near_vector"] = vector.step
        ways["cached"](actions)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds * 4):
            drawn = [rng.choice(actions, COUNT, replace=False) for _ in range(8 * BLOCK)]
            for name, steps in ways.items():
                rates[name].append(8 * BLOCK * COUNT / timed(steps, drawn))
    return {
        name: {
            "median_per_second": round(float(np.median(values)), 1),
            "most_per_second": round(max(values), 1),
            "microseconds_per_step": quantiles(1e6 / np.array(values)),
        }
        for name, values in rates.items()
    }


def verdict(name: str, value: float) -> str:
    """Return "stretch", "bar" or "missed"."""
    if value >= STRETCH[name]:
        return "stretch"
    return "bar" if value >= BARS[name] else "missed"


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25, help="turns of each way")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Measure, print, record. Exit code 1 below a bar."""
    arguments = parse()
    answers, classes = learn()
    every = np.array(sorted(classes))
    ending = np.array([a for a in every if classes[a] is not LearningClass.TIMEOUT])
    report: dict[str, Any] = {"setting": {**setting(arguments), "git": git_state()}}
    report["setting"]["command"] = "python benchmarks/vector.py"
    report["setting"]["usable_cores"] = usable_processors()
    report["ending_edits"] = uncached(ending, arguments.rounds, arguments.seed)
    report["all_edits"] = uncached(every, arguments.rounds, arguments.seed)
    report["all_edits"] |= loops_alone(len(every), len(every) - len(ending))
    report["known"] = known(arguments.rounds, arguments.seed, every, answers)
    report["setting"]["load_after"] = [round(value, 2) for value in os.getloadavg()]
    for part in ("ending_edits", "all_edits"):
        rates = {name: report[part][name]["per_second"] for name in ("native", "single", "dummy")}
        shown = "  ".join(f"{name} {rate:6.0f}/s" for name, rate in rates.items())
        print(f"{part:13} {shown}   native over them {report[part]['native_over']}")
    for name, row in report["known"].items():
        print(
            f"{name:13} {row['median_per_second']:6.0f}/s, at most {row['most_per_second']:.0f}/s"
        )
    reached = {
        "uncached": report["all_edits"]["native"]["per_second"],
        "uncached_ending": report["ending_edits"]["native"]["per_second"],
        "cached": report["known"]["cached"]["median_per_second"],
    }
    report["bars"] = {
        name: {"bar": BARS[name], "reached": round(value, 1), "verdict": verdict(name, value)}
        for name, value in reached.items()
    }
    print(report["bars"])
    if not arguments.dry:
        write_json(RESULTS, report)
    return int(any(row["verdict"] == "missed" for row in report["bars"].values()))


if __name__ == "__main__":
    raise SystemExit(main())
