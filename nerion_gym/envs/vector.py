"""`CodeEditVectorEnv`: many worlds stepped at once, their programs run side by side.

Equal, step by step, to Gymnasium's `SyncVectorEnv` over the same environments: only the runs are
gathered, so that one runner keeps every core busy.
"""

from __future__ import annotations

import os
from dataclasses import fields
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from nerion_gym.envs.batching import batch, mask_of, members_of, require_one_each, seeds_of
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.stats import ExecutionStats, Ledger
from nerion_gym.errors import ConfigError
from nerion_gym.execution.runner import LocalRunner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.envs.world import World
    from nerion_gym.types.program import Program
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.transition import Observation

Stepped = tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]
COUNTERS = tuple(field.name for field in fields(ExecutionStats) if field.name != "ledger")


def make_vector(
    world: World,
    num_envs: int = 1,
    *,
    runner: TestRunner | None = None,
    workers: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    **kwargs: Any,
) -> CodeEditVectorEnv:
    """Make environments of one world over one runner: what a `vector_entry_point` calls.

    Args:
        world: of every sub-environment.
        num_envs: how many.
        runner: runs the tests of all; by default one of this vector's own.
        workers: programs that its own runner runs at once; by default the usable processors.
        autoreset_mode: when an ended episode gives way to the next one.
        **kwargs: of each `CodeEditEnv` ("observation", "render_mode", "trace").

    Raises:
        ConfigError: an argument is out of range, or both runner and workers are given.
    """
    if num_envs < 1:
        msg = f"num_envs={num_envs}: expected at least 1"
        raise ConfigError(msg)
    envs = [CodeEditEnv(world, **kwargs) for _ in range(num_envs)]
    return CodeEditVectorEnv(envs, runner=runner, workers=workers, autoreset_mode=autoreset_mode)


def usable_processors() -> int:
    """Return how many processors this process may run on."""
    return len(os.sched_getaffinity(0))


