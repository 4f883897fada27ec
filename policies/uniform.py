"""The uniform agent: any legal edit with the same chance. Learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.policy import legal_edits, read_checkpoint, write_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from gymnasium import spaces

    from nerion_gym.types.transition import Observation, Transition


class UniformPolicy:
    """Draws uniformly from the legal edits; submits only where nothing else is legal."""

    name = "uniform"

    def __init__(
        self, observation_space: spaces.Dict, action_space: spaces.Discrete, seed: int
    ) -> None:
        del observation_space, action_space, seed  # every agent is made alike

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Choose a legal action."""
        return int(rng.choice(legal_edits(observation)))

    def update(self, transitions: Sequence[Transition]) -> dict[str, float]:
        """Learn nothing; there is nothing to tell."""
        return {}

    def save(self, path: Path) -> None:
        """Write a checkpoint (it only says which agent this is)."""
        write_checkpoint(path, self.name, b"")

    def load(self, path: Path) -> None:
        """Read a checkpoint.

        Raises:
            StorageError: missing, torn, or another agent's.
        """
        read_checkpoint(path, self.name)
