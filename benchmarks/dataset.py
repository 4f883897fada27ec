"""Columns and outcomes of edits, joined, as a model takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.tables import read_rows, read_table
from benchmarks.words import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

GROUPS = ("operator", "syntax", "tests", "values", "checks", "infection", "micro")
"""Of columns, in the order in which they cost more; those from "values" on need a traced run."""


class Data(NamedTuple):
    """Edits with columns and outcomes.

    Attributes:
        names: of the columns.
        matrix: an edit a row; words as numbers, NaN where nothing is known.
        words: which columns are words.
        survived: by edit.
        packages, operators: by edit.
        rows: the columns as they are, by name.
    """

    names: list[str]
    matrix: NDArray[np.float32]
    words: NDArray[np.bool_]
    survived: NDArray[np.bool_]
    packages: list[str]
    operators: list[str]
    rows: dict[str, list[Any]]

    def of(self, groups: Sequence[str]) -> NDArray[np.bool_]:
        """Return which columns belong to some groups."""
        return np.array([name.split(".")[0] in groups for name in self.names])

    @property
    def groups(self) -> list[str]:
        """The groups that are there."""
        found = {name.split(".")[0] for name in self.names}
        return [group for group in GROUPS if group in found]


def read(outcomes: Path, columns: Path) -> Data:
    """Join columns and outcomes; edits that no test reaches are none of this."""
    became = {
        (row["package"], row["edit"]): not row["killed"]
        for row in read_rows(outcomes, ["package", "edit", "killed", "reaching"])
        if row["reaching"]
    }
    table = read_table(columns)
    keys = list(zip(table["package"], table["edit"], strict=True))
    kept = [at for at, key in enumerate(keys) if key in became]
    names = [name for name in table if "." in name]
    rows = {name: [table[name][at] for at in kept] for name in names}
    words = np.array([any(isinstance(v, str) for v in rows[name]) for name in names])
    matrix = np.empty((len(kept), len(names)), dtype=np.float32)
    packages = [keys[at][0] for at in kept]
    for place, name in enumerate(names):
        matrix[:, place] = numbered(rows[name], packages) if words[place] else numbers(rows[name])
    return Data(
        names=names,
        matrix=matrix,
        words=words,
        survived=np.array([became[keys[at]] for at in kept]),
        packages=packages,
        operators=rows["operator.name"],
        rows=rows,
    )


def numbers(values: Sequence[float | None]) -> NDArray[np.float32]:
    """Return numbers, NaN for what is missing."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float32)