class CodeEditVectorEnv(VectorEnv[Any, Any, np.ndarray]):
    """Environments that step together; every program of a step is run in one `run_many` a suite.

    Args:
        envs: `CodeEditEnv`s with equal spaces, wrapped or not. They share the runner, the ledger
            of executions and the measured tasks from now on.
        runner: see `make_vector`.
        workers: see `make_vector`.
        autoreset_mode: `NEXT_STEP` (the step after an end resets, its action is ignored),
            `SAME_STEP` (`info["final_obs"]` and `info["final_info"]` hold the end) or `DISABLED`
            (reset with `options={"reset_mask": ...}`).

    A wrapper that executes another action than it is given is served too: that program is run
    alone.
    """

    def __init__(
        self,
        envs: Sequence[gym.Env],
        *,
        runner: TestRunner | None = None,
        workers: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        if runner is not None and workers is not None:
            msg = f"workers={workers} is for the vector's own runner; give it to yours instead"
            raise ConfigError(msg)
        self.envs = list(envs)
        self.members = members_of(self.envs)
        self.num_envs = len(self.envs)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.envs[0].metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = self.envs[0].render_mode
        self.single_observation_space = self.envs[0].observation_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.single_action_space = self.envs[0].action_space
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.last_classes = np.stack([member.last_classes for member in self.members])
        self._seen: list[Observation] = [{} for _ in self.envs]
        self._ended: np.ndarray = np.zeros(self.num_envs, np.bool_)
        self._workers = workers or usable_processors() if runner is None else None
        self._share(runner or LocalRunner(workers=self._workers or 1))

    # -- the Gymnasium interface

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Reset the sub-environments.

        Args:
            seed: one for the first, the next number for the next and so on; or one for each.
            options: of each `CodeEditEnv.reset`; and "reset_mask" (bool [N]) to reset only some.

        Raises:
            ConfigError: a list of seeds or a mask of another length.
        """
        seeds = seeds_of(seed, self.num_envs)
        rest = dict(options or {})
        chosen = mask_of(rest.pop("reset_mask", None), self.num_envs)
        infos: dict[str, Any] = {}
        for place in np.flatnonzero(chosen).tolist():
            self._seen[place], info = self._restart(place, seeds[place], rest or None)
            infos = self._add_info(infos, info, place)
        self._ended[chosen] = False
        self.last_classes[chosen] = -1
        return self._batched(), infos

    def step(self, actions: Any) -> Stepped:
        """Measure one edit in each sub-environment.

        Raises:
            ConfigError: an action is outside the space; nothing has changed then.
            gymnasium.error.ResetNeeded: an episode has not begun, or ended (`DISABLED`).
        """
        self._run_ahead(actions)
        rewards = np.zeros(self.num_envs, np.float64)
        ends = np.zeros((2, self.num_envs), np.bool_)
        self.last_classes = np.full_like(self.last_classes, -1)
        infos: dict[str, Any] = {}
        for place, env in enumerate(self.envs):
            if self._ended[place]:
                self._seen[place], info = self._restart(place)
            else:
                seen, reward, terminated, truncated, info = env.step(actions[place])
                self._seen[place], rewards[place] = seen, reward
                ends[:, place] = terminated, truncated
                self.last_classes[place] = self.members[place].last_classes
                if ends[:, place].any() and self.autoreset_mode is AutoresetMode.SAME_STEP:
                    final = {"final_obs": seen, "final_info": info}
                    infos = self._add_info(infos, final, place)
                    self._seen[place], info = self._restart(place)
            infos = self._add_info(infos, info, place)
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._ended = np.logical_or(ends[0], ends[1])
        return self._batched(), rewards, ends[0], ends[1], infos

    def render(self) -> tuple[Any, ...]:
        """Return a frame of each sub-environment."""
        return tuple(env.render() for env in self.envs)

    def close_extras(self, **kwargs: Any) -> None:
        """Close the sub-environments and with them their runner."""
        for env in self.envs:
            env.close()

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of each sub-environment, or get an attribute."""
        found = [env.get_wrapper_attr(name) for env in self.envs]
        return tuple(item(*args, **kwargs) if callable(item) else item for item in found)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Get an attribute of each sub-environment."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute: one value for all, or a list or tuple of one for each.

        Raises:
            ConfigError: another number of values than sub-environments.
        """
        given = list(values) if isinstance(values, (list, tuple)) else [values] * self.num_envs
        require_one_each("values", len(given), self.num_envs)
        for env, value in zip(self.envs, given, strict=True):
            env.set_wrapper_attr(name, value)

    @property  # type: ignore[misc]
    def np_random(self) -> Any:
        """The random generator of each sub-environment."""
        return self.get_attr("np_random")

    @property
    def np_random_seed(self) -> Any:
        """The seed of each sub-environment's generator."""
        return self.get_attr("np_random_seed")

    # -- beyond Gymnasium

    @property
    def runner(self) -> TestRunner:
        """What runs the tests of all sub-environments."""
        return self.members[0].runner

    @property
    def stats(self) -> ExecutionStats:
        """What all sub-environments have spent, newly summed."""
        every = list({id(member.stats): member.stats for member in self.members}.values())
        sums = {name: sum(getattr(stats, name) for stats in every) for name in COUNTERS}
        return ExecutionStats(**sums, ledger=every[0].ledger)

    def use_ledger(self, ledger: Ledger) -> None:
        """Count executions against a run's ledger, shared with its other environments."""
        for member in self.members:
            member.use_ledger(ledger)

    # -- inside

    def _run_ahead(self, actions: Any) -> None:
        """Run what the actions ask for and hand each sub-environment its outcome."""
        require_one_each("actions", len(actions), self.num_envs)
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            msg = f"the episodes of {np.flatnonzero(self._ended).tolist()} have ended: reset them"
            raise gym.error.ResetNeeded(msg)
        plans = {
            place: self.members[place].begin_step(actions[place])
            for place in np.flatnonzero(~self._ended).tolist()
        }
        to_run: dict[Suite, list[tuple[int, Program]]] = {}
        for place, plan in plans.items():
            self.members[place].take_outcome(plan, None)
            if plan.program is not None:
                suite = self.members[place].task.suite
                to_run.setdefault(suite, []).append((place, plan.program))
        for suite, entries in to_run.items():
            started = perf_counter()
            outcomes = self.runner.run_many([program for _, program in entries], suite)
            share = (perf_counter() - started) / len(entries)
            for (place, _), outcome in zip(entries, outcomes, strict=True):
                self.members[place].take_outcome(plans[place], outcome)
                self.members[place].stats.seconds += share

    def _restart(
        self, place: int, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        return self.envs[place].reset(seed=seed, options=options)

    def _batched(self) -> Any:
        if not all(self._seen):
            msg = "some sub-environments have not begun an episode: call reset() without a mask"
            raise gym.error.ResetNeeded(msg)
        return batch(self.single_observation_space, self._seen)

    def _share(self, runner: TestRunner | None) -> None:
        first = self.members[0]
        for member in self.members:
            member.known_tasks = first.known_tasks
            member.use_ledger(first.stats.ledger)
            member.runner = runner

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Pickled environments leave their runner behind: it owns processes.
        self.__dict__.update(state)
        self._share(LocalRunner(workers=self._workers) if self._workers else None)
