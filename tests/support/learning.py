"""Runs for learning tests and their benchmark: an agent in a world, held-out edits never run."""

from dataclasses import dataclass

import gymnasium as gym
import numpy as np

from nerion_gym.training.loop import take_step
from policies.policy import make_policy

SURPRISE = "curiosity/surprise"
REPAIR_CHUNK = 2000
REPAIR_OPTIONS = {
    "n_steps": 256,
    "batch_size": 64,
    "n_epochs": 8,
    "learning_rate": 1e-3,
    "width": 32,
    "layers": 4,
    "ent_coef": 0.03,
    "gamma": 0.9,
}
"""Of PPO in the repair world. Gradient steps per environment step decide: 24 per 512 gave .31
after 10,000 steps, 32 per 256 gave .86-1.0 (3 seeds)."""
REPAIR_DQN = {
    "width": 32,
    "layers": 4,
    "learning_starts": 500,
    "train_freq": 4,
    "gradient_steps": 2,
    "exploration_fraction": 0.5,
}
"""Of DQN in repair worlds, over those of policies/configs/dqn.yml."""
REPAIR_LEARNERS = {"dqn": REPAIR_DQN, "maskable_ppo": REPAIR_OPTIONS, "ppo": REPAIR_OPTIONS}


def falling(steps, last=0.05):
    """Return a chance to explore that falls from 1 to `last` over so many steps."""
    return lambda step: max(1.0 - (1.0 - last) * step / steps, last)


class HoldOut(gym.ObservationWrapper):
    """Masks a share of the catalog, so that an agent never runs it."""

    def __init__(self, env, share, seed):
        super().__init__(env)
        self.share, self.seed = share, seed
        self.held = np.zeros(0, np.int64)

    def observation(self, observation):
        if not self.held.size:
            legal = np.flatnonzero(observation["action_mask"])
            drawn = np.random.default_rng([self.seed, 30]).permutation(legal)
            self.held = np.sort(drawn[: round(self.share * len(legal))])
        mask = observation["action_mask"].copy()
        mask[self.held] = 0
        return {**observation, "action_mask": mask}


@dataclass(frozen=True)
class Learned:
    """What a run left behind.

    Attributes:
        surprises: nats, of each edit that was run for the first time, in order.
        brier: of survived or not, over the held-out edits; NaN without any.
        constant: the same of the share of survivors among the edits that were run.
    """

    surprises: np.ndarray
    brier: float
    constant: float

    @property
    def halves(self):
        """Mean surprise of the first and of the second half."""
        middle = len(self.surprises) // 2
        return float(self.surprises[:middle].mean()), float(self.surprises[middle:].mean())


def brier(chance, happened):
    """Return the mean squared error over both outcomes (0 = perfect, 2 = worst)."""
    return float(2.0 * np.mean((np.asarray(chance) - np.asarray(happened)) ** 2))


def learn(env, seed, executions, *, algo="curiosity", held_share=0.0, **options):
    """Train an agent until its executions are spent; return what it learned."""
    world = HoldOut(env, held_share, seed)
    policy = make_policy(algo, env.observation_space, env.action_space, seed, **options)
    rng, stats = np.random.default_rng(seed), env.get_wrapper_attr("stats")
    observation, _ = world.reset(seed=seed)
    surprises, survived = [], []
    start = spent = stats.executions
    while spent - start < executions:
        step = take_step(world, policy, observation, rng)
        metrics = policy.update([step])
        if stats.executions > spent:
            spent = stats.executions
            surprises.append(metrics[SURPRISE])
            survived.append(step.info["survived"])
        ended = step.terminated or step.truncated
        observation = world.reset()[0] if ended else step.next_observation
    scores = held_out_scores(env, world.held, policy, float(np.mean(survived)))
    return Learned(np.array(surprises), *scores)


def held_out_scores(env, held, policy, rate):
    """Run the held-out edits (in a fork) and score what was predicted of them before."""
    if not held.size:
        return float("nan"), float("nan")
    fork = env.unwrapped.fork()
    observation, _ = fork.reset(seed=0)
    chances = policy.model.predict(observation).probabilities[held, 0]
    happened = []
    for action in held:
        happened.append(fork.step(int(action))[4]["survived"])
        fork.undo()
    return brier(chances, happened), brier(np.full(len(held), rate), happened)


class Silent:
    """A logbook that keeps nothing."""

    def scalars(self, values, step):
        pass

    def event(self, kind, /, **payload):
        pass


def successes(env, policy, episodes, won):
    """Return the share of episodes won; `won(reward, info)` judges by the last step."""
    rng = np.random.default_rng(0)
    observation, _ = env.reset(seed=5)
    count = 0
    for _ in range(episodes):
        ended = False
        while not ended:
            action = policy.act(observation, rng)
            observation, reward, terminated, truncated, info = env.step(action)
            ended = terminated or truncated
        count += bool(won(reward, info))
        observation, _ = env.reset()
    return count / episodes
