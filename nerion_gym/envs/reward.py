"""Extrinsic rewards: small callables handed to a world.

A reward may depend only on what the observation shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nerion_gym.types.outcome import survived

if TYPE_CHECKING:
    from nerion_gym.envs.state import State
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome


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
    """(passing now - passing before) / (tests not passing at reset): a full repair sums to 1."""

    def terms(self, before: State, edit: Edit, outcome: Outcome) -> dict[str, float]:
        """Return {"progress": change of the share of repaired tests}."""
        broken = len(before.initial.results) - before.initial.passing()
        gained = outcome.passing() - before.outcome.passing()
        return {"progress": gained / broken if broken else 0.0}

    def reached(self, state: State) -> bool:
        """Whether every test passes."""
        return state.outcome.passing() == len(state.outcome.results)
