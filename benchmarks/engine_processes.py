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
    """

    rss: int
    pss: int
    private: int

    def mib(self) -> dict[str, float]:
        """Return the figures in MiB."""
        return {name: round(value / MIB, 2) for name, value in vars(self).items()}


def parents() -> dict[int, int]:
    """Return process id -> parent's id of every process that can be seen."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        found[int(path.parent.name)] = int(fields[1])
    return found


def children(pid: int, known: dict[int, int] | None = None) -> list[int]:
    """Return the ids of a process's children, sorted."""
    table = parents() if known is None else known
    return sorted(child for child, parent in table.items() if parent == pid)


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
    """Return a process's memory."""
    sums = dict.fromkeys(("Rss", "Pss", "Private_Clean", "Private_Dirty"), 0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in sums:
            sums[name] = int(value.split()[0]) * KIB
    private = sums["Private_Clean"] + sums["Private_Dirty"]
    return Memory(sums["Rss"], sums["Pss"], private)


def descriptors(pid: int) -> int:
    """Return the number of a process's open file descriptors, those of reading it left out."""
    count = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return count - (pid == os.getpid())


def entries(folder: Path) -> int:
    """Return the number of files, links and folders anywhere below a folder."""
    return sum(1 for _ in folder.rglob("*"))


def far_side(pid: int) -> dict[str, list[int]]:
    """Return the processes of the runners of a process, by what they are.

    A base is exec'ed from `base.py`, a task process is forked from it, the warm process (the
    suite collected, stopped before the run) is forked from the task process; whatever else
    there is counts as "other".
    """
    table = parents()
    found: dict[str, list[int]] = {"base": [], "task": [], "warm": [], "other": []}
    for child in children(pid, table):
        base = any(Path(word).name == "base.py" for word in command(child))
        found["base" if base else "other"].append(child)
    for name, above in (("task", "base"), ("warm", "task"), ("other", "warm")):
        for parent in list(found[above]):
            found[name] += children(parent, table)
    return found
