"""What sites tell in the end, and keep meanwhile: sets of edits are numbers, a bit for each."""

from __future__ import annotations

from typing import Any, NamedTuple


class Seen(NamedTuple):
    """What some values of the holes make of the edits: a bit each."""

    differs: int
    same: int
    unknown: int


class Report(NamedTuple):
    """What a site saw, as it is told; sets of edits are numbers in hexadecimal, a bit for each.

    Attributes:
        tests: numbers of those that came by.
        counts: evaluations in each of them.
        which: for each of them the place in `differs`.
        differs: sets of edits that differed in a test.
        kinds: of each original: class of value, and how many different values were of it.
        same, unknown: edits that were ever the same, and ever not to be told.
    """

    tests: list[int]
    counts: list[int]
    which: list[int]
    differs: list[str]
    kinds: list[list[list[Any]]]
    same: str
    unknown: str
