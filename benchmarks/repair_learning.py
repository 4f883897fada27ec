"""Whether pointer DQN learns to repair programs of the corpus that it never saw.

python benchmarks/repair_learning.py [--algo NAME] [--seeds N] [--first N] [--steps N]
                                     [--traced | --fixture]

One bug: trains on the train split of Nerion-Repair-v0 (38 programs) and measures greedy success on
the programs of its val split that have at most 40 lines every 2,000 steps, beside a uniform agent;
in the end also on the train split, which tells apart what is not learned and what does not carry
over. Each seed is recorded as it ends in benchmarks/results/repair_learning.json; a seed on record
with the same settings is not run again, so a run that was stopped goes on. `--fixture` does the
same in the fixture world of tests/support/worlds.py, which runs no test process, into
repair_learning_fixture.json; `--traced` fills the columns of a traced run after each edit, into
repair_learning_traced.json: a step costs five times as much then.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import gymnasium as gym  # noqa: E402
import numpy as np  # noqa: E402

import nerion_gym  # noqa: E402, F401 - registers the ids
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.metrics.aggregate import stratified_bootstrap  # noqa: E402
from nerion_gym.training.evaluate import evaluate  # noqa: E402
from nerion_gym.types.protocols import Budget  # noqa: E402
from policies.configured import options_for  # noqa: E402
from policies.policy import make_policy  # noqa: E402
from tests.support.learning import REPAIR_LEARNERS, Silent, falling  # noqa: E402
from tests.support.worlds import repair_world  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = ROOT / "benchmarks" / "results"
WORLD = "Nerion-Repair-v0"
ARGUMENTS: dict[str, Any] = {"family": "corpus", "observation": "padded"}
JUDGED_LINES = 40
CHUNK = 2000
EPISODES = 100
JUDGED = 1_000
"""Seed of the evaluation: the same programs for every seed, agent and number of steps."""


@dataclass(frozen=True)
class Place:
    """Where to learn and where to be judged.

    Attributes:
        name: of the record.
        splits: of training and of judging.
        fixture: the world without test processes.
        trace: whether the observation has a traced run's columns.
    """

    name: str
    splits: tuple[str, str]
    fixture: bool
    trace: bool = False

    def make(self, split: str) -> gym.Env:
        """Return an environment."""
        if self.fixture:
            return repair_world(split)
        lines = None if split == self.splits[0] else JUDGED_LINES
        return gym.make(WORLD, split=split, lines=lines, trace=self.trace, **ARGUMENTS)


CORPUS = Place("repair_learning", ("train", "val"), fixture=False)
TRACED = Place("repair_learning_traced", CORPUS.splits, fixture=False, trace=True)
FIXTURE = Place("repair_learning_fixture", ("train", "test"), fixture=True)


def greedy_success(place: Place, agent: Any, *, seen: bool = False) -> float:
    """Return the share of programs that an agent repairs: unseen ones, or those it learned on."""
    split = place.splits[not seen]
    env = place.make(split)
    found = evaluate(env, agent, EPISODES, JUDGED, split=split)
    env.close()
    return float(np.mean(found.successes))


def learn(place: Place, seed: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train one agent in chunks, judging it after each; return its curve."""
    began = time.monotonic()
    env = place.make(place.splits[0])
    algo, steps, options = settings["algo"], settings["steps"], dict(settings["options"])
    if algo == "dqn":  # over half of all chunks, not over half of each
        options["epsilon"] = falling(steps // 2)
    observed: Any = env.observation_space
    acted: Any = env.action_space
    agent: Any = make_policy(algo, observed, acted, seed, **options)
    curve = []
    for done in range(CHUNK, steps + 1, CHUNK):
        agent.fit(env, Budget(steps=CHUNK), Silent())
        curve.append({"steps": done, "greedy": greedy_success(place, agent)})
        print(seed, json.dumps(curve[-1]), flush=True)
    spent = int(env.get_wrapper_attr("stats").executions)
    uniform = greedy_success(place, make_policy("uniform", observed, acted, seed))
    env.close()
    seen = greedy_success(place, agent, seen=True)
    took = round(time.monotonic() - began)
    return {
        "curve": curve, "seen": seen, "uniform": uniform, "executions": spent, "seconds": took
    }  # fmt: skip


def summary(seeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the interquartile mean over seeds, with its interval, by steps and of uniform."""
    rng = np.random.default_rng(0)
    curves = np.array([[row["greedy"] for row in seed["curve"]] for seed in seeds])
    by_steps = {
        row["steps"]: vars(stratified_bootstrap(curves[:, place], rng))
        for place, row in enumerate(seeds[0]["curve"])
    }
    rest = {
        name: vars(stratified_bootstrap([seed[name] for seed in seeds], rng))
        for name in ("seen", "uniform")
    }
    return {"seeds": len(seeds), "greedy": by_steps, **rest}


def recorded(path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seeds on record.

    Raises:
        SystemExit: they were run with other settings.
    """
    if not path.exists():
        return {}
    record = json.loads(path.read_text())
    if record["settings"] != settings:
        msg = f"{path} was recorded with {record['settings']}, not {settings}: move it away first"
        raise SystemExit(msg)
    return record["seeds"]


def main() -> None:
    """Run what is not on record, seed by seed; record each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algo", choices=sorted(REPAIR_LEARNERS), default="dqn", help="agent")
    parser.add_argument("--seeds", type=int, default=10, help="runs")
    parser.add_argument("--first", type=int, default=0, help="number of the first seed")
    parser.add_argument("--steps", type=int, default=16_000, help="of each run")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--fixture", action="store_true", help="in the fixture world")
    where.add_argument("--traced", action="store_true", help="with a trace's columns")
    given = parser.parse_args()
    place = FIXTURE if given.fixture else TRACED if given.traced else CORPUS
    suffix = "" if given.algo == "dqn" else f"_{given.algo}"
    path = RESULTS / f"{place.name}{suffix}.json"
    options = options_for(given.algo, WORLD, REPAIR_LEARNERS[given.algo])
    settings = {"algo": given.algo, "steps": given.steps, "options": options, "episodes": EPISODES}
    seeds = recorded(path, settings)
    flags = f"--algo {given.algo} --seeds {given.seeds} --first {given.first} --steps {given.steps}"
    command = f"python benchmarks/repair_learning.py {flags}{' --fixture' * given.fixture}"
    command += " --traced" * given.traced
    for seed in range(given.first, given.first + given.seeds):
        if str(seed) in seeds:
            continue
        seeds[str(seed)] = learn(place, seed, settings)
        record = {"command": command, "settings": settings, "versions": versions()}
        found = {"git": git_state(), "summary": summary(list(seeds.values())), "seeds": seeds}
        write_json(path, {**record, **found})
    print(json.dumps(summary(list(seeds.values())), indent=2))


if __name__ == "__main__":
    main()
