"""Files of a run: new folders, whole JSON files, values that JSON can hold."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from nerion_gym.errors import RunExistsError, StorageError

MAX_SUFFIX = 1000


def new_folder(parent: Path, seed: int) -> Path:
    """Make `parent/seedN-DATE-TIME`, with -2, -3, ... when that second is taken.

    Raises:
        StorageError: the parent cannot be made.
        RunExistsError: no free name.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        for number in range(1, MAX_SUFFIX + 1):
            folder = parent / (f"seed{seed}-{stamp}" + (f"-{number}" if number > 1 else ""))
            try:
                folder.mkdir()  # atomic: of two processes one gets it
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        msg = f"{parent}: the run's folder cannot be made ({error.strerror}); choose another one"
        raise StorageError(msg) from error
    msg = f"{parent}/seed{seed}-{stamp}: {MAX_SUFFIX} runs have this name already"
    raise RunExistsError(msg)


def safe(name: str) -> str:
    """Return a name as one path segment ("module:Id-v0" and "a/b" are ids too)."""
    kept = "".join(char if char.isalnum() or char in "-_.+" else "_" for char in name)
    return kept.lstrip(".") or "_"


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader never sees half of it: temporary file, fsync, rename."""
    text = json.dumps(value, indent=2, allow_nan=False)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def jsonable(value: Any) -> Any:
    """Return plain JSON values; NumPy values become numbers and lists, NaN and infinity None.

    Raises:
        TypeError: a value has no JSON form.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        value = str(value)
    if value is None or isinstance(value, (str, int)):
        return value
    msg = f"{type(value).__name__} has no JSON form: {value!r}"
    raise TypeError(msg)
