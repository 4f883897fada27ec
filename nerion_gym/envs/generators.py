"""Task generators of the worlds: small callables handed to `World`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from nerion_gym.types.task import Task


@dataclass(frozen=True)
class FixedTasks:
    """Draws uniformly from tasks that are known in advance."""

    tasks: tuple[Task, ...]

    def sample(self, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
        """Return one of the tasks."""
        return self.tasks[int(rng.integers(len(self.tasks)))]
