"""Which edits of a world a run has measured, and when none was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.prepare import measured_reach

if TYPE_CHECKING:
    import gymnasium as gym

    from nerion_gym.envs.reach import Reach
    from nerion_gym.types.edit import Edit

NOTHING_LEFT = "nothing left to try"
"""What ended a run that knows every edit within reach."""


class Known:
    """Counts the different edits that a run has measured.

    Only where they are a fixed number: one task, and no edit is ever kept. Elsewhere, and in
    environments that are not ours, nothing is counted.

    Attributes:
        reach: how many edits there are; None until the first is counted.
        after: execution of the run after which every edit within reach was known, or None.
    """

    def __init__(self) -> None:
        self.reach: Reach | None = None
        self.after: int | None = None
        self._edits: set[Edit] = set()

    def add(self, env: gym.Env, action: int, executions: int) -> None:
        """Count the step that an environment has just taken.

        Args:
            env: with whatever wrappers.
            action: that was executed.
            executions: of the run so far.
        """
        if self.after is not None or not countable(env):
            return
        if self.reach is None:
            self.reach = measured_reach(env.get_wrapper_attr("world"), env.get_wrapper_attr("task"))
        edits = env.get_wrapper_attr("edits")
        if 0 < action <= len(edits):
            self._edits.add(edits[action - 1])
        if len(self._edits) >= self.reach.within:
            self.after = executions

    def summary(self) -> dict[str, Any]:
        """Return what result.json and the manifest hold of it; None where nothing is counted."""
        reach = self.reach
        return {
            "edits_total": reach and reach.total,
            "edits_within_reach": reach and reach.within,
            "edits_out_of_reach": list(reach.reasons) if reach else [],
            "edits_known": None if reach is None else len(self._edits),
            "all_known_after": self.after,
        }


def countable(env: gym.Env) -> bool:
    """Whether the edits of a world are a fixed number."""
    if not env.has_wrapper_attr("world"):
        return False
    world = env.get_wrapper_attr("world")
    tasks = world.generator
    return world.commit == "never" and isinstance(tasks, FixedTasks) and len(tasks.tasks) == 1
