"""Episodes as Parquet files, which give back the same values, dtypes and shapes.

An episode of n steps has n + 1 rows: row t is the observation that step t began with, and what
that step gave; the last row is the last observation alone. So nothing is stored twice. pyarrow
(the extra `data`) is imported when a file is written or read, not before.
"""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import GraphInstance

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.logbook.files import jsonable
from nerion_gym.memory.export import observations_of
from nerion_gym.memory.layout import (
    CLASSES,
    OBSERVATION,
    Layout,
    flat,
    layout_in,
    layout_of,
    pyarrow,
    schema_of,
)
from nerion_gym.types.transition import Episode, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OF_A_STEP = ("action", "reward", "terminated", "truncated", CLASSES, "surprise", "info")
"""Columns that are null in an episode's last row."""
WRITTEN: Mapping[str, Any] = {"compression": "zstd", "write_page_checksum": True}


def write_parquet(path: str | os.PathLike[str], episodes: Iterable[Episode]) -> int:
    """Write episodes to a file, one after the other; return how many rows it has.

    Columns: `episode` (0, 1, ... in this file), `step`, `task_id`, `seed`; `observation.NAME` per
    array, flat (a graph has `.nodes`, `.edges` and `.edge_links`; dtypes and shapes are in the
    file's metadata); `action`, `reward`, `terminated`, `truncated`, `classes`, `surprise`, and
    `info` as JSON. The last seven are null in an episode's last row.

    Args:
        path: the file; it is replaced when all is written.
        episodes: of one world in one form, padded or graphs.

    Raises:
        ConfigError: no episode, one without steps, one with other arrays than the first, a value
            that does not go into its column, or pyarrow is not installed.
        StorageError: the file cannot be written.
    """
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        rows = _write(unfinished, episodes)
        unfinished.replace(target)
    except OSError as error:
        msg = f"{target}: cannot be written ({error.strerror or error})"
        raise StorageError(msg) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write(path: Path, episodes: Iterable[Episode]) -> int:
    arrow = pyarrow()
    writer, layout, rows = None, Layout(), 0
    try:
        for number, episode in enumerate(episodes):
            parts = [flat(observation) for observation in observations_of(episode)]
            if writer is None:
                layout = layout_of(parts[0], episode.transitions[0].classes)
                writer = arrow.parquet.ParquetWriter(path, schema_of(layout), **WRITTEN)
            table = table_of(number, episode, parts, layout)
            writer.write_table(table)
            rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    if not rows:
        raise ConfigError("no episode to write: the file would have no columns")
    return rows


def read_parquet(path: str | os.PathLike[str]) -> list[Episode]:
    """Return the episodes of a file that `write_parquet` wrote: the same values, dtypes, shapes.

    Raises:
        StorageError: it cannot be read, is damaged, or is none of ours.
        ConfigError: pyarrow is not installed.
    """
    arrow = pyarrow()
    try:
        table = arrow.parquet.read_table(path, page_checksum_verification=True)
        return episodes_in(table, layout_in(path, table.schema.metadata or {}))
    except (OSError, arrow.ArrowException) as error:
        msg = f"{path}: cannot be read as a Parquet file ({error})"
        raise StorageError(msg) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{path}: holds something else than write_parquet writes ({error})"
        raise StorageError(msg) from error


def episodes_in(table: Any, layout: Layout) -> list[Episode]:
    """Return the episodes of a table.

    Raises:
        ValueError, KeyError, TypeError: it does not hold what its layout says.
    """
    if not table.schema.equals(schema_of(layout)):
        raise ValueError("its columns are not those of its layout")
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in layout}
    plain = {n: table[n].to_pylist() for n in table.column_names if n not in layout}
    starts = [row for row, step in enumerate(plain["step"]) if step == 0]
    found = []
    for start, end in pairwise([*starts, len(table)]):
        rows = range(start, end)
        require_one_episode(plain, rows)
        observations = [observation_at(columns, layout, row) for row in rows]
        steps = [
            Transition(
                observation=observations[place],
                next_observation=observations[place + 1],
                classes=array_of(columns[CLASSES][row], layout[CLASSES]),
                info=json.loads(plain["info"][row]),
                **{name: plain[name][row] for name in OF_A_STEP if name not in (CLASSES, "info")},
            )
            for place, row in enumerate(rows[:-1])
        ]
        found.append(Episode(plain["task_id"][start], plain["seed"][start], tuple(steps)))
    if not found:
        raise ValueError("no episode begins in it")
    return found


