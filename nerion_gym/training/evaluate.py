"""Judging an agent as it is: seeded episodes, no learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.training.loop import run_episode

if TYPE_CHECKING:
    import gymnasium as gym

    from nerion_gym.types.protocols import Policy
    from nerion_gym.types.transition import Episode

SEED_OFFSET = 1_000_003
"""Evaluation episode i of seed s is reset with (s + 1) x offset + i: never a training seed."""


@dataclass(frozen=True)
class Evaluation:
    """What n episodes gave.

    Attributes:
        returns: extrinsic return of each episode.
        lengths: steps of each.
        successes: whether each ended with `info["is_success"]`.
        seeds: reset seed of each; with the world's id they replay it.
        executions: first-time executions that the evaluation itself spent.
    """

    returns: tuple[float, ...]
    lengths: tuple[int, ...]
    successes: tuple[bool, ...]
    seeds: tuple[int, ...]
    executions: int

    def summary(self) -> dict[str, float]:
        """Return the means under TensorBoard tags."""
        return {
            "eval/mean_reward": float(np.mean(self.returns)),
            "eval/mean_ep_length": float(np.mean(self.lengths)),
            "eval/success_rate": float(np.mean(self.successes)),
        }


def evaluate(
    env: gym.Env, policy: Policy, episodes: int, seed: int, *, split: str | None = None
) -> Evaluation:
    """Run seeded episodes without learning.

    Args:
        env: an environment of its own, so that training's executions stay apart.
        policy: a policy that has a `greedy()` view of itself is judged by that.
        episodes: how many.
        seed: two evaluations with one seed meet the same tasks.
        split: refuse tasks of any other split ("train", "val", "test"); None takes all.

    Raises:
        ConfigError: fewer than one episode, or a task of another split.
    """
    if episodes < 1:
        msg = f"episodes={episodes}: expected at least 1"
        raise ConfigError(msg)
    judged = policy.greedy() if hasattr(policy, "greedy") else policy
    rng = np.random.default_rng([seed, SEED_OFFSET])
    seeds = tuple((seed + 1) * SEED_OFFSET + number for number in range(episodes))
    before = int(env.get_wrapper_attr("stats").executions)
    played: list[Episode] = []
    for number in seeds:
        played.append(run_episode(env, judged, rng, number))
        require_split(env, split)
    return Evaluation(
        returns=tuple(episode.total_reward for episode in played),
        lengths=tuple(len(episode.transitions) for episode in played),
        successes=tuple(bool(e.transitions[-1].info.get("is_success")) for e in played),
        seeds=seeds,
        executions=int(env.get_wrapper_attr("stats").executions) - before,
    )


def require_split(env: gym.Env, split: str | None) -> None:
    """Refuse an episode whose task belongs to another split.

    Raises:
        ConfigError: it does.
    """
    if split is None:
        return
    found = env.get_wrapper_attr("task").split
    if found != split:
        msg = f"split={split!r}: the world gave a task of split {found!r}; it has none of yours"
        raise ConfigError(msg)
