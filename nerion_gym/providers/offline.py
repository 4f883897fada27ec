"""Vectors without a model: names that share words or runs of letters lie near each other.

A text is a bag of features (itself, its words, runs of three to five letters of each word); a
feature's vector is the 256 bits of its SHA-256 as +1 and -1, and a text's is the sum, at length
1. Two texts' cosine is then, give or take 1/16, the share of features that they have in common.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.providers.vectors import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DIMENSION = 256
RUNS = (3, 4, 5)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
"""Words inside identifiers: `getHTTPCode2`, `get_http_code_2`."""


class HashEmbedder:
    """The default provider: deterministic, the same on every machine, no network ever."""

    model = "hash-1"
    """The number counts up when the vectors change: what a cache holds is then of another model."""

    @classmethod
    def configured(cls, environ: Mapping[str, str]) -> HashEmbedder:
        """Return the embedder; there is nothing to configure."""
        del environ
        return cls()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, 256], of length 1 each."""
        found = np.zeros((len(texts), DIMENSION if texts else 0), np.float32)
        for row, text in enumerate(texts):
            bits = np.frombuffer(b"".join(map(_digest, features(text))), np.uint8)
            signs = 2.0 * np.unpackbits(bits.reshape(-1, DIMENSION // 8), axis=1) - 1.0
            total = signs.sum(axis=0)
            # Two features of which each is the other's opposite do not occur, but cost nothing.
            found[row] = total / max(float(np.linalg.norm(total)), 1.0)
        return found


def _digest(feature: str) -> bytes:
    return hashlib.sha256(feature.encode("utf-8", "surrogatepass")).digest()


def features(text: str) -> Iterator[str]:
    """Yield the features of a text; those that occur twice count twice."""
    read = text[:LONGEST]
    yield f"text {read}"
    for match in WORD.finditer(read):
        word = match.group().lower()
        yield f"word {word}"
        edged = f"<{word}>"
        for size in RUNS:
            for start in range(len(edged) - size + 1):
                yield f"run {edged[start : start + size]}"
