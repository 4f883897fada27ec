"""Writes every episode of a world to a file, such that it can be taken again anywhere."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsInt

import gymnasium as gym
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.lines import removal, to_line
from nerion_gym.envs.episodes.taking import taken_reset, taken_step
from nerion_gym.envs.replay import actions_of
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.logbook.versions import package_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.envs.episodes.record import RecordedEpisode, RecordedStep
    from nerion_gym.envs.state import EpisodeState
    from nerion_gym.types.transition import Observation

CHECKS = (PassiveEnvChecker, OrderEnforcing)
"""What `gymnasium.make` puts around a world: it changes nothing."""
DECIDE_NOTHING = ("render_mode", "runner")
"""Arguments on which no episode depends."""
RESTORED = "restored"
"""Stands among the options of an episode that `restore` began."""


class RecordEpisodes(gym.Wrapper, gym.utils.RecordConstructorArgs):
    """Appends each episode to a file, as a line of JSON when it ends.

    It stands directly around what `gymnasium.make` gave; bonuses, time limits and other wrappers
    go around it. So it records what the world itself gave for the action that was executed. An
    episode that is broken off (by `reset` or `close`) is written as far as it went, if it had a
    step. What is undone was never taken. Several environments, of several processes too, may write
    to one file. Steps after an episode's end are not recorded: it has ended.

    Args:
        env: a world made by `gymnasium.make`; its arguments must have a JSON form.
        path: the file; what it holds stays.

    Raises:
        ConfigError: not such a world, or an argument without a JSON form.
        StorageError: the file cannot be written, or its last line is cut off.
    """

    def __init__(self, env: gym.Env, path: str | os.PathLike[str]) -> None:
        gym.utils.RecordConstructorArgs.__init__(self, path=os.fspath(path))
        gym.Wrapper.__init__(self, env)
        self.core = core_of(env)
        self.made = made_as(self.core)
        self.path = Path(path)
        require_appendable(self.path)
        self._versions = package_versions()
        self._start: RecordedEpisode | None = None
        self._steps: list[RecordedStep] = []
        self._family = [self]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Write what was broken off, and begin another episode.

        Raises:
            StorageError: the file cannot be written.
        """
        self.flush()
        observation, info = self.env.reset(seed=seed, options=options)
        self._begin(observation, seed, tuple(sorted(options or ())))
        return observation, info

    def step(self, action: SupportsInt) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Step and record.

        Raises:
            ConfigError: the world was stepped, undone or restored behind the recorder.
            StorageError: the file cannot be written.
        """
        self._require_in_step()
        if self._has_ended:  # and could not be written then
            self.flush()
        observation, reward, terminated, truncated, info = self.env.step(action)
        result = observation, float(reward), terminated, truncated, info
        if self._start is not None:
            self._steps.append(taken_step(self.core, int(action), result))
            if self._has_ended:
                self.flush()
        return result

    def undo(self) -> Observation:
        """Take the last step back, in the record too.

        Raises:
            ConfigError: there is none, or the episode has ended and is written.
        """
        self._require_in_step()
        if self._start is None:
            msg = "no episode is being recorded: an ended one is written already; call reset()"
            raise ConfigError(msg)
        observation = self.core.undo()
        self._steps.pop()
        return observation

    def restore(self, episode: EpisodeState) -> Observation:
        """Replay an episode's state, recording its steps as if they were taken now.

        Raises:
            ConfigError: the state belongs to another task, or an edit does not fit.
            StorageError: the file cannot be written.
        """
        self.flush()
        observation = self.core.restore(replace(episode, edits=(), steps=0))
        self._begin(observation, None, (RESTORED,))
        for action in actions_of(self.core, episode):
            observation = self.step(action)[0]
        return observation

    def close(self) -> None:
        """Write what was broken off, of those beside it too, and close the world.

        Raises:
            StorageError: the file cannot be written.
        """
        with ExitStack() as closing:  # whatever fails, the rest is written and closed
            closing.callback(super().close)
            for recorder in reversed(self._family):
                closing.callback(recorder.flush)

    def beside(self, env: gym.Env, number: int) -> RecordEpisodes:
        """Return a recorder, to the same file, of another environment of the same world."""
        twin: RecordEpisodes = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.env, twin.core = env, core_of(env)
        twin._start, twin._steps = None, []
        self._family.append(twin)
        return twin

    def flush(self) -> None:
        """Write the running episode as it stands, if it has a step, and record it no further.

        Raises:
            StorageError: the file cannot be written; the episode is kept for the next call.
        """
        start, steps = self._start, tuple(self._steps)
        if start is not None and steps:
            append(self.path, to_line(replace(start, steps=steps, versions=self._versions)))
        self._start, self._steps = None, []

    def _begin(self, observation: Observation, seed: int | None, options: tuple[str, ...]) -> None:
        self._start = taken_reset(self.core, observation, self.made, seed, options)
        self._steps = []

    @property
    def _has_ended(self) -> bool:
        return bool(self._steps) and (self._steps[-1].terminated or self._steps[-1].truncated)

    def _require_in_step(self) -> None:
        if self._start is None or self.core.current.steps == len(self._steps):
            return
        msg = (
            f"the recorder has seen {len(self._steps)} steps of this episode, its world has taken "
            f"{self.core.current.steps}: use the recorder's own step, undo and restore "
            "(env.get_wrapper_attr('undo')), not those of env.unwrapped"
        )
        raise ConfigError(msg)


def core_of(env: gym.Env) -> CodeEditEnv:
    """Return a world's environment under nothing but what `gymnasium.make` puts around it.

    Raises:
        ConfigError: another wrapper is in between, or it is no code-editing world.
    """
    inner = env
    while isinstance(inner, CHECKS):
        inner = inner.env
    if isinstance(inner, CodeEditEnv):
        return inner
    name = type(inner).__name__
    if not isinstance(env.unwrapped, CodeEditEnv):
        msg = f"RecordEpisodes around {env.unwrapped}: expected a code-editing world"
    else:
        msg = (
            f"RecordEpisodes around {name}: what is recorded must be the world's own; write "
            f"{name}(RecordEpisodes(gymnasium.make(...), path))"
        )
    raise ConfigError(msg)


def made_as(core: CodeEditEnv) -> tuple[str, dict[str, Any]]:
    """Return the id of a world, and the arguments that it was made with as JSON gives them back.

    Raises:
        ConfigError: it was not made by `gymnasium.make`, or an argument has no JSON form.
    """
    if core.spec is None:
        msg = (
            f"{core.world.id}: this environment was not made by gymnasium.make, so no other "
            "process could make it; register its world, see docs/custom_world.md"
        )
        raise ConfigError(msg)
    given = {key: value for key, value in core.spec.kwargs.items() if key not in DECIDE_NOTHING}
    try:
        return core.spec.id, json.loads(json.dumps(given, default=os.fspath, allow_nan=False))
    except (TypeError, ValueError) as error:
        msg = f"the arguments of {core.spec.id} cannot be recorded: {error}; use texts and numbers"
        raise ConfigError(msg) from error


def require_appendable(path: Path) -> None:
    """Refuse a file that no line can be added to.

    Raises:
        StorageError: its folder is missing, it is no plain file, it cannot be written, or its last
            line is cut off.
    """
    try:
        with opened(path) as file:
            whole = ends_with_a_line(file)
    except OSError as error:
        msg = f"{path}: episodes cannot be written there ({error.strerror})"
        raise StorageError(msg) from error
    if not whole:
        msg = f"{path}: its last line is cut off; remove it: {removal(path)}"
        raise StorageError(msg)


def append(path: Path, line: str) -> None:
    """Add a line, all of it or nothing; one writer after the other.

    What a killed writer left of its line stays on a line of its own.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        with opened(path) as file:
            start = b"" if ends_with_a_line(file) else b"\n"
            write_whole(file, start + line.encode())
    except OSError as error:
        msg = f"{path}: the episode cannot be written ({error.strerror})"
        raise StorageError(msg) from error


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Give a file to append to, which nobody else appends to meanwhile.

    Raises:
        OSError: it cannot be opened, or is no plain file.
    """
    # O_NONBLOCK: a pipe that nobody reads is refused, not waited for.
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o644)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def ends_with_a_line(file: int) -> bool:
    """Whether a file is empty, or its last line has its end."""
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def write_whole(file: int, data: bytes) -> None:
    """Append all of the data, or leave the file as it was.

    Raises:
        OSError: the disk is full, say.
    """
    size = os.fstat(file).st_size
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(file, left) :]
    except BaseException:  # Ctrl-C too: half a line would spoil the file
        os.ftruncate(file, size)
        raise
