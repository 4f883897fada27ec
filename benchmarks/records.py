"""What is on record of a package, and what of it is replaced or has to be collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from benchmarks.subjects import Subject

Row = dict[str, Any]


def joined(recorded: Iterable[Row], collected: Iterable[Row]) -> list[Row]:
    """Return the rows of both by package; a package that was collected anew has its new ones only.

    The order of the rows of one package stays.
    """
    new = list(collected)
    anew = {row["package"] for row in new}
    kept = [row for row in recorded if row["package"] not in anew]
    return sorted([*kept, *new], key=lambda row: row["package"])


def of_packages(rows: Iterable[Row], names: Collection[str]) -> list[Row]:
    """Return the rows of some packages."""
    return [row for row in rows if row["package"] in names]


def due(
    subjects: Iterable[Subject],
    recorded: Mapping[str, str],
    only: Collection[str],
    again: Collection[str],
) -> list[Subject]:
    """Return the packages to collect: those named that are not on record, and those asked again.

    Args:
        subjects: all.
        recorded: package to version.
        only: names of which nothing else is taken, but what is asked again.
        again: names that are taken on record or not.
    """
    return [
        one
        for one in subjects
        if one.name in again or (one.name in only and recorded.get(one.name) != one.version)
    ]
