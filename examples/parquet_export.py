"""Recorded episodes become a Parquet file of transitions, and come back as they were.

python examples/parquet_export.py [EPISODES.jsonl] [--out transitions.parquet]

Without a file, a few episodes of a random agent are recorded first. Needs the extra `data`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import nerion_gym  # noqa: F401  registers the worlds
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.envs.episodes.rebuild import transitions
from nerion_gym.memory.parquet import read_parquet, write_parquet
from nerion_gym.wrappers.record import RecordEpisodes

OPERATOR = 0
"""Column of `observation["edits"]`."""


def record_random(path: Path, episodes: int = 4) -> None:
    """Record episodes of an agent that takes any legal edit."""
    env = RecordEpisodes(gym.make("Nerion-ToyMath-v0"), path)
    rng = np.random.default_rng(0)
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        done = False
        while not done:
            action = rng.choice(np.flatnonzero(observation["action_mask"]))
            observation, _, terminated, truncated, _ = env.step(action)
            done = terminated or truncated
    env.close()


def survival_by_operator(path: Path) -> dict[int, float]:
    """Learn offline: how often edits of each operator went unnoticed."""
    rewards: dict[int, list[float]] = {}
    for episode in read_parquet(path):
        for step in episode.transitions:
            operator = int(step.observation["edits"][step.action, OPERATOR])
            rewards.setdefault(operator, []).append(step.reward)
    return {operator: float(np.mean(found)) for operator, found in sorted(rewards.items())}


def main(arguments: list[str] | None = None) -> None:
    """Export, and learn from what was exported."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--out", type=Path, default=Path("transitions.parquet"))
    options = parser.parse_args(arguments)
    file = options.file
    if file is None:
        file = Path("episodes.jsonl")
        record_random(file)
    records = [record for _, record in read_episodes(file)]
    core: Any = gym.make(records[0].world, **records[0].kwargs).unwrapped
    rows = write_parquet(options.out, (transitions(core, record) for record in records))
    print(f"{len(records)} episodes, {rows} rows, {options.out.stat().st_size} bytes")
    for operator, rate in survival_by_operator(options.out).items():
        print(f"  operator {operator:>3}: reward {rate:.2f} on average")


if __name__ == "__main__":
    main()
