"""Gymnasium's own RecordVideo and RecordEpisodeStatistics around a world: an mp4 of each episode.

python examples/record_video.py [--world Nerion-LogicV2-v0] [--episodes 2] [--folder videos]

Needs moviepy: the extra `examples`. Each frame shows the source with the edit in
it, the program graph with what the edit touched, and the tests.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gymnasium as gym
import numpy as np
from gymnasium.wrappers import RecordEpisodeStatistics, RecordVideo

import nerion_gym  # noqa: F401  registers the worlds

LAST_OUTCOME = 5
"""Column of `observation["edits"]`: outcome in this episode, 0 = not tried yet."""


def main(arguments: list[str] | None = None) -> None:
    """Film a few episodes of an agent that tries nothing twice."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", default="Nerion-LogicV2-v0")
    parser.add_argument("--episodes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("videos"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    rng = np.random.default_rng(options.seed)
    env = gym.make(options.world, render_mode="rgb_array")
    env = RecordEpisodeStatistics(env)
    env = RecordVideo(env, str(options.folder), episode_trigger=lambda _: True, fps=2)
    for episode in range(options.episodes):
        observation, info = env.reset(seed=options.seed + episode)
        done = False
        while not done:
            legal = np.flatnonzero(observation["action_mask"])
            untried = legal[observation["edits"][legal, LAST_OUTCOME] == 0]
            action = rng.choice(untried if untried.size else legal)
            observation, _, terminated, truncated, info = env.step(action)
            done = terminated or truncated
        seen = info["episode"]
        print(f"episode {episode}: reward {seen['r']:+.2f} in {seen['l']} steps, {seen['t']:.1f} s")
    env.close()  # writes the last film
    for film in sorted(options.folder.glob("*.mp4")):
        print(f"{film} ({film.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
