"""The online loop: act, step, learn, hand on. Any `Policy` becomes a `Learner` by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.training.known import NOTHING_LEFT
from nerion_gym.training.tally import Tally
from nerion_gym.types.protocols import Budget, FitResult
from nerion_gym.types.transition import Episode, Transition
from nerion_gym.wrappers.schedules import SURPRISE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import gymnasium as gym

    from nerion_gym.training.tally import Progress
    from nerion_gym.types.protocols import Logbook, Policy
    from nerion_gym.types.transition import Observation


class Memory(Protocol):
    """What the loop needs of a store of experience."""

    def add(self, item: Transition, surprise: float | None = None) -> int:
        """Store a transition with its surprise."""
        ...


@dataclass(frozen=True)
class Hooks:
    """What else sees a run; the loop alone tells them.

    Attributes:
        memory: gets every transition with its surprise.
        signals: called with what each update returned (an `AdaptiveEpsilon` wrapper's signal).
        watch: called with the progress after each step (a display, checkpoints).
    """

    memory: Memory | None = None
    signals: tuple[Callable[[Mapping[str, float]], None], ...] = ()
    watch: Callable[[Progress], None] | None = None


@dataclass
class OnlineLearner:
    """A policy that learns after every step.

    Attributes:
        policy: acts and learns.
        seed: seeds the first reset and the generator that the policy draws from.
        hooks: what else sees the run.
        tally: of the last `fit`, or None.
    """

    policy: Policy
    seed: int = 0
    hooks: Hooks = Hooks()
    tally: Tally | None = None

    def fit(self, env: gym.Env, budget: Budget, logbook: Logbook) -> FitResult:
        """Train until the budget ends, or until every edit within reach is known.

        What ended it first is named.

        Raises:
            ConfigError: the budget bounds nothing.
        """
        limit = step_bound(budget)
        rng = np.random.default_rng(self.seed)
        stats = env.get_wrapper_attr("stats")
        before = int(stats.executions)
        tally = self.tally = Tally(logbook, self.hooks.watch)
        observation, _ = env.reset(seed=self.seed)
        ended_by = ""
        while not ended_by:
            step = take_step(env, self.policy, observation, rng)
            metrics = self.policy.update([step])
            self._hand_on(step, metrics)
            ended = step.terminated or step.truncated
            spent = int(stats.executions) - before
            tally.known.add(env, step.action, spent)
            tally.add(step.action, step.reward, ended, step.info, spent, metrics)
            ended_by = bound_met(budget, limit, spent, tally.steps)
            if not ended_by and tally.known.after is not None:
                ended_by = NOTHING_LEFT
            observation = env.reset()[0] if ended and not ended_by else step.next_observation
        return FitResult(tally.steps, tally.executions, tally.episodes, ended_by)

    def _hand_on(self, step: Transition, metrics: Mapping[str, float]) -> None:
        if self.hooks.memory is not None:
            self.hooks.memory.add(step, metrics.get(SURPRISE))
        for signal in self.hooks.signals:
            signal(metrics)


def online(policy: Policy, seed: int = 0, hooks: Hooks | None = None) -> OnlineLearner:
    """Make a learner of a policy."""
    return OnlineLearner(policy, seed, hooks or Hooks())


def run_episode(
    env: gym.Env, policy: Policy, rng: np.random.Generator, seed: int | None = None
) -> Episode:
    """Run one episode to its end; the policy acts and does not learn.

    Args:
        env: any world, wrapped or not.
        policy: acts.
        rng: what the policy draws from.
        seed: of the reset; None goes on with the environment's own generator.
    """
    observation, info = env.reset(seed=seed)
    task_id = str(info.get("task_id", ""))
    steps: list[Transition] = []
    while not steps or not (steps[-1].terminated or steps[-1].truncated):
        steps.append(take_step(env, policy, observation, rng))
        observation = steps[-1].next_observation
    return Episode(task_id, seed, tuple(steps))


def take_step(
    env: gym.Env, policy: Policy, observation: Observation, rng: np.random.Generator
) -> Transition:
    """Let a policy act once; it is given `preview` only if it says `wants_preview`."""
    options: dict[str, Any] = {}
    if getattr(policy, "wants_preview", False):
        options["preview"] = env.get_wrapper_attr("preview")
    action = int(policy.act(observation, rng, **options))
    following, reward, terminated, truncated, info = env.step(action)
    classes = np.array(env.get_wrapper_attr("last_classes"), np.int8)
    return Transition(
        observation=observation,
        # An exploring wrapper may have executed another action than the one chosen.
        action=int(info.get("executed_action", action)),
        reward=float(reward),
        terminated=bool(terminated),
        truncated=bool(truncated),
        next_observation=following,
        info=info,
        classes=classes,
    )


def step_bound(budget: Budget) -> int:
    """Return the number of steps that ends a run.

    Raises:
        ConfigError: neither executions nor steps are given.
    """
    if budget.max_steps < 1:
        msg = f"{budget}: expected executions or steps (or both) of at least 1"
        raise ConfigError(msg)
    return budget.max_steps


def bound_met(budget: Budget, limit: int, executions: int, steps: int) -> str:
    """Return "executions", "steps" or "" while neither bound is met."""
    if budget.executions is not None and executions >= budget.executions:
        return "executions"
    return "steps" if steps >= limit else ""
