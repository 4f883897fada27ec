"""From a drawn task to the first state of an episode: measure, choose a focus, enumerate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.draw import Room, choose_focus, demand
from nerion_gym.envs.focus import parse_focus
from nerion_gym.envs.limits import SPARE_EDITS, overflow
from nerion_gym.envs.listing import listed_edits
from nerion_gym.envs.reach import Reach, reach_of
from nerion_gym.envs.state import State
from nerion_gym.envs.traces import trace_of
from nerion_gym.envs.world import DerivingGenerator
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.tracing.known import KEPT_ROWS, rows_of
from nerion_gym.tasks.builder import control_of, measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.envs.world import World
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Focus
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Limits, Task

RESET_OPTIONS = ("focus", "task")
KEPT_TASKS = 256
KEPT_DERIVED = 4096
MOST_ORIGINALS = 20
"""Originals that are drawn, one after another, until one of them gives a task."""


class KnownTasks:
    """Measured tasks by id, so that one is measured once; environments over one runner share it."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._traced: dict[tuple[str, tuple[Operator, ...]], Task] = {}
        self._derived: dict[tuple[str, str], Task] = {}

    def measured(self, task: Task, runner: TestRunner) -> Task:
        """Return the task with its control run and coverage.

        Raises:
            TaskError: see `nerion_gym.tasks.builder.measured`.
        """
        known = self._tasks.get(task.id)
        if known is None:
            known = measured(task, runner)
            if len(self._tasks) >= KEPT_TASKS:
                self._tasks.clear()
            self._tasks[task.id] = known
        return known if known.name == task.name else replace(known, name=task.name)

    def derived(self, original: Task, generator: DerivingGenerator, runner: TestRunner) -> Task:
        """Return what a generator makes of a measured original.

        Raises:
            TaskError: the original gives no such task.
        """
        key = original.id, original.name
        known = self._derived.get(key)
        if known is None:
            known = generator.derive(original, runner)
            if len(self._derived) >= KEPT_DERIVED:
                self._derived.clear()
            self._derived[key] = known
        return known

    def traced(self, task: Task, runner: TestRunner, operators: tuple[Operator, ...]) -> Task:
        """Return a measured task with the trace of its program.

        Raises:
            ConfigError: the runner cannot trace.
            SandboxError: the machinery failed.
        """
        key = task.id, operators
        known = self._traced.get(key)
        if known is None:
            trace = task.trace or trace_of(runner, task.program, task.suite, operators)
            known = replace(task, trace=trace)
            rows = sum(rows_of(other.trace) for other in self._traced.values())
            if rows > KEPT_ROWS:
                self._traced.clear()
            self._traced[key] = known
        return known

    def hand_to(self, runner: TestRunner) -> None:
        """Let another runner compare edits with what is known."""
        for task in self._tasks.values():
            if task.baseline is not None:
                runner.adopt(task.baseline)

    def copy(self) -> KnownTasks:
        """Return the same knowledge, to grow on its own."""
        twin = KnownTasks()
        twin._tasks = dict(self._tasks)
        twin._traced = dict(self._traced)
        twin._derived = dict(self._derived)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # What is derived is derived anew: thousands of programs would travel else.
        return {**self.__dict__, "_derived": {}}


def require_known(options: Mapping[str, Any]) -> None:
    """Refuse unknown reset options.

    Raises:
        ConfigError: names the unknown ones and those there are.
    """
    unknown = sorted(set(options) - set(RESET_OPTIONS))
    if unknown:
        msg = f"reset options {unknown} are unknown; there are: {', '.join(RESET_OPTIONS)}"
        raise ConfigError(msg)


def drawn_task(
    world: World,
    rng: np.random.Generator,
    options: Mapping[str, Any],
    known: KnownTasks,
    runner: TestRunner,
) -> Task:
    """Return a measured task of a world's generator.

    Raises:
        TaskError: it cannot be built, its tests fail, or no drawn original gives a task.
        ConfigError: `options["task"]` names none.
    """
    generator = world.generator
    original = known.measured(sampled(world, rng, options), runner)
    if not isinstance(generator, DerivingGenerator):
        return original
    for _ in range(MOST_ORIGINALS - 1):
        try:
            return known.derived(original, generator, runner)
        except TaskError:
            if "task" in options:
                raise
        original = known.measured(sampled(world, rng, options), runner)
    return known.derived(original, generator, runner)  # the last one says why


def sampled(world: World, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
    """Return what a generator draws: where a task is named, that one.

    Raises:
        ConfigError: the generator does not know tasks by name, or knows none of this one.
    """
    task = world.generator.sample(rng, options)
    if "task" in options and task.name != options["task"]:
        msg = (
            f"options['task']={options['task']!r}: the generator of {world.id} draws no task by "
            f"name; it drew {task.name!r}"
        )
        raise ConfigError(msg)
    return task


def outcome_at_reset(task: Task, runner: TestRunner) -> Outcome:
    """Return the task's first outcome: the control run's, or that of its broken program."""
    if task.baseline is not None and task.baseline.program != task.program:
        return runner.run(task.program, task.suite)
    return control_of(task)


def first_state(world: World, task: Task, focus: Focus | None, outcome: Outcome) -> State:
    """Return the state before the first step."""
    catalog = listed_edits(task.program, world.operators, focus)
    return State(task, focus, task.program, outcome, outcome, catalog, trace=task.trace)


def pick_focus(
    world: World,
    task: Task,
    outcome: Outcome,
    rng: np.random.Generator,
    options: Mapping[str, Any],
) -> Focus | None:
    """Return the wanted focus, or one that fits the world's limits with room for one edit.

    Raises:
        TaskError: nothing fits, with the numbers.
        ConfigError: the wanted function does not exist.
    """
    room = room_of(world, task, outcome)
    if "focus" in options:
        wanted = parse_focus(task.program, options["focus"])
        require_in_pool(task, wanted)
        return demand(wanted, room, rng)
    return choose_focus(room, rng)


def require_in_pool(task: Task, focus: Focus) -> None:
    """Refuse a focus on functions of another split.

    Raises:
        ConfigError: names them.
    """
    foreign = [ref for ref in focus.functions if task.pool and ref not in task.pool]
    if foreign:
        names = ", ".join(f"{ref.path}::{ref.qualname}" for ref in foreign)
        msg = f"options['focus']: {names} is not of split={task.split!r}; name functions of it"
        raise ConfigError(msg)


def room_of(world: World, task: Task, outcome: Outcome) -> Room:
    """Return what a focus on a task must fit into."""
    return room_for(task, world.operators, world.limits, outcome)


def room_for(task: Task, operators: tuple[Operator, ...], limits: Limits, outcome: Outcome) -> Room:
    """Return what a focus on a task must fit into, of a world with these numbers."""

    def complaint(focus: Focus | None) -> str:
        catalog = listed_edits(task.program, operators, focus)
        state = State(task, focus, task.program, outcome, outcome, catalog)
        return overflow(state, limits, spare=True)

    return Room(task, operators, complaint, limits.edits - SPARE_EDITS)


def measured_reach(world: World, task: Task) -> Reach:
    """Return how many edits of a measured task some episode of a world can offer."""
    return reach_of(room_of(world, task, control_of(task)))
