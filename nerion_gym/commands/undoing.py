"""What `nerion undo` needs to know: the edits made in a file, kept beside the user's caches."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from nerion_gym.errors import StorageError
from nerion_gym.logbook.files import write_json

MOST = 100
"""Edits of a file that can be taken back; older ones are forgotten."""


def replace(file: Path, before: bytes, after: bytes, operator: str) -> None:
    """Write a file's new contents; the way back is kept first, so that nothing can be lost.

    Raises:
        StorageError: the file changed meanwhile, or one of the two cannot be written.
    """
    kept = recall(file)
    made = {"operator": operator, "before": before.hex(), "after": digest(after)}
    try:
        if file.read_bytes() != before:
            msg = f"{file}: changed while it was looked at; list its edits again"
            raise StorageError(msg)
        remember(file, [*kept, made])
        try:
            overwrite(file, after)
        except OSError:
            remember(file, kept)
            raise
    except OSError as error:
        msg = f"{error.filename or file}: cannot be written ({error.strerror}); nothing was changed"
        raise StorageError(msg) from error


def take_back(file: Path) -> tuple[str, int]:
    """Undo the last edit; return its operator and how many more can be undone.

    Raises:
        StorageError: there is none, or something else changed the file since.
    """
    kept = recall(file)
    try:
        now = digest(file.read_bytes())
        index = max((i for i, entry in enumerate(kept) if entry["after"] == now), default=-1)
        if index < 0:
            raise StorageError(f"{file}: {nothing_to_do(kept)}")
        last, left = kept[index], kept[:index]
        overwrite(file, bytes.fromhex(last["before"]))
        remember(file, left)
    except OSError as error:
        msg = f"{error.filename or file}: cannot be read or written ({error.strerror})"
        raise StorageError(msg) from error
    return str(last["operator"]), len(left)


def nothing_to_do(kept: list[dict[str, Any]]) -> str:
    """Return why no edit can be taken back."""
    if not kept:
        return "no edit to take back; `nerion apply` makes them"
    made = kept[-1]["operator"]
    return f"something else changed it since {made} was made; take that back first"


def remember(file: Path, kept: list[dict[str, Any]]) -> None:
    """Keep the edits of a file, the eldest first."""
    place = place_of(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_json(place, {"file": str(file.resolve()), "edits": kept[-MOST:]})


def recall(file: Path) -> list[dict[str, Any]]:
    """Return the edits that are kept of a file, the eldest first; none where none is readable."""
    try:
        kept = json.loads(place_of(file).read_text(encoding="utf-8"))
        return [dict(entry) for entry in kept["edits"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def place_of(file: Path) -> Path:
    """Return where a file's edits are kept."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError as error:  # a user without a home
        msg = "there is no folder to keep the way back in; set XDG_CACHE_HOME"
        raise StorageError(msg) from error
    name = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]
    return home / "nerion-gym" / "undo" / f"{name}.json"


def digest(text: bytes) -> str:
    """Return the SHA-256 of a file's contents, hex."""
    return hashlib.sha256(text).hexdigest()


def overwrite(file: Path, text: bytes) -> None:
    """Write a whole file or nothing of it, its mode kept, a link followed."""
    target = file.resolve()
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123 - a descriptor
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(target.stat().st_mode)
        Path(draft).replace(target)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
