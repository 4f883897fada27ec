"""A world: operators + generator + reward + commit rule + limits, composed of small callables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from nerion_gym.edits.operator_ids import SUBMIT
from nerion_gym.errors import ConfigError
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.envs.reward import Reward
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Limits, Task

Commit = Literal["never", "always", "if_green"]
COMMITS: tuple[Commit, ...] = ("never", "always", "if_green")


class TaskGenerator(Protocol):
    """Makes tasks from a random generator."""

    def sample(self, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
        """Draw a task; `options` are those of `reset`."""
        ...


@runtime_checkable
class DerivingGenerator(TaskGenerator, Protocol):
    """Draws originals, and makes of each, once it is measured, the task of the episode.

    `sample` runs nothing: it draws an original and gives it the name that the task will have. The
    environment measures the original, once, and hands it back with the runner in use.
    """

    def derive(self, original: Task, runner: TestRunner) -> Task:
        """Return the task of a measured original: the same for the same original and name.

        Raises:
            TaskError: this original gives no such task; the environment draws another one.
        """
        ...


@dataclass(frozen=True)
class World:
    """A registered environment: everything that its id stands for.

    Attributes:
        name, version: make the id `Nerion-NAME-vVERSION`, see `prefix`.
        operators: listed explicitly, so that a new operator never changes an old id.
        generator: where tasks come from.
        reward: extrinsic reward and goal.
        commit: what becomes of a measured edit: "never" (undone), "always", "if_green".
        limits: the fixed numbers of its spaces.
        prefix: what its id begins with, in place of "Nerion-": "" or "mylab/" for one of yours.
    """

    name: str
    version: int
    operators: tuple[Operator, ...]
    generator: TaskGenerator
    reward: Reward
    commit: Commit
    limits: Limits
    prefix: str = "Nerion-"

    def __post_init__(self) -> None:
        if self.commit not in COMMITS:
            msg = f"commit={self.commit!r}: expected one of {', '.join(COMMITS)}"
            raise ConfigError(msg)
        ids: dict[int, str] = {}
        for operator in self.operators:
            other = ids.setdefault(operator.id, operator.name)
            if other != operator.name or operator.id <= SUBMIT:
                msg = (
                    f"operators {other!r} and {operator.name!r} share the id {operator.id} "
                    f"in {self.id}; rename one of them"
                )
                raise ConfigError(msg)

    @property
    def id(self) -> str:
        """The registered id."""
        return f"{self.prefix}{self.name}-v{self.version}"

    @property
    def mutations(self) -> frozenset[str]:
        """Names of the operators that change the meaning."""
        return frozenset(op.name for op in self.operators if op.kind is Kind.MUTATION)
