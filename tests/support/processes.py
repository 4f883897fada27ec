"""Processes of the far side as a test sees them from outside: by parent, namespace and name."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path

ROOM = "room"
"""Last word of the command line of a base that lives in a room, below a monitor."""
NAME_BYTES = 15
WHO = ("child", "warm", "task", "base")
_count = itertools.count()


def parents():
    """Return process id -> parent's id of every process that runs, eldest first."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":  # one that waits to be reaped holds nothing any more
                found[int(path.name)] = int(fields[19]), int(fields[1])
    rows = sorted(found.items(), key=lambda row: (row[1][0], row[0]))
    return {pid: parent for pid, (_start, parent) in rows}


def children(pid, table=None):
    """Return the ids of a process's children, eldest first."""
    return [child for child, parent in (table or parents()).items() if parent == pid]


def descendants(pid, table=None):
    """Return the process ids below a process."""
    table = table or parents()
    found: set[int] = set()
    pending = {pid}
    while pending:
        pending = {child for child, parent in table.items() if parent in pending} - found
        found |= pending
    return found


def bases(pid, table=None):
    """Return the base processes below a process; their monitors are left out."""
    table = table or parents()
    found: list[int] = []
    for started in children(pid, table):
        words = Path(f"/proc/{started}/cmdline").read_bytes().split(b"\0")[:-1]
        if any(word.endswith(b"/base.py") for word in words):
            found += children(started, table) if words[-1] == ROOM.encode() else [started]
    return found


def tasks(pid, table=None):
    """Return the task processes below a process."""
    table = table or parents()
    return [task for base in bases(pid, table) for task in children(base, table)]


def is_first(pid):
    """Whether a process is the first of its namespace: one that does nothing, beside a run."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return line.split()[-1] == "1" and len(line.split()) > 2
    return False


def far_side(pid):
    """Return how many base, task and warm processes there are below one, and how many more.

    A task process's eldest child is its warm process; both may have one child that was forked
    ahead and waits, with the first process of its namespace, which count as nothing: whether they
    are there is a matter of the moment.
    """
    table = parents()
    found = tasks(pid, table)
    warms, more = [], 0
    for task in found:
        warm = children(task, table)[:1]
        below = descendants(warm[0], table) if warm else set()
        warms += warm
        more += beyond_one_run(below) + beyond_one_run(descendants(task, table) - below.union(warm))
    return len(bases(pid, table)), len(found), len(warms), more


def beyond_one_run(below):
    """Return how many processes there are beside one run and the first of its namespace."""
    firsts = sum(map(is_first, below))
    return max(firsts - 1, 0) + max(len(below) - firsts - 1, 0)


def inside(pid, folder):
    """Return a folder as a process sees it that may live in a room of its own."""
    return Path(f"/proc/{pid}/root{folder}")


def running(pids):
    """Return those that run; one that waits to be reaped by whoever adopted it does not."""
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            found += [pid] if state not in "ZX" else []
    return found


# --- a run that can be found: it has no number of its own outside, and writes no files there -----


def new_name():
    """Return a name for a process that no other has."""
    return f"run-{os.getpid()}-{next(_count)}"[:NAME_BYTES]


def naming(name):
    """Return the expression by which a program names its process."""
    return f"__import__('ctypes').CDLL(None).prctl(15, {name.encode()!r}, 0, 0, 0)"


def named(name):
    """Return the processes of this name that run; what they start has it too."""
    found = []
    # Not for what lies in them: a process may end meanwhile.
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (path / "comm").read_text() == f"{name}\n":
                found.append(int(path.name))
    return sorted(running(found))


def wait_for(name, seconds=20.0):
    """Return the id of the process of this name, once it is there."""
    deadline = time.monotonic() + seconds
    while not (found := named(name)):
        assert time.monotonic() < deadline, "the program did not come to its sleep"
        time.sleep(0.005)
    return found[0]


def chain(pid):
    """Return child, warm, task and base process, by name."""
    pids = [pid]
    while len(pids) < len(WHO):
        line = Path(f"/proc/{pids[-1]}/stat").read_text().rpartition(")")[2]
        pids.append(int(line.split()[1]))
    return dict(zip(WHO, pids, strict=True))