def require_one_episode(plain: Mapping[str, Sequence[Any]], rows: range) -> None:
    """Refuse rows that are not the steps of one episode in their order.

    Raises:
        ValueError: names the first row.
    """
    steps = [plain["step"][row] for row in rows]
    numbers = {plain["episode"][row] for row in rows}
    if steps != list(range(len(rows))) or len(numbers) != 1 or len(rows) == 1:
        msg = f"the rows from {rows.start} on are not the steps of one episode in their order"
        raise ValueError(msg)


# -- columns


def table_of(
    number: int, episode: Episode, parts: Sequence[Mapping[str, np.ndarray]], layout: Layout
) -> Any:
    """Return the rows of one episode.

    Raises:
        ConfigError: a value does not go into its column.
    """
    arrow = pyarrow()
    columns = columns_of(number, episode, parts, layout)
    try:
        return arrow.table(list(columns.values()), schema=schema_of(layout))
    except (OverflowError, UnicodeEncodeError, arrow.ArrowException) as error:
        msg = f"episode {number} has a value that does not go into its column: {error}"
        raise ConfigError(msg) from error


def columns_of(
    number: int, episode: Episode, parts: Sequence[Mapping[str, np.ndarray]], layout: Layout
) -> dict[str, Any]:
    """Return the columns of one episode, in the order of the schema.

    Raises:
        ConfigError: its arrays are not those of the layout, or an info has no JSON form.
    """
    steps, rows = episode.transitions, len(parts)
    for found in parts:
        if layout_of(found, steps[0].classes) != layout:
            msg = f"episode {number} has other arrays than the first: write one world to a file"
            raise ConfigError(msg)
    columns: dict[str, Any] = {
        "episode": [number] * rows,
        "step": list(range(rows)),
        "task_id": [episode.task_id] * rows,
        "seed": [episode.seed] * rows,
    }
    for name in parts[0]:
        columns[name] = listed([found[name] for found in parts])
    columns |= {name: [*(getattr(step, name) for step in steps), None] for name in OF_A_STEP}
    columns[CLASSES] = [*(step.classes for step in steps), None]
    try:
        columns["info"] = [*(json.dumps(jsonable(step.info)) for step in steps), None]
    except TypeError as error:
        msg = f"an info of episode {number} cannot be written: {error}"
        raise ConfigError(msg) from error
    return columns


def listed(arrays: Sequence[np.ndarray]) -> Any:
    """Return arrays as one column of flat lists."""
    arrow = pyarrow()
    offsets = np.cumsum([0, *(array.size for array in arrays)]).astype(np.int32)
    values = np.concatenate([np.ravel(array) for array in arrays])
    return arrow.ListArray.from_arrays(arrow.array(offsets), arrow.array(values))


def array_of(values: np.ndarray, entry: Mapping[str, Any]) -> np.ndarray:
    """Return a flat list as the array that it was, with memory of its own."""
    return np.array(values, np.dtype(entry["dtype"])).reshape(-1, *entry["row"])


def observation_at(columns: Mapping[str, np.ndarray], layout: Layout, row: int) -> dict[str, Any]:
    """Return the observation of a row, graphs put together."""
    found: dict[str, Any] = {}
    for name in layout:
        if name == CLASSES:
            continue
        key, _, part = name.removeprefix(OBSERVATION).partition(".")
        array = array_of(columns[name][row], layout[name])
        if part:
            found.setdefault(key, {})[part] = array
        else:
            found[key] = array
    return {k: GraphInstance(**v) if isinstance(v, dict) else v for k, v in found.items()}
