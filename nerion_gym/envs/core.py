"""`CodeEditEnv`: a program, its tests and a catalog of edits as a Gymnasium environment."""

from __future__ import annotations

import copy
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from nerion_gym.envs import dynamics, prepare, render, rendering
from nerion_gym.envs.info import build_info
from nerion_gym.envs.limits import overflow
from nerion_gym.envs.observation import build_scene, observation_space, observe, slot_classes
from nerion_gym.envs.previewing import previewed
from nerion_gym.envs.replay import replay
from nerion_gym.envs.state import EpisodeState, State
from nerion_gym.envs.stats import ExecutionStats
from nerion_gym.envs.traces import checked, is_traced, is_whole, traced
from nerion_gym.errors import ConfigError
from nerion_gym.execution.runner import default_runner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.envs.dynamics import Plan
    from nerion_gym.envs.observation import Form, Scene
    from nerion_gym.envs.stats import Ledger
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Task
    from nerion_gym.types.transition import Observation


class CodeEditEnv(gym.Env[dict[str, Any], np.int64]):
    """One edit a step: planned, run against the tests, kept or undone.

    Args:
        world: operators, generator, reward, commit rule and limits.
        observation: "graph" (`spaces.Graph`, default) or "padded" (fixed shapes, for SB3).
        render_mode: None or one of `rendering.MODES`: text, a picture, or a live terminal.
        runner: runs the tests; by default one runner per process, shared by all environments.
        trace: whether a traced run's columns are filled; by default where no edit is ever kept.

    Action 0 is submit; action a > 0 is the a-th edit of the catalog. A masked action changes
    nothing, runs nothing, uses one step and gives 0 with `info["masked_action"]`.
    """

    metadata = {"render_modes": [*rendering.MODES], "render_fps": 4}  # noqa: RUF012 - Gymnasium's

    def __init__(
        self,
        world: World,
        *,
        observation: Form = "graph",
        render_mode: str | None = None,
        runner: TestRunner | None = None,
        trace: bool | None = None,
    ) -> None:
        self.world = world
        self.form: Form = observation
        self.trace = checked(trace)
        self.render_mode = rendering.checked(render_mode)
        self.observation_space = observation_space(world.limits, observation)
        self.action_space = spaces.Discrete(world.limits.edits + 1)
        self.stats = ExecutionStats()
        self.last_classes: np.ndarray  # int8 [T]: learning class per test slot, -1 masked
        self._forget_classes()
        self._runner = runner
        self.known_tasks = prepare.KnownTasks()
        self._ahead: dynamics.Ahead | None = None
        self._state: State | None = None
        self._scene: Scene | None = None
        self._history: list[State] = []
        self.last_step: render.LastStep | None = None  # None after a reset or an undo

    # -- the Gymnasium interface

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw a task and a focus.

        Args:
            seed: seeds `np_random`.
            options: `{"focus": "FILE::FUNCTION" | [..] | Focus}`: what to look at; "task": a name.

        Raises:
            TaskError: the task cannot be built, its tests fail, or nothing fits the limits.
            ConfigError: unknown option, or no such function.
        """
        super().reset(seed=seed)
        chosen = dict(options or {})
        prepare.require_known(chosen)
        task = prepare.drawn_task(self.world, self.np_random, chosen, self.known_tasks, self.runner)
        if is_traced(self.world, self.trace, self.runner) and is_whole(self.world):
            task = self.known_tasks.traced(task, self.runner, self.world.operators)
        outcome = prepare.outcome_at_reset(task, self.runner)
        focus = prepare.pick_focus(self.world, task, outcome, self.np_random, chosen)
        self.begin_episode(prepare.first_state(self.world, task, focus, outcome))
        rendering.refresh(self)
        return self._observe(), build_info(self.world, self.current, None, masked=False)

    def step(self, action: int | np.integer) -> tuple[Observation, float, bool, bool, dict]:
        """Measure one edit.

        Raises:
            ConfigError: the action is outside the space.
            gymnasium.error.ResetNeeded: no episode has begun.
        """
        ahead, self._ahead = self._ahead, None
        if ahead and ahead.before is self._state and ahead.plan.action == int(action):
            return self.end_step(ahead.plan, ahead.outcome)
        plan = self.begin_step(action)
        outcome = None
        if plan.program is not None:
            started = perf_counter()
            outcome = self.runner.run(plan.program, self.task.suite)
            self.stats.seconds += perf_counter() - started
        return self.end_step(plan, outcome)

    def render(self) -> str | np.ndarray | None:
        """Return a frame of the last step: text, uint8 [480, 1120, 3], or None ("human")."""
        return rendering.shown(self.render_mode, self.world, self.current, self.last_step)

    def close(self) -> None:
        """Close a runner that was handed in; the process's shared one lives on."""
        shut = getattr(self._runner, "close", None)
        if shut is not None:
            shut()

    # -- one step in two halves, for whoever runs many programs at once

    def begin_step(self, action: int | np.integer) -> Plan:
        """Return what a step would run; nothing changes.

        Raises:
            ConfigError: the action is outside the space.
            gymnasium.error.ResetNeeded: no episode has begun.
        """
        return dynamics.plan(self.world, self.current, int(action))

    def end_step(
        self, plan: Plan, outcome: Outcome | None
    ) -> tuple[Observation, float, bool, bool, dict]:
        """Finish a step whose plan was run (None: it had nothing to run), and count it."""
        before = self.current
        if plan.program is not None and outcome is not None:
            self.stats.count(plan.program, before.task.suite, outcome)
        finished = dynamics.finish(self.world, before, plan, outcome, self._fits)
        state = traced(self, finished.state)
        self._history.append(before)
        self._set(state)
        self.stats.steps += 1
        self.stats.masked += plan.masked
        self.last_step = render.LastStep(before, plan.edit, outcome, finished)
        if outcome is not None and self._scene is not None:
            self.last_classes = slot_classes(outcome, self._scene.slots, self.world.limits)
        info = build_info(self.world, self.current, self.last_step, masked=plan.masked)
        rendering.refresh(self)
        return self._observe(), finished.reward, finished.terminated, finished.truncated, info

    def take_outcome(self, plan: Plan, outcome: Outcome | None) -> None:
        """Keep what running a plan gave for the next `step`, which may come through wrappers.

        A step with another action than the plan's runs by itself.
        """
        self._ahead = dynamics.Ahead(self.current, plan, outcome)

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
        return EpisodeState(state.task.id, state.focus, state.edits, state.steps, state.task.name)

    def get_action_meanings(self) -> list[str]:
        """Return a line per legal action, submit first."""
        return ["submit", *render.describe_edits(self.current.catalog, self.current.program)]

    def preview(self, action: int) -> Observation:
        """Return the observation of the program that an action would give; nothing is run.

        Tests and last outcomes stay as they are known now; what a trace would tell is unknown. A
        masked action, submit, or an edit that would break a limit shows the current program.
        """
        return previewed(self.world, self.current, int(action), self.form) or self._observe()

    def fork(self) -> CodeEditEnv:
        """Return an independent environment in the same state, with the same random stream."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)  # not copy.copy: a pickled state has no runner
        twin.stats = copy.deepcopy(self.stats)
        twin.last_classes = self.last_classes.copy()
        twin.known_tasks = self.known_tasks.copy()
        twin._history = list(self._history)
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
        self.last_step = None
        return self._observe()

    def restore(self, episode: EpisodeState) -> Observation:
        """Replay an episode's state on its task, this one's or drawn by name, running its edits.

        Raises:
            ConfigError: the state belongs to another task, or an edit does not fit.
        """
        replay(self, episode)
        return self._observe()

    def use_ledger(self, ledger: Ledger) -> None:
        """Count executions against a run's ledger, shared with its other environments."""
        self.stats.ledger = ledger

    # -- building states

    @property
    def runner(self) -> TestRunner:
        """The runner in use: the one handed in, or the process's own."""
        return self._runner if self._runner is not None else default_runner()

    @runner.setter
    def runner(self, runner: TestRunner | None) -> None:
        """Use another runner, or the process's own (None); it learns the measured tasks."""
        self._runner = runner
        if self._state is not None:
            self.known_tasks.hand_to(self.runner)

    def begin_episode(self, state: State) -> None:
        """Stand in the first state of an episode, with nothing to undo."""
        self._history.clear()
        self.last_step = None
        self._set(traced(self, state))

    def _forget_classes(self) -> None:
        self.last_classes = np.full(self.world.limits.tests, -1, np.int8)

    def _set(self, state: State) -> None:
        self._forget_classes()
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
        scene = self._scene or build_scene(self.current, self.world.limits)
        return observe(self.current, scene, self.world.limits, self.form)

    def __getstate__(self) -> dict[str, Any]:
        # A runner owns processes: the copy takes its own process's one.
        return {**self.__dict__, "_runner": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.runner = None
