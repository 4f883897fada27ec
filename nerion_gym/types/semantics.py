"""What words mean: who gives a vector for a text, and the table of vectors that encoders read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


@runtime_checkable
class Embedder(Protocol):
    """A model that turns texts into vectors: equal texts into equal ones."""

    @property
    def model(self) -> str:
        """The model's name with everything that its vectors depend on; holds no secret."""
        ...

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, D], a finite vector per text; [0, 0] for no texts.

        Raises:
            ProviderError: the model cannot be reached, refuses, or answers with rubbish.
        """
        ...


@dataclass(frozen=True, eq=False)
class Semantics:
    """The vectors of a vocabulary, as an encoder takes them.

    Attributes:
        provider: name in the registry of providers.
        model: `Embedder.model`.
        table: float32 [4096, D], a row per token id; zeros for ids without a text.
    """

    provider: str
    model: str
    table: np.ndarray = field(repr=False)

    @property
    def dimension(self) -> int:
        """D."""
        return int(self.table.shape[1])

    def manifest(self) -> dict[str, str | int]:
        """Return what a run's manifest says of it."""
        words = int(self.table.any(axis=1).sum())
        return {
            "provider": self.provider,
            "model": self.model,
            "dimension": self.dimension,
            "token_ids": words,
        }
