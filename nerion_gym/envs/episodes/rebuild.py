"""Standing where a recorded episode began, and taking its steps again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gymnasium as gym

from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import ConfigError
from nerion_gym.types.transition import Episode, Transition

if TYPE_CHECKING:
    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.episodes.record import RecordedEpisode
    from nerion_gym.types.transition import Observation


def rebuilt(core: CodeEditEnv, episode: RecordedEpisode) -> Observation:
    """Put an environment where an episode began, and return what it shows.

    Where the seed alone draws it, it is drawn; else its task is taken by its name and its focus as
    it stands in the record. Whether this is the recorded beginning is for the caller to see.

    Args:
        core: of the same world, made with the same arguments.
        episode: what was recorded.

    Raises:
        ConfigError: the task of that name is another one here, or there is none.
        TaskError: the task cannot be built here.
    """
    if episode.drawn:
        return core.reset(seed=episode.seed)[0]
    if not has_begun(core):
        begun(core, episode)
    return core.restore(EpisodeState(episode.task_id, episode.focus, (), 0, episode.task))


def has_begun(core: CodeEditEnv) -> bool:
    """Whether an environment is in an episode."""
    try:
        return core.current is not None
    except gym.error.ResetNeeded:
        return False


def begun(core: CodeEditEnv, episode: RecordedEpisode) -> None:
    """Begin an episode of the same task, or any where the world knows no tasks by name.

    Raises:
        TaskError: no task can be built here.
    """
    try:
        core.reset(seed=0, options={"task": episode.task})
    except ConfigError:
        core.reset(seed=0)


def transitions(core: CodeEditEnv, episode: RecordedEpisode) -> Episode:
    """Take a recorded episode again, for its observations; nothing is compared.

    Args:
        core: of the same world, made with the same arguments; its `observation` may be another.
        episode: what was recorded; confirm it first if it is not your own.

    Raises:
        ConfigError: its task is another one here, or an action is out of range.
        TaskError: its task cannot be built here.
    """
    observation = rebuilt(core, episode)
    if core.task.id != episode.task_id:
        msg = (
            f"seed {episode.seed} draws {core.task.name} ({core.task.id}) here, the record is of "
            f"{episode.task} ({episode.task_id}): make the world with the same arguments"
        )
        raise ConfigError(msg)
    steps = []
    for step in episode.steps:
        following, reward, terminated, truncated, info = core.step(step.action)
        classes = core.last_classes.copy()
        steps.append(
            Transition(
                observation, step.action, reward, terminated, truncated, following, info, classes
            )
        )
        observation = following
    return Episode(episode.task_id, episode.seed, tuple(steps))
