"""Putting an environment into the state that an episode had elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.envs.dynamics import SUBMIT_ACTION
from nerion_gym.envs.limits import overflow
from nerion_gym.envs.prepare import drawn_task, first_state, outcome_at_reset
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.state import EpisodeState
    from nerion_gym.types.program import Focus
    from nerion_gym.types.task import Task


def replay(env: CodeEditEnv, episode: EpisodeState) -> None:
    """Take an episode's steps again on the task that an environment has, or that it draws by name.

    Raises:
        ConfigError: the state belongs to another task, or its focus or an edit does not fit.
        TaskError: the task of that name cannot be built here.
    """
    task = env.task
    if task.id != episode.task_id and episode.task:
        wanted = {"task": episode.task}
        task = drawn_task(env.world, env.np_random, wanted, env.known_tasks, env.runner)
    if task.id != episode.task_id:
        msg = (
            f"the state is of task {episode.task_id} ({episode.task or 'without a name'}); this "
            f"environment has {task.id} ({task.name}): make the world with the same arguments"
        )
        raise ConfigError(msg)
    require_of(task, episode.focus)
    outcome = outcome_at_reset(task, env.runner)
    state = first_state(env.world, task, episode.focus, outcome)
    complaint = overflow(state, env.world.limits, spare=False)
    if complaint:
        msg = f"the state's focus on {task.name} does not fit {env.world.id}: {complaint}"
        raise ConfigError(msg)
    env.begin_episode(state)
    for action in actions_of(env, episode):
        env.step(action)


def require_of(task: Task, focus: Focus | None) -> None:
    """Refuse a focus on files that a task does not have.

    Raises:
        ConfigError: names one.
    """
    refs = () if focus is None else (*focus.functions, *focus.context)
    paths = task.program.paths
    for ref in refs:
        if ref.path not in paths:
            msg = f"the state's focus names {ref.path}; the program has {', '.join(paths)}"
            raise ConfigError(msg)


def actions_of(env: CodeEditEnv, episode: EpisodeState) -> Iterator[int]:
    """Yield the actions that lead to an episode's state; each is to be taken before the next.

    Raises:
        ConfigError: an edit does not fit.
    """
    for edit in episode.edits:
        if edit not in env.edits:
            at = f"{edit.splices[0].path}, byte {edit.splices[0].start}"
            msg = f"edit {edit.operator} ({at}) is not in the catalog of {env.task.name}"
            raise ConfigError(msg)
        yield env.edits.index(edit) + 1
    for _ in range(episode.steps - env.current.steps):  # the masked ones
        yield SUBMIT_ACTION
