"""Meaning for encoders: the frozen table that they read, and a local model that can fill it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from nerion_gym.errors import ConfigError, ProviderError
from nerion_gym.graphs.schema import TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.types.semantics import Semantics

WEIGHTS = "sentence-transformers/all-MiniLM-L6-v2"
PLACE = "NERION_MINILM"
"""Environment variable: folder of the weights, where they are not in the hub's cache."""
LONGEST_TOKENS = 256
"""What the model was trained on."""


class TokenMeaning(nn.Module):
    """A token's vector from a frozen table, brought to the encoder's width by one linear layer.

    The table is a buffer, not a parameter: nothing learns it. It is left out of checkpoints,
    because an agent may go on in another world, whose words are others; the model's name is in
    them, and only a table of the same model is taken.

    Args:
        semantics: the table.
        width: of the encoder.

    Raises:
        ConfigError: the table is not float32 [4096, D] of finite numbers, some of them not 0.
    """

    table: Tensor

    def __init__(self, semantics: Semantics, width: int) -> None:
        super().__init__()
        self.model = semantics.model
        self.register_buffer("table", torch.from_numpy(scaled(semantics.table)), persistent=False)
        # Its weights are drawn aside: all others are what they are without a table.
        with torch.random.fork_rng(devices=[]):
            self.project = nn.Linear(semantics.dimension, width, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return float32 [n, width] of token ids int64 [n]."""
        # A program has few different tokens, and a table may be thousands of numbers wide.
        different, places = tokens.unique(return_inverse=True)
        return self.project(self.table[different])[places]

    def get_extra_state(self) -> dict[str, str]:
        """Return what a checkpoint says of the table."""
        return {"model": self.model}

    def set_extra_state(self, state: dict[str, str]) -> None:
        """Take a checkpoint's word for the table.

        Raises:
            ValueError: it was learned with another model's.
        """
        if state["model"] != self.model:
            msg = f"learned with the vectors of {state['model']}, not of {self.model}"
            raise ValueError(msg)


def scaled(table: np.ndarray) -> np.ndarray:
    """Return a table whose rows, where there are any, have entries of size 1 on average.

    Models give vectors of length 1 or of any other; embeddings, to which they are added, are
    about 1 an entry.

    Raises:
        ConfigError: see `TokenMeaning`.
    """
    rows = table[table.any(axis=1)] if table.ndim == 2 else table[:0]
    if table.shape[:1] != (TOKENS,) or not len(rows) or not np.isfinite(table).all():
        msg = f"semantics: a table of shape {table.shape}; expected finite [{TOKENS}, D], not all 0"
        raise ConfigError(msg)
    return np.asarray(table / np.sqrt(np.mean(np.square(rows, dtype=np.float64))), np.float32)


class MiniLM:
    """all-MiniLM-L6-v2 (Reimers and Gurevych 2019, arXiv 1908.10084) on this machine's CPU.

    The mean over the last layer's tokens, at length 1. Weights are read from disk only: nothing
    is downloaded.

    Args:
        tokenizer: of the `transformers` library.
        network: of the `transformers` library.
    """

    def __init__(self, tokenizer: Any, network: Any) -> None:
        self._tokenizer = tokenizer
        self._network = network.eval()
        self.model = f"minilm-{fingerprint(network)}"

    @classmethod
    def configured(cls, environ: Mapping[str, str]) -> MiniLM:
        """Load the weights from `$NERION_MINILM`, or from the hub's cache on this machine.

        Raises:
            ConfigError: no `transformers`, or no weights.
        """
        try:
            import transformers
        except ImportError as error:
            msg = (
                f"provider 'minilm' needs the transformers library ({error}): "
                "pip install 'nerion-gym[minilm]'"
            )
            raise ConfigError(msg) from error
        transformers.logging.disable_progress_bar()
        place = environ.get(PLACE, "").strip() or WEIGHTS
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(place, local_files_only=True)
            network = transformers.AutoModel.from_pretrained(place, local_files_only=True)
        except (OSError, ValueError) as error:
            msg = (
                f"provider 'minilm' finds no weights at {place!r}: where there is a network, "
                f"`hf download {WEIGHTS} --local-dir FOLDER`; copy the folder here, and set "
                f"{PLACE}=FOLDER"
            )
            raise ConfigError(msg) from error
        return cls(tokenizer, network)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, 384].

        Raises:
            ProviderError: the weights give no numbers.
        """
        if not texts:
            return np.zeros((0, 0), np.float32)
        inputs = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=LONGEST_TOKENS,
            return_tensors="pt",
        )
        with torch.inference_mode():
            states = self._network(**inputs).last_hidden_state
            shown = inputs["attention_mask"].unsqueeze(2).to(states.dtype)
            mean = (states * shown).sum(dim=1) / shown.sum(dim=1).clamp(min=1)
            found = nn.functional.normalize(mean, dim=1).float().numpy()
        if not np.isfinite(found).all():
            msg = f"{self.model}: vectors that are not finite; are the weights whole?"
            raise ProviderError(msg)
        return found


def fingerprint(network: nn.Module) -> str:
    """Return 12 hex digits over all weights: other weights are another model for the cache."""
    hasher = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        hasher.update(name.encode())
        hasher.update(weight.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return hasher.hexdigest()[:12]
