"""Optuna searches the hyperparameters of a cheap agent: which habits find survivors soonest?

python examples/optuna_search.py [--trials 12] [--world Nerion-LogicV2-v0] [--seed 0]

The agent keeps a Beta posterior for each operator. Its prior, how fast it forgets and how often it
tries at random are searched by TPE; a trial that falls behind is pruned. Outcomes are remembered
by the runner, so later trials cost next to nothing. Needs optuna: the extra `examples`.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import gymnasium as gym
import numpy as np
import optuna

import nerion_gym  # noqa: F401  registers the worlds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPERATOR, INFECTION, LAST_OUTCOME = 0, 4, 5
"""Columns of `observation["edits"]`."""
EPISODES = 6


class Agent:
    """Takes the edit whose operator, by a draw from its posterior, survives most; none twice."""

    def __init__(self, habits: Mapping[str, float], rng: np.random.Generator) -> None:
        self.habits, self.rng = habits, rng
        self.counts: dict[int, np.ndarray] = {}

    def act(self, observation: dict) -> int:
        """Return a legal action that was not tried yet, while there is one."""
        edits, legal = observation["edits"], np.flatnonzero(observation["action_mask"])
        untried = legal[edits[legal, LAST_OUTCOME] == 0]
        choices = untried if untried.size else legal
        if self.rng.random() < self.habits["epsilon"]:
            return int(self.rng.choice(choices))
        values = np.array([self.value(edits[choice]) for choice in choices])
        return int(choices[values.argmax()])

    def value(self, row: np.ndarray) -> float:
        """Return a draw of the chance to survive, and something for an edit that changes little."""
        won, lost = self.counts.get(int(row[OPERATOR]), np.zeros(2))
        drawn = self.rng.beta(self.habits["prior"] + won, self.habits["prior"] + lost)
        return float(drawn + self.habits["sometimes"] * (row[INFECTION] == 3))

    def learn(self, row: np.ndarray, reward: float) -> None:
        """Count a survivor, or an edit that was worth nothing; what was counted before fades."""
        counts = self.counts.setdefault(int(row[OPERATOR]), np.zeros(2))
        counts *= self.habits["memory"]
        counts[0 if reward else 1] += 1


def run_episode(env: gym.Env, agent: Agent, seed: int) -> float:
    """Return the reward of an episode."""
    observation, _ = env.reset(seed=seed)
    total, done = 0.0, False
    while not done:
        action = agent.act(observation)
        following, reward, terminated, truncated, _ = env.step(action)
        agent.learn(observation["edits"][action], float(reward))
        observation, total, done = following, total + float(reward), terminated or truncated
    return total


UNIFORM = {"prior": 1.0, "memory": 1.0, "epsilon": 1.0, "sometimes": 0.0}
"""Always at random: what the search has to beat."""


def means(env: gym.Env, habits: Mapping[str, float], seed: int) -> Iterator[float]:
    """Run a new agent; yield after each episode its mean reward so far."""
    agent, total = Agent(habits, np.random.default_rng(seed)), 0.0
    for episode in range(EPISODES):
        total += run_episode(env, agent, seed + episode)
        yield total / (episode + 1)


def search(env: gym.Env, trials: int, seed: int) -> optuna.Study:
    """Return the finished study; its value is the mean reward of an episode."""

    def objective(trial: optuna.Trial) -> float:
        habits = {
            "prior": trial.suggest_float("prior", 0.1, 3.0, log=True),
            "memory": trial.suggest_float("memory", 0.7, 1.0),
            "epsilon": trial.suggest_float("epsilon", 0.0, 0.3),
            "sometimes": trial.suggest_float("sometimes", 0.0, 1.0),
        }
        mean = 0.0
        for episode, mean in enumerate(means(env, habits, seed)):
            trial.report(mean, episode)
            if trial.should_prune():
                raise optuna.TrialPruned
        return mean

    def show(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        pruned = trial.state is optuna.trial.TrialState.PRUNED
        print(f"trial {trial.number:2}  {trial.value:.2f} {'pruned' if pruned else '':6}", end="")
        print(f"  best {study.best_value:.2f}")

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )
    study.optimize(objective, n_trials=trials, callbacks=[show])
    return study


def main(arguments: list[str] | None = None) -> None:
    """Search and print what was best."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", default="Nerion-LogicV2-v0")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    env = gym.make(options.world)
    *_, uniform = means(env, UNIFORM, options.seed)
    print(f"uniform   {uniform:.2f} survivors an episode")
    study = search(env, options.trials, options.seed)
    env.close()
    habits = ", ".join(f"{name} {value:.2f}" for name, value in study.best_params.items())
    print(f"best of {len(study.trials)}: {study.best_value:.2f} survivors an episode with {habits}")


if __name__ == "__main__":
    main()
