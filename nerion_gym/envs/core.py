"""`CodeEditEnv`: a program, its tests and a catalog of edits as a Gymnasium environment."""

from __future__ import annotations

import copy
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from nerion_gym.envs import dynamics, render
from nerion_gym.envs.info import build_info
from nerion_gym.envs.limits import overflow
from nerion_gym.envs.observation import FORMS, build_scene, observation_space, observe, slot_classes
from nerion_gym.envs.prepare import first_state, outcome_at_reset, pick_focus, require_known
from nerion_gym.envs.state import EpisodeState, State
from nerion_gym.envs.stats import ExecutionStats
from nerion_gym.errors import ConfigError
from nerion_gym.execution.runner import default_runner
from nerion_gym.tasks.builder import measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.envs.dynamics import Finished, Plan
    from nerion_gym.envs.observation import Form, Scene
    from nerion_gym.envs.stats import Ledger
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Task
    from nerion_gym.types.transition import Observation

KEPT_TASKS = 256  # measured tasks that an environment remembers by id


class CodeEditEnv(gym.Env[dict[str, Any], np.int64]):
    """One edit a step: planned, run against the tests, kept or undone.

    Args:
        world: operators, generator, reward, commit rule and limits.
        observation: "graph" (`spaces.Graph`, default) or "padded" (fixed shapes, for SB3).
        render_mode: None or "ansi".
        runner: runs the tests; by default one runner per process, shared by all environments.

    Action 0 is submit; action a > 0 is the a-th edit of the catalog. A masked action changes
    nothing, runs nothing, uses one step and gives 0 with `info["masked_action"]`.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012 - Gymnasium's own form

    def __init__(
        self,
        world: World,
        *,
        observation: Form = "graph",
        render_mode: str | None = None,
        runner: TestRunner | None = None,
    ) -> None:
        if observation not in FORMS:
            msg = f"observation={observation!r}: expected one of {', '.join(FORMS)}"
            raise ConfigError(msg)
        if render_mode not in (None, *self.metadata["render_modes"]):
            msg = f"render_mode={render_mode!r}: expected None or 'ansi'"
            raise ConfigError(msg)
        self.world = world
        self.form: Form = observation
        self.render_mode = render_mode
        self.observation_space = observation_space(world.limits, observation)
        self.action_space = spaces.Discrete(world.limits.edits + 1)
        self.stats = ExecutionStats()
        self.last_classes: np.ndarray  # int8 [T]: learning class per test slot, -1 masked
        self._forget_classes()
        self._runner = runner
        self._measured: dict[str, Task] = {}
        self._state: State | None = None
        self._scene: Scene | None = None
        self._history: list[State] = []
        self._last_step: render.LastStep | None = None

    # -- the Gymnasium interface

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw a task and a focus.

        Args:
            seed: seeds `np_random`.
            options: `{"focus": "FILE::FUNCTION" | [..] | Focus}` chooses what to look at.

        Raises:
            TaskError: the task cannot be built, its tests fail, or nothing fits the limits.
            ConfigError: unknown option, or no such function.
        """
        super().reset(seed=seed)
        chosen = dict(options or {})
        require_known(chosen)
        task = self._measure(self.world.generator.sample(self.np_random, chosen))
        outcome = outcome_at_reset(task, self.runner)
        focus = pick_focus(self.world, task, outcome, self.np_random, chosen)
        self._begin(first_state(self.world, task, focus, outcome))
        return self._observe(), build_info(self.world, self.current, None, masked=False)

    def step(self, action: int | np.integer) -> tuple[Observation, float, bool, bool, dict]:
        """Measure one edit.

        Raises:
            ConfigError: the action is outside the space.
            gymnasium.error.ResetNeeded: no episode has begun.
        """
        state = self.current
        plan = dynamics.plan(self.world, state, int(action))
        outcome = None
        if plan.program is not None:
            outcome = self._run(plan.program, state.task)
        finished = dynamics.finish(self.world, state, plan, outcome, self._fits)
        return self._enter(state, plan, outcome, finished)

    def render(self) -> str | None:
        """Return the last edit's diff, the test table and the episode's numbers as text."""
        if self.render_mode != "ansi":
            return None
        return render.ansi(self.world, self.current, self._last_step)

    def close(self) -> None:
        """Close a runner that was handed in; the process's shared one lives on."""
        shut = getattr(self._runner, "close", None)
        if shut is not None:
            shut()

    # -- beyond Gymnasium; through wrappers by `env.get_wrapper_attr(name)`

    @property
    def current(self) -> State:
        """The immutable state of the running episode."""
        if self._state is None:
            msg = "no episode has begun: call reset() first"
            raise gym.error.ResetNeeded(msg)
        return self._state

    @property
    def task(self) -> Task:
        """The episode's task."""
        return self.current.task

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The catalog: action a > 0 is `edits[a - 1]`."""
        return self.current.catalog

    @property
    def state(self) -> EpisodeState:
        """`(task_id, edits so far)` with focus and steps: replays exactly (`restore`)."""
        state = self.current
        return EpisodeState(state.task.id, state.focus, state.edits, state.steps)

    def get_action_meanings(self) -> list[str]:
        """Return a line per legal action of the current state, submit first."""
        return ["submit", *(render.describe_edit(edit) for edit in self.current.catalog)]

    def preview(self, action: int) -> Observation:
        """Return the observation of the program that an action would give; nothing is run.

        Tests and last outcomes stay as they are known now. A masked action, submit, or an edit
        that would break a limit shows the current program.
        """
        state = self.current
        plan = dynamics.plan(self.world, state, int(action))
        if plan.edit is None or plan.program is None:
            return self._observe()
        seen = dynamics.committed(self.world, state, plan.edit, plan.program, state.outcome)
        if not self._fits(seen):
            return self._observe()
        return observe(seen, build_scene(seen, self.world.limits), self.world.limits, self.form)

    def fork(self) -> CodeEditEnv:
        """Return an independent environment in the same state, with the same random stream."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)  # not copy.copy: a pickled state has no runner
        twin.stats = copy.deepcopy(self.stats)
        twin.last_classes = self.last_classes.copy()
        twin._measured = dict(self._measured)
        twin._history = list(self._history)
        if self._np_random is not None:
            twin._np_random = copy.deepcopy(self._np_random)
        return twin

    def undo(self) -> Observation:
        """Go back one step, budget included; what was spent stays spent.

        Raises:
            ConfigError: the episode has no step to undo.
        """
        if not self._history:
            msg = "nothing to undo: no step since reset"
            raise ConfigError(msg)
        self._set(self._history.pop())
        self._last_step = None
        self._forget_classes()
        return self._observe()

    def restore(self, episode: EpisodeState) -> Observation:
        """Replay an episode's state on this environment's task, running its edits again.

        Raises:
            ConfigError: the state belongs to another task, or an edit does not fit.
        """
        task = self.current.task
        if task.id != episode.task_id:
            msg = f"the state is of task {episode.task_id}; this environment has {task.id}"
            raise ConfigError(msg)
        outcome = outcome_at_reset(task, self.runner)
        self._begin(first_state(self.world, task, episode.focus, outcome))
        for edit in episode.edits:
            if edit not in self.current.catalog:
                msg = f"edit {render.describe_edit(edit)} is not in the catalog of {task.name}"
                raise ConfigError(msg)
            self.step(self.current.catalog.index(edit) + 1)
        for _ in range(episode.steps - self.current.steps):  # the masked ones
            self.step(dynamics.SUBMIT_ACTION)
        return self._observe()

    def use_ledger(self, ledger: Ledger) -> None:
        """Count executions against a run's ledger, shared with its other environments."""
        self.stats.ledger = ledger

    # -- one step's parts

    def _enter(
        self, before: State, plan: Plan, outcome: Outcome | None, finished: Finished
    ) -> tuple[Observation, float, bool, bool, dict]:
        self._history.append(before)
        self._set(finished.state)
        self.stats.steps += 1
        self.stats.masked += plan.masked
        self._last_step = render.LastStep(before, plan.edit, outcome, finished)
        self._forget_classes()
        if outcome is not None and self._scene is not None:
            self.last_classes = slot_classes(outcome, self._scene.slots, self.world.limits)
        info = build_info(self.world, self.current, self._last_step, masked=plan.masked)
        return self._observe(), finished.reward, finished.terminated, finished.truncated, info

    def _run(self, program: Program, task: Task) -> Outcome:
        started = perf_counter()
        outcome = self.runner.run(program, task.suite)
        self.stats.seconds += perf_counter() - started
        self.stats.count(program, task.suite, outcome)
        return outcome

    # -- building states

    @property
    def runner(self) -> TestRunner:
        """The runner in use: the one handed in, or the process's own."""
        return self._runner if self._runner is not None else default_runner()

    def _measure(self, task: Task) -> Task:
        known = self._measured.get(task.id)
        if known is None:
            known = measured(task, self.runner)
            if len(self._measured) >= KEPT_TASKS:
                self._measured.clear()
            self._measured[task.id] = known
        return known

    def _begin(self, state: State) -> None:
        self._history.clear()
        self._last_step = None
        self._set(state)
        self._forget_classes()

    def _forget_classes(self) -> None:
        self.last_classes = np.full(self.world.limits.tests, -1, np.int8)

    def _set(self, state: State) -> None:
        changed = self._state is None or (
            state.program != self._state.program
            or state.focus != self._state.focus
            or state.task is not self._state.task
        )
        self._state = state
        if changed or self._scene is None:
            self._scene = build_scene(state, self.world.limits)

    def _fits(self, state: State) -> bool:
        return not overflow(state, self.world.limits, spare=False)

    def _observe(self) -> Observation:
        if self._scene is None:
            self._scene = build_scene(self.current, self.world.limits)
        return observe(self.current, self._scene, self.world.limits, self.form)

    def __getstate__(self) -> dict[str, Any]:
        # A runner owns processes: the copy takes its own process's one.
        return {**self.__dict__, "_runner": None}
