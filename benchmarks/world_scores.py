"""What a uniform agent, a greedy one and the reference score in each world.

python benchmarks/world_scores.py [--worlds ID ...] [--agents NAME ...] [--seeds N] [--episodes N]
                                  [--env-kwargs NAME:VALUE ...] [--again] [--table]

Every agent of a seed meets the same tasks and focuses. `greedy` asks no test first: it takes the
untried edit of whose effect the observation's infection column (one traced run) promises most:
where an edit is kept whatever it does, one that changes values; elsewhere one that no test can
notice. `reference` makes the task's own edits, in worlds whose tasks have some; there the table
shows returns as shares of its returns too. Each row (world, arguments, agent, seed) is written to
benchmarks/results/world_scores.json as soon as it is measured; what is on record is not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import nerion_gym  # noqa: E402, F401 - registers the worlds
from envs_registry import WORLDS  # noqa: E402
from nerion_gym.envs.observation import INFECTION, LAST  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.training.config import parse_pairs  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.types.transition import Observation

    Row = dict[str, Any]
    Agent = Callable[[CodeEditEnv, Observation, np.random.Generator], int]

RECORD = ROOT / "benchmarks" / "results" / "world_scores.json"
NEEDS_PATH = "Nerion-Repo-v0"
"""Has no package of its own: run where it is named, with `path` and `tests`."""
QUIET = (2, 4, 5, 1, 0)
"""By infection class (unknown, not reached, never, sometimes, always): how much is hoped for."""
LOUD = tuple(max(QUIET) - hope for hope in QUIET)
KEY = ("world", "arguments", "agent", "seed", "episodes")


def legal(observation: Observation) -> np.ndarray:
    """Return the legal edits; submit where there is none."""
    found = np.flatnonzero(observation["action_mask"])
    return found[found > 0] if len(found) > 1 else found


def uniform(_env: CodeEditEnv, observation: Observation, rng: np.random.Generator) -> int:
    """Choose any legal edit."""
    return int(rng.choice(legal(observation)))


def greedy(env: CodeEditEnv, observation: Observation, rng: np.random.Generator) -> int:
    """Choose an untried edit of the infection class that promises most; of equals, any."""
    actions = legal(observation)
    rows = observation["edits"][actions]
    order = LOUD if env.world.commit == "always" else QUIET
    hopes = np.array(order)[rows[:, INFECTION]] - 10 * (rows[:, LAST] > 0)
    return int(rng.choice(actions[hopes == hopes.max()]))


def reference(env: CodeEditEnv, _observation: Observation, _rng: np.random.Generator) -> int:
    """Choose the next of the task's reference edits."""
    return env.edits.index(env.task.reference[env.current.steps]) + 1


AGENTS: dict[str, Agent] = {"uniform": uniform, "greedy": greedy, "reference": reference}


def episode(env: CodeEditEnv, agent: Agent, observation: Observation, seed: Sequence[int]) -> float:
    """Play one episode that has begun; return the sum of its rewards."""
    rng, total, ended = np.random.default_rng(seed), 0.0, False
    while not ended:
        action = agent(env, observation, rng)
        observation, reward, terminated, truncated, _ = env.step(action)
        total, ended = total + reward, terminated or truncated
    return total


def measure(world: str, arguments: dict[str, Any], name: str, seed: int, episodes: int) -> Row:
    """Return the row of one agent in one world; "returns" is empty where it cannot play."""
    # Worlds that keep edits are not traced unless asked, and `greedy` knows nothing else.
    traced = {"trace": name == "greedy", **arguments}
    env: CodeEditEnv = gym.make(world, **traced).unwrapped  # type: ignore[assignment]
    returns: list[float] = []
    for number in range(episodes):
        observation, _ = env.reset(seed=seed if number == 0 else None)
        if name == "reference" and not env.task.reference:
            break
        returns.append(round(episode(env, AGENTS[name], observation, (seed, number)), 6))
    spent = env.stats.executions
    env.close()
    row = dict(zip(KEY, (world, arguments, name, seed, episodes), strict=True))
    return {**row, "returns": returns, "executions": spent}


def key_of(row: Row) -> str:
    """Return what a row is of, as text."""
    return json.dumps([row[name] for name in KEY], sort_keys=True)


def table(rows: Iterable[Row]) -> list[str]:
    """Return a Markdown table: mean return, and the mean share of the reference's return."""
    lines = ["| world | agent | episodes | return | of reference |", "|---|---|---|---|---|"]
    groups: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        place = (row["world"], json.dumps(row["arguments"], sort_keys=True))
        groups.setdefault(place, {}).setdefault(row["agent"], []).append(row)
    for (world, arguments), agents in sorted(groups.items()):
        best = {
            (row["seed"], row["episodes"]): row["returns"] for row in agents.get("reference", ())
        }
        title = world if arguments == "{}" else f"{world} `{arguments}`"
        for name in AGENTS:
            found = agents.get(name, [])
            returns = [value for row in found for value in row["returns"]]
            if returns:
                shares = [share for row in found for share in shares_of(row, best)]
                shown = f"{mean(shares):.3f}" if shares else ""
                lines.append(
                    f"| {title} | {name} | {len(returns)} | {mean(returns):.4f} | {shown} |"
                )
    return lines


def shares_of(row: Row, best: dict[tuple[int, int], list[float]]) -> list[float]:
    """Return each episode's return as a share of the reference's on the same task."""
    known = best.get((row["seed"], row["episodes"]), [])
    if len(known) != len(row["returns"]):
        return []
    return [mine / theirs for mine, theirs in zip(row["returns"], known, strict=True) if theirs]


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    worlds = [world for world in WORLDS if world != NEEDS_PATH]
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=worlds, metavar="ID")
    parser.add_argument("--agents", nargs="+", choices=AGENTS, default=list(AGENTS), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 0")
    parser.add_argument("--episodes", type=int, default=10, help="of each seed")
    parser.add_argument("--env-kwargs", nargs="*", default=[], metavar="NAME:VALUE")
    parser.add_argument("--again", action="store_true", help="measure what is on record too")
    parser.add_argument("--table", action="store_true", help="only print what is on record")
    parser.add_argument("--record", type=Path, default=RECORD, help="where rows are written")
    return parser.parse_args()


def main() -> None:
    """Measure what is not on record, and print the table."""
    options = parsed()
    record = json.loads(options.record.read_text()) if options.record.exists() else {"rows": []}
    rows = {key_of(row): row for row in record["rows"]}
    arguments = parse_pairs(options.env_kwargs, "--env-kwargs")
    wanted = [
        (world, arguments, name, seed, options.episodes)
        for world in options.worlds
        for name in options.agents
        for seed in range(options.seeds)
    ]
    for one in [] if options.table else wanted:
        key = key_of(dict(zip(KEY, one, strict=True)))
        if options.again or key not in rows:
            rows[key] = measure(*one)
            kept = [rows[key] for key in sorted(rows)]
            write_json(options.record, {"versions": versions(), "rows": kept})
    print("\n".join(table(rows.values())))


if __name__ == "__main__":
    main()
