"""The worlds that recorded episodes are run again in; what names them is somebody else's text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import gymnasium as gym

from nerion_gym.commands.agents import make_world, unknown_arguments
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.confirm import one_line
from nerion_gym.envs.stats import Ledger
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.report.visible import cut
from nerion_gym.training.config import suggestion
from nerion_gym.wrappers.record import DECIDE_NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nerion_gym.envs.episodes.record import RecordedEpisode
    from nerion_gym.execution.runner import LocalRunner

SHOWN, LONG = 80, 400
"""Characters of somebody's text in a message."""


def key_of(episode: RecordedEpisode, kwargs: Mapping[str, Any]) -> str:
    """Return what tells the environments of two episodes apart."""
    return json.dumps([episode.world, {**episode.kwargs, **kwargs}], sort_keys=True)


def worlds_of(
    episodes: Iterable[tuple[str, RecordedEpisode]],
    kwargs: Mapping[str, Any],
    runner: LocalRunner,
) -> dict[str, CodeEditEnv | str]:
    """Make an environment for each world and its arguments, over one runner and one ledger.

    Args:
        episodes: where each stands, and the episode.
        kwargs: stand over its recorded arguments.
        runner: of all.

    Raises:
        ConfigError: an unknown world or argument: names the line.
    """
    ledger = Ledger()
    worlds: dict[str, CodeEditEnv | str] = {}
    for where, episode in episodes:
        key = key_of(episode, kwargs)
        if key in worlds:
            continue
        require_deciding(where, episode.kwargs)
        world = world_of(where, episode.world, {**episode.kwargs, **kwargs})
        if isinstance(world, CodeEditEnv):
            world.use_ledger(ledger)
            world.runner = runner
        worlds[key] = world
    return worlds


def require_deciding(where: str, options: Mapping[str, Any]) -> None:
    """Refuse arguments that no recorder writes: a record opens no display.

    Raises:
        ConfigError: names one.
    """
    for name in DECIDE_NOTHING:
        if name in options:
            msg = f"{where}: {name!r} is no argument that an episode depends on; leave it out"
            raise ConfigError(msg)


def world_of(where: str, name: str, options: Mapping[str, Any]) -> CodeEditEnv | str:
    """Return a recorded world's environment, or why this machine cannot build it.

    A record is somebody else's text: no module is imported because it says so.

    Raises:
        ConfigError: there is no such world, it is no code-editing one, or it has no such argument.
    """
    import nerion_gym  # noqa: F401 - registers the worlds

    if name not in gym.registry:
        short = cut(name, SHOWN)
        msg = (
            f"{where}: world {short!r} is not registered{suggestion(short, gym.registry)}; "
            "`nerion worlds` lists those there are"
        )
        raise ConfigError(msg)
    try:
        complaint = unknown_arguments(name, options)
        core = None if complaint else make_world(name, options).unwrapped
    except ImportError as error:
        msg = f"{where}: {name}, which others registered, cannot be imported: {error}"
        raise ConfigError(msg) from error
    except (TypeError, ValueError, OSError, gym.error.Error) as error:  # whatever was made up
        given = cut(repr(dict(options)), SHOWN)
        msg = f"{where}: {name} cannot be made with {given}: {cut(str(error), LONG)}"
        raise ConfigError(msg) from error
    except TaskError as error:
        return f"{one_line(error)} (another path is given with --env-kwargs path:PATH)"
    if complaint:
        msg = f"{where}: {cut(complaint, LONG)}"
        raise ConfigError(msg)
    if not isinstance(core, CodeEditEnv):
        msg = f"{where}: {name} is not a code-editing world; `nerion worlds` lists them"
        raise ConfigError(msg)
    return core
