"""Task generators of the worlds: small callables handed to `World`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from nerion_gym.types.task import Task


@dataclass(frozen=True)
class FixedTasks:
    """Draws uniformly from tasks that are known in advance.

    Raises:
        ConfigError: there is none to draw.
    """

    tasks: tuple[Task, ...]

    def __post_init__(self) -> None:
        if not self.tasks:
            msg = "tasks=(): expected at least one task to draw from; see docs/custom_world.md"
            raise ConfigError(msg)

    def sample(self, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
        """Return one of the tasks, or the one that `options["task"]` names.

        Raises:
            ConfigError: there is no task of that name.
        """
        if "task" in options:
            return named(self.tasks, options["task"])
        return self.tasks[int(rng.integers(len(self.tasks)))]


def named(tasks: Sequence[Task], wanted: object) -> Task:
    """Return the task of a name.

    Raises:
        ConfigError: there is none; names those there are.
    """
    for task in tasks:
        if task.name == wanted:
            return task
    names = ", ".join(task.name for task in tasks)
    msg = f"options['task']={wanted!r}: there is no such task; there are: {names}"
    raise ConfigError(msg)
