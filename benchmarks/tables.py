"""Rows of plain values to and from Parquet files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KINDS = {
    "word": pa.dictionary(pa.int32(), pa.string()),
    "string": pa.string(),
    "bool": pa.bool_(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "float32": pa.float32(),
    "int8s": pa.list_(pa.int8()),
    "int16s": pa.list_(pa.int16()),
}
LEVEL = 19
"""Of zstd: files are written once and kept in the repository."""


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> None:
    """Write rows as they are named in `types`; a reader never sees half of the file."""
    schema = pa.schema([(name, KINDS[kind]) for name, kind in types.items()])
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(table, temporary, compression="zstd", compression_level=LEVEL)
    temporary.replace(path)


def read_rows(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a file, with some columns or all."""
    return list(pq.read_table(path, columns=columns).to_pylist())


def read_table(path: Path) -> dict[str, list[Any]]:
    """Return the columns of a file."""
    return dict(pq.read_table(path).to_pydict())


def write_columns(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of texts and numbers, each with a column only where it has one."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        texts = any(isinstance(value, str) for value in values)
        if name == "edit":
            kind = pa.string()
        elif texts:
            kind = KINDS["word"]
        else:
            kind = pa.float32()
        columns[name] = pa.array(values, kind, from_pandas=True)
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=LEVEL)
