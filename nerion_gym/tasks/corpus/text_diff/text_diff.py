"""Edit distance between words and differences between lists of lines."""

from typing import NamedTuple


class Change(NamedTuple):
    kind: str
    line: str

    def __str__(self) -> str:
        return {"keep": "  ", "drop": "- ", "add": "+ "}[self.kind] + self.line


def edit_distance(left: str, right: str, swaps: bool = False) -> int:
    """How many letters to insert, delete or replace; with swaps also to exchange neighbours."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(
                rows[i - 1][j] + 1,
                row[j - 1] + 1,
                rows[i - 1][j - 1] + (a != b),
            )
            if swaps and i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def similarity(left: str, right: str) -> float:
    longest = max(len(left), len(right))
    if longest == 0:
        return 1.0
    return 1 - edit_distance(left, right) / longest


def closest(word: str, known: list[str], cutoff: float = 0.5) -> str | None:
    """The known word that is most like this one, if any is like it enough."""
    best = max(known, key=lambda other: similarity(word, other), default=None)
    if best is None or similarity(word, best) < cutoff:
        return None
    return best


def common_lengths(old: list[str], new: list[str]) -> list[list[int]]:
    """table[i][j]: length of the longest common subsequence of old[i:] and new[j:]."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            if old[i] == new[j]:
                table[i][j] = table[i + 1][j + 1] + 1
            else:
                table[i][j] = max(table[i + 1][j], table[i][j + 1])
    return table


def diff(old: list[str], new: list[str]) -> list[Change]:
    table = common_lengths(old, new)
    i = j = 0
    changes = []
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            changes.append(Change("keep", old[i]))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            changes.append(Change("drop", old[i]))
            i += 1
        else:
            changes.append(Change("add", new[j]))
            j += 1
    changes += [Change("drop", line) for line in old[i:]]
    changes += [Change("add", line) for line in new[j:]]
    return changes


def apply(old: list[str], changes: list[Change]) -> list[str]:
    """Carry changes out; they have to be changes of these lines."""
    touched = [change.line for change in changes if change.kind != "add"]
    if touched != old:
        raise ValueError("the changes belong to another text")
    return [change.line for change in changes if change.kind != "drop"]
