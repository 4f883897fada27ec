"""Extrinsic rewards: small callables handed to a world.

A reward may depend only on what the observation shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nerion_gym.edits.preview import apply
from nerion_gym.errors import TaskError
from nerion_gym.syntax.costs import program_cost
from nerion_gym.types.outcome import LearningClass, survived

if TYPE_CHECKING:
    from nerion_gym.envs.state import State
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.task import Target, Task


class Reward(Protocol):
    """What a measured edit is worth, and when the goal holds."""

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return named terms; the reward is their sum."""
        ...

    def reached(self, state: State) -> bool:
        """Whether the episode's goal holds."""
        ...


@dataclass(frozen=True)
class Survivors:
    """1 for the first time in the episode that a given mutation survives, else 0.

    Attributes:
        mutations: names of the operators that count (a refactor survives by design).
    """

    mutations: frozenset[str]

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return {"survivor": 0.0 or 1.0}."""
        counts = edit.operator in self.mutations and before.last_outcome(edit) == 0
        found = counts and survived(outcome, before.initial)
        return {"survivor": float(found)}

    def reached(self, state: State) -> bool:
        """Never: a probing episode ends by its budget."""
        return False


@dataclass(frozen=True)
class RepairProgress:
    """(passing now - passing before) / (tests not passing at reset): a full repair sums to 1.

    A test counts where it passes on the right program: one that is skipped there cannot be won.
    """

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return {"progress": change of the share of repaired tests}."""
        broken = still_broken(before, before.initial)
        gained = still_broken(before, before.outcome) - still_broken(before, outcome)
        return {"progress": gained / broken if broken else 0.0}

    def reached(self, state: State) -> bool:
        """Whether every test that counts passes."""
        return not still_broken(state, state.outcome)


def still_broken(state: State, outcome: Outcome) -> int:
    """Count the tests that pass on the task's right program and not in an outcome."""
    baseline = state.task.baseline
    if baseline is None:
        return len(outcome.results) - outcome.passing()
    return lost(baseline.control, outcome)


def lost(control: Outcome, outcome: Outcome) -> int:
    """Count the tests that pass in the control run and not in an outcome."""
    found, passing = outcome.classes, LearningClass.PASS
    return sum(
        right is passing and found.get(test) is not passing
        for test, right in control.classes.items()
    )


@dataclass(frozen=True)
class RelativeFall:
    """(cost before - cost after) / (cost at reset) of the cost that the task's target names."""

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return {"fall": the share of the first cost that the edit takes away}.

        Raises:
            TaskError: the task has no target.
        """
        cost = target_of(before.task).cost
        first = program_cost(before.task.program, cost)
        after = program_cost(apply(before.program, edit), cost)
        fall = program_cost(before.program, cost) - after
        return {"fall": fall / first if first else 0.0}

    def reached(self, state: State) -> bool:
        """Whether the program costs no more than the task's target.

        Raises:
            TaskError: the task has no target.
        """
        target = target_of(state.task)
        return program_cost(state.program, target.cost) <= target.most


def target_of(task: Task) -> Target:
    """Return the target of a task of simplifying.

    Raises:
        TaskError: it has none.
    """
    if task.target is None:
        msg = f"{task.name}: no target to simplify to; give the task one: Target('size', 200)"
        raise TaskError(msg)
    return task.target


@dataclass(frozen=True)
class NoReward:
    """0 always: what there is to gain is knowledge."""

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return no terms."""
        return {}

    def reached(self, state: State) -> bool:
        """Never: an episode ends by its budget."""
        return False
