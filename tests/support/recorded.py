"""A small world that is registered, and episodes of it that were recorded."""

import gymnasium as gym
import numpy as np

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.wrappers.record import RecordEpisodes
from tests.unit.envs.fakes import FakeRunner, make_world

WORLD = "Nerion-Recorded-v0"


def entry_point(commit="never", **kwargs):
    return CodeEditEnv(make_world(commit), **{"runner": FakeRunner(), **kwargs})


def make(**kwargs):
    """Make the fake world through Gymnasium."""
    if WORLD not in gym.registry:
        gym.register(WORLD, entry_point)
    return gym.make(WORLD, **kwargs)


def play(env, seed=0, episodes=1, steps=100):
    """Take random legal steps, a masked one first, and close."""
    rng = np.random.default_rng(seed)
    for number in range(episodes):
        observation, _ = env.reset(seed=seed + number)
        masked = np.flatnonzero(observation["action_mask"] == 0)
        action, ended = int(masked[0]), False
        for _ in range(steps):
            observation, _, terminated, truncated, _ = env.step(action)
            ended = terminated or truncated
            if ended:
                break
            action = int(rng.choice(np.flatnonzero(observation["action_mask"])))
    env.close()


def recorded(path, *, seed=0, episodes=1, steps=100, **kwargs):
    """Record some episodes of the fake world; return what the file holds."""
    play(RecordEpisodes(make(**kwargs), path), seed, episodes, steps)
    return [episode for _, episode in read_episodes(path)]
