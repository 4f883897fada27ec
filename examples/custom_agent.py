"""An agent of your own: prefers the operators whose edits have survived, tries nothing twice.

python examples/custom_agent.py [--world Nerion-LogicV2-v0] [--episodes 3] [--seed 0]
"""

from __future__ import annotations

import argparse
from typing import Any

import gymnasium as gym
import numpy as np

import nerion_gym  # noqa: F401  registers the worlds

OPERATOR, LAST_OUTCOME = 0, 5
"""Columns of `observation["edits"]`: operator id; outcome in this episode, 0 = not tried yet."""


class SurvivorSeeker:
    """Draws each operator's survival rate from its Beta posterior and takes the best edit left."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.counts: dict[int, list[int]] = {}

    def act(self, observation: dict[str, Any]) -> int:
        """Return a legal action: among untried edits while there are any."""
        legal = np.flatnonzero(observation["action_mask"])
        untried = legal[observation["edits"][legal, LAST_OUTCOME] == 0]
        choices = untried if untried.size else legal
        drawn = {op: self.rng.beta(1 + won, 1 + lost) for op, (won, lost) in self.counts.items()}
        operators = observation["edits"][choices, OPERATOR]
        values = [drawn.get(int(op), self.rng.beta(1, 1)) for op in operators]
        return int(choices[int(np.argmax(values))])

    def learn(self, observation: dict[str, Any], action: int, reward: float) -> None:
        """Count a survivor, or an edit that the tests noticed."""
        operator = int(observation["edits"][action, OPERATOR])
        self.counts.setdefault(operator, [0, 0])[0 if reward else 1] += 1


def run_episode(env: gym.Env, agent: SurvivorSeeker, seed: int) -> list[str]:
    """Run one episode; return the edits that no test noticed."""
    observation, _ = env.reset(seed=seed)
    survivors, done = [], False
    while not done:
        action = agent.act(observation)
        following, reward, terminated, truncated, info = env.step(action)
        agent.learn(observation, action, float(reward))
        if reward:
            survivors.append(info["edit"])
        observation, done = following, terminated or truncated
    return survivors


def main(arguments: list[str] | None = None) -> None:
    """Run a few episodes and print what they found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="Nerion-LogicV2-v0")
    parser.add_argument("--episodes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    agent = SurvivorSeeker(np.random.default_rng(options.seed))
    env = gym.make(options.world)
    found: set[str] = set()
    for episode in range(options.episodes):
        survivors = run_episode(env, agent, options.seed + episode)
        found.update(survivors)
        print(f"episode {episode}: {len(survivors)} survivors, {len(found)} different so far")
    for edit in sorted(found):
        print(" ", edit)


if __name__ == "__main__":
    main()
