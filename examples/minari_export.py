"""Recorded episodes become a Minari dataset, which an offline learner reads without this package.

python examples/minari_export.py [EPISODES.jsonl] [--dataset nerion/repair/random-v0] [--root DIR]

Without a file, a few episodes of a random agent are recorded first. Needs the extra `data`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

import nerion_gym
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.envs.episodes.rebuild import transitions
from nerion_gym.memory.export import episode_arrays
from nerion_gym.wrappers.record import RecordEpisodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minari import MinariDataset

    from nerion_gym.envs.episodes.record import RecordedEpisode

WORLD = "Nerion-Repair-v0"


def record_random(path: Path, episodes: int = 3) -> None:
    """Record episodes of an agent that takes any legal edit."""
    env = RecordEpisodes(gym.make(WORLD, split="val"), path)
    rng = np.random.default_rng(0)
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        done = False
        while not done:
            action = rng.choice(np.flatnonzero(observation["action_mask"]))
            observation, _, terminated, truncated, _ = env.step(action)
            done = terminated or truncated
    env.close()


def export(records: Sequence[RecordedEpisode], name: str, root: Path) -> MinariDataset:
    """Run episodes of one world again in padded form, and write them as a Minari dataset.

    Args:
        records: of one world with the same arguments.
        name: id of the dataset; one of that name is an error.
        root: folder of all datasets.
    """
    root.mkdir(parents=True, exist_ok=True)
    os.environ["MINARI_DATASETS_PATH"] = str(root.resolve())  # Minari 0.5 fails on a relative one
    import minari
    from minari.data_collector import EpisodeBuffer

    env = gym.make(records[0].world, **{**records[0].kwargs, "observation": "padded"})
    core: Any = env.unwrapped
    buffers = []
    for number, record in enumerate(records):
        arrays = episode_arrays(transitions(core, record))
        buffers.append(
            EpisodeBuffer(
                id=number,
                seed=record.seed if record.drawn else None,
                observations=dict(arrays.observations),
                actions=arrays.actions,
                rewards=arrays.rewards.tolist(),
                terminations=arrays.terminations.tolist(),
                truncations=arrays.truncations.tolist(),
            )
        )
    return minari.create_dataset_from_buffers(
        name,
        buffers,
        env=env,
        eval_env=env,
        data_format="parquet",
        algorithm_name="recorded",
        author="nerion-gym",
        author_email="nobody@example.org",
        code_permalink=f"nerion-gym {nerion_gym.__version__}",
        description=f"{len(records)} episodes of {records[0].world}, actions masked",
        requirements=["nerion-gym"],
    )


def main(arguments: list[str] | None = None) -> None:
    """Export, and read one episode back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--dataset", default="nerion/repair/random-v0")
    parser.add_argument("--root", type=Path, default=Path("minari"))
    options = parser.parse_args(arguments)
    file = options.file
    if file is None:
        file = Path("episodes.jsonl")
        record_random(file)
    records = [record for _, record in read_episodes(file)]
    dataset = export(records, options.dataset, options.root)
    print(f"{dataset.total_episodes} episodes, {dataset.total_steps} steps in {options.root}")
    first = dataset[0]
    for name, array in first.observations.items():
        print(f"  {name:<12} {array.dtype} {array.shape}")
    print(f"  actions      {first.actions.tolist()}, return {first.rewards.sum():.2f}")


if __name__ == "__main__":
    main()
