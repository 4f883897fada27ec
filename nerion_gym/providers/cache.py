"""Vectors that are known already, on disk, shared between processes: one cache for all models."""

from __future__ import annotations

import hashlib
import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ProviderError, StorageError
from nerion_gym.providers.vectors import BATCH, as_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.storage import Store
    from nerion_gym.types.semantics import Embedder

VARIABLE = "NERION_CACHE"
"""Environment variable: path of the SQLite file that everything known is shared through."""
FILE = "vectors.sqlite"
KIND = "vector"
HEAD = struct.Struct("<I")


class ProviderCacheWarning(UserWarning):
    """Vectors cannot be kept, or read, on disk: they are asked for anew each time."""


def cache_path(environ: Mapping[str, str]) -> Path | None:
    """Return `$NERION_CACHE`, else a file in the user's cache folder; None without a home."""
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    try:
        home = environ.get("XDG_CACHE_HOME") or Path("~").expanduser() / ".cache"
    except RuntimeError:
        return None
    return Path(home) / "nerion-gym" / FILE


class CachedEmbedder:
    """A model behind the cache. Where the file cannot be used it works without, and says so once.

    Args:
        inner: the model.
        path: SQLite file, or None: nothing is kept.
    """

    def __init__(self, inner: Embedder, path: str | Path | None) -> None:
        self._inner = inner
        self._store: Store | None = None
        self._writable = True
        self._said = False
        if path is None:
            self._say("the user has no home folder: set NERION_CACHE to a file")
            return
        # Here, because SQLAlchemy takes .2 s to import.
        from nerion_gym.storage import Store

        try:
            self._store = Store(path)
        except StorageError as error:
            self._say(str(error))

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, D], a vector per text; only texts that are not known are asked for.

        Raises:
            ProviderError: the model cannot be reached, refuses, or answers with rubbish.
        """
        if not texts:
            return np.zeros((0, 0), np.float32)
        different = list(dict.fromkeys(texts))
        found = self._read(different)
        found |= self._ask([text for text in different if text not in found])
        if len({len(vector) for vector in found.values()}) > 1:
            # The model has changed under its name: what was kept cannot be compared with it.
            found = self._ask(different)
        return np.stack([found[text] for text in texts])

    def close(self) -> None:
        """Close the file."""
        if self._store is not None:
            self._store.close()

    # --- inside ---------------------------------------------------------------------------------

    def _ask(self, texts: list[str]) -> dict[str, np.ndarray]:
        """Ask the model, and keep what it says.

        Raises:
            ProviderError: see `embed`; or vectors are not all of one length.
        """
        found: dict[str, np.ndarray] = {}
        for start in range(0, len(texts), BATCH):
            some = texts[start : start + BATCH]
            vectors = as_vectors(self._inner.embed(some), len(some), self.model)
            before = len(next(iter(found.values()))) if found else vectors.shape[1]
            if vectors.shape[1] != before:
                msg = (
                    f"{self.model}: vectors of {before} numbers, then of {vectors.shape[1]}; "
                    "expected all of one length: does one server answer for several models?"
                )
                raise ProviderError(msg)
            # At once: what a paid model gave is not lost where a later question fails.
            self._write(some, vectors)
            found |= dict(zip(some, vectors, strict=True))
        return found

    def _read(self, texts: list[str]) -> dict[str, np.ndarray]:
        if self._store is None:
            return {}
        keys = {key_of(self.model, text): text for text in texts}
        try:
            rows = self._store.get_many(KIND, list(keys))
        except StorageError as error:
            self._store = None
            self._say(str(error))
            return {}
        read = {keys[key]: unpacked(payload) for key, payload in rows.items()}
        return {text: vector for text, vector in read.items() if vector is not None}

    def _write(self, texts: list[str], vectors: np.ndarray) -> None:
        if self._store is None or not self._writable:
            return
        rows = [
            (key_of(self.model, text), packed(v)) for text, v in zip(texts, vectors, strict=True)
        ]
        try:
            self._store.put_many(KIND, rows)
        except StorageError as error:
            self._writable = False
            self._say(str(error))

    def _say(self, why: str) -> None:
        if not self._said:
            self._said = True
            text = f"vectors of {self._inner.model} are not kept on disk: {why}"
            warnings.warn(text, ProviderCacheWarning, stacklevel=3)


def key_of(model: str, text: str) -> str:
    """Return the key of a vector: SHA-256 over model and text, hex; lengths keep them apart."""
    hasher = hashlib.sha256()
    for part in (model, text):
        raw = part.encode("utf-8", "surrogatepass")
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return hasher.hexdigest()


def packed(vector: np.ndarray) -> bytes:
    """Return a vector as its length and little-endian float32; the store adds a checksum."""
    return HEAD.pack(len(vector)) + vector.astype("<f4").tobytes()


def unpacked(payload: bytes) -> np.ndarray | None:
    """Return what `packed` packed, float32 [D]; None where it is something else."""
    if len(payload) <= HEAD.size or len(payload) - HEAD.size != 4 * HEAD.unpack_from(payload)[0]:
        return None
    vector = np.frombuffer(payload, "<f4", offset=HEAD.size).astype(np.float32)
    return vector if np.isfinite(vector).all() else None
