"""Vectors from a server that speaks OpenAI's protocol: OpenAI, Gemini, vLLM, Ollama, llama.cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.errors import ProviderError
from nerion_gym.providers.endpoint import Endpoint
from nerion_gym.providers.transport import Transport
from nerion_gym.providers.vectors import BATCH, LONGEST, as_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATH = "/embeddings"


class ClientEmbedder:
    """Asks for the vectors of at most 64 texts at a time.

    Args:
        transport: to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @classmethod
    def configured(cls, environ: Mapping[str, str]) -> ClientEmbedder:
        """Return the client of the server that the environment names.

        Raises:
            ConfigError: a variable is missing or cannot be right.
        """
        return cls(Transport(Endpoint.configured(environ)))

    @property
    def model(self) -> str:
        """Model and address."""
        return self._transport.endpoint.name

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, D]; [0, 0] for no texts.

        Raises:
            ProviderError: no answer, a refusal, or an answer that is not a vector per text.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            some = [sendable(text) for text in texts[start : start + BATCH]]
            question = {"model": self._transport.endpoint.model, "input": some}
            rows += rows_of(self._transport.post(PATH, question), len(some), self.model)
        if not texts:
            return np.zeros((0, 0), np.float32)
        return as_vectors(rows, len(texts), self.model)


def sendable(text: str) -> str:
    """Return a text that servers take: not empty, not endless, without lone surrogates."""
    return text[:LONGEST].encode("utf-8", "replace").decode() or " "


def rows_of(answer: Any, count: int, model: str) -> list[list[float]]:
    """Return the vectors of an answer in the order of the texts.

    Raises:
        ProviderError: it is not a vector, given as numbers, for each text.
    """
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        msg = f"{model}: an answer without the list 'data'; is it an embedding model?"
        raise ProviderError(msg)
    if len(data) != count:
        msg = f"{model}: {len(data)} vectors for {count} texts; expected one each"
        raise ProviderError(msg)
    found: dict[int, list[float]] = {}
    for place, item in enumerate(data):
        row = item if isinstance(item, dict) else {}
        # Gemini leaves out the index where it is 0.
        index = place if row.get("index") is None else row["index"]
        found[index if type(index) is int else -1] = numbers(row.get("embedding"), model)
    if sorted(found) != list(range(count)):
        msg = f"{model}: vectors whose 'index' is not that of the {count} texts, each once"
        raise ProviderError(msg)
    return [found[place] for place in range(count)]


def numbers(vector: Any, model: str) -> list[float]:
    """Return a vector that is a list of numbers.

    Raises:
        ProviderError: it is something else.
    """
    if not isinstance(vector, list) or not all(type(value) in (int, float) for value in vector):
        kind = type(vector).__name__
        msg = f"{model}: an 'embedding' ({kind}) that is not a list of numbers"
        raise ProviderError(msg)
    return vector
