"""The columns of a Parquet file of episodes, and what its metadata says of their arrays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import GraphInstance

from nerion_gym.errors import ConfigError, StorageError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from nerion_gym.types.transition import Observation

KEY = b"nerion-transitions"
"""Of the file's metadata; its value is the layout, as JSON."""
VERSION = 1
OBSERVATION = "observation."
GRAPH_PARTS = ("nodes", "edges", "edge_links")
CLASSES = "classes"

Layout = dict[str, dict[str, Any]]
"""Column -> "dtype" of its array and "row", the shape of what its first axis numbers."""


def pyarrow() -> Any:
    """Return pyarrow with its Parquet module.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import pyarrow as arrow
        import pyarrow.parquet
    except ImportError as error:
        msg = "pyarrow is not installed, and Parquet needs it: pip install 'nerion-gym[data]'"
        raise ConfigError(msg) from error
    return arrow


def flat(observation: Observation) -> dict[str, np.ndarray]:
    """Return an observation's arrays by column; a graph gives three."""
    found = {}
    for key, value in observation.items():
        if isinstance(value, GraphInstance):
            for part in GRAPH_PARTS:
                found[f"{OBSERVATION}{key}.{part}"] = np.asarray(getattr(value, part))
        else:
            found[f"{OBSERVATION}{key}"] = np.asarray(value)
    return found


def layout_of(parts: Mapping[str, np.ndarray], classes: np.ndarray) -> Layout:
    """Return what a flat list does not tell of the arrays of an observation and a step."""
    arrays = {**parts, CLASSES: classes}
    return {
        name: {"dtype": array.dtype.str, "row": list(array.shape[1:])}
        for name, array in arrays.items()
    }


def layout_in(path: str | os.PathLike[str], metadata: Mapping[bytes, bytes]) -> Layout:
    """Return the layout of a file.

    Raises:
        StorageError: none of ours, or of another version.
    """
    found = json.loads(metadata.get(KEY, b"{}"))
    if found.get("version") != VERSION:
        msg = (
            f"{path}: expected a file of write_parquet, version {VERSION}; this is version "
            f"{found.get('version')!r} ({KEY.decode()!r} of its metadata)"
        )
        raise StorageError(msg)
    return dict(found["layout"])


def schema_of(layout: Layout) -> Any:
    """Return the schema of a file."""
    arrow = pyarrow()
    first = [("episode", arrow.int32()), ("step", arrow.int32())]
    first += [("task_id", arrow.string()), ("seed", arrow.int64())]
    lists = {
        name: arrow.list_(arrow.from_numpy_dtype(np.dtype(entry["dtype"])))
        for name, entry in layout.items()
    }
    of_step = {
        "action": arrow.int64(),
        "reward": arrow.float64(),
        "terminated": arrow.bool_(),
        "truncated": arrow.bool_(),
        CLASSES: lists.pop(CLASSES),
        "surprise": arrow.float64(),
        "info": arrow.string(),
    }
    text = json.dumps({"version": VERSION, "layout": layout})
    return arrow.schema([*first, *lists.items(), *of_step.items()], metadata={KEY: text})
