"""A world and agents for the commands, without tests to run and without torch."""

from __future__ import annotations

import gymnasium as gym

from tests.unit.training.fake import Drawing, Scripted

WORLD = "Nerion-Fake-v0"


def register() -> None:
    """Make the fake world known to Gymnasium, once."""
    if WORLD not in gym.registry:
        gym.register(WORLD, "tests.unit.training.fake:FakeEnv", disable_env_checker=True)


class Saving(Drawing):
    """Draws, and saves its age."""

    def save(self, path):
        path.with_suffix(".txt").write_text(str(len(self.learned)))


class Interrupted(Scripted):
    """Ctrl-C arrives at the third step."""

    def act(self, observation, rng, *, preview=None):
        if len(self.learned) == 2:
            raise KeyboardInterrupt
        return super().act(observation, rng, preview=preview)


class SelfTaught:
    """A learner that drives the environment itself, as Stable-Baselines3's do."""

    def fit(self, env, budget, logbook):
        from nerion_gym.types.protocols import FitResult

        env.reset(seed=0)
        spent = env.get_wrapper_attr("stats")
        for step in range(1, budget.max_steps + 1):
            *_, terminated, truncated, _ = env.step(1 + step % 6)
            if spent.executions >= budget.executions:
                return FitResult(step, spent.executions, 0, "executions")
            if terminated or truncated:
                env.reset()
        return FitResult(budget.max_steps, spent.executions, 0, "steps")


AGENTS = {
    "drawing": Saving,
    "interrupted": lambda: Interrupted([1, 2, 3]),
    "self_taught": SelfTaught,
}


def make_agent(config, env, words=None):
    """Stand in for `commands.agents.make_agent`."""
    return AGENTS[config.algo]()
