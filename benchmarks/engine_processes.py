"""What processes hold, read from /proc: memory, open descriptors, descendants (Linux only)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

KIB = 1024
MIB = 1 << 20


@dataclass(frozen=True)
class Memory:
    """One process's memory in bytes.

    Attributes:
        rss: resident pages, shared ones counted whole.
        pss: resident pages, each shared one divided by the number of its sharers.
        private: what would be free if the process ended.
        anonymous: the part of `pss` that is no file's. Pages of files (the interpreter, libraries)
            are shared with all Pythons on the machine, and count more when one of those ends.
    """

    rss: int
    pss: int
    private: int
    anonymous: int

    def mib(self) -> dict[str, float]:
        """Return the figures in MiB."""
        return {name: round(value / MIB, 2) for name, value in vars(self).items()}


def parents() -> dict[int, int]:
    """Return process id -> parent's id of every process that can be seen, eldest first."""
    found = {}
    # Not for what lies in them: a process may end meanwhile.
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(path.name)] = int(fields[19]), int(fields[1])
    rows = sorted(found.items(), key=lambda row: (row[1][0], row[0]))
    return {pid: parent for pid, (_start, parent) in rows}


def children(pid: int, known: dict[int, int] | None = None) -> list[int]:
    """Return the ids of a process's children, eldest first."""
    table = parents() if known is None else known
    return [child for child, parent in table.items() if parent == pid]


def descendants(pid: int) -> list[int]:
    """Return the ids of everything below a process, parents before children."""
    table = parents()
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children(waiting.pop(0), table)
        found += below
        waiting += below
    return found


def command(pid: int) -> list[str]:
    """Return a process's command line."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]


def memory(pid: int) -> Memory:
    """Return a process's memory; all 0 for one that has ended."""
    sums = dict.fromkeys(("Rss", "Pss", "Pss_Anon", "Private_Clean", "Private_Dirty"), 0)
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if name in sums:
            sums[name] = int(value.split()[0]) * KIB
    private = sums["Private_Clean"] + sums["Private_Dirty"]
    return Memory(sums["Rss"], sums["Pss"], private, sums["Pss_Anon"])


def descriptors(pid: int) -> int:
    """Return the number of a process's open descriptors, that of reading them left out."""
    try:
        count = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return count - (pid == os.getpid())


def entries(folder: Path) -> int:
    """Return the number of files, links and folders anywhere below a folder."""
    return sum(1 for _ in folder.rglob("*"))


def bases(pid: int, table: dict[int, int]) -> list[int]:
    """Return the base processes below a process, their monitors left out."""
    found: list[int] = []
    for started in children(pid, table):
        words = command(started)
        if any(Path(word).name == "base.py" for word in words):
            found += children(started, table) if words[-1] == "room" else [started]
    return found


def entries_inside(pid: int, folder: Path) -> int:
    """Return the number of entries below a folder as a process sees it: its room is in memory."""
    return entries(Path(f"/proc/{pid}/root{folder}"))


def far_side(pid: int) -> dict[str, list[int]]:
    """Return the processes of the runners of a process, by what they are.

    A base is exec'ed from `base.py`, and in a room of its own it has a monitor above it; a task
    process is forked from it; the warm process (the suite collected, stopped before the run) is a
    task process's eldest child. What else there is below waits for an order, or carries one out,
    or is the first process of its namespace: "child".
    """
    table = parents()
    found: dict[str, list[int]] = {"base": [], "task": [], "warm": [], "child": []}
    for base in bases(pid, table):
        found["base"].append(base)
        for task in children(base, table):
            warm, *rest = children(task, table) or [0]
            found["task"].append(task)
            found["warm"] += [warm] if warm else []
            found["child"] += [*rest, *children(warm, table)] if warm else []
    return found
