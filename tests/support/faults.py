"""What tests of faults share: a program to break, what is held, and the steps that come after."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import threading
import time
from pathlib import Path

import pytest

from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from tests.support.projects import edited, project

SOURCE = """\
import os
import signal
import sys
import time

HERE = os.getcwd()


def work(value):
    return value + 1


def other(value):
    return value * 2


def pause():
    return True


def spin():
    while True:
        pass
"""
TESTS = """\
from m import other, pause, work


def test_first():
    assert other(1) == 2


def test_work():
    assert work(1) == 2


def test_last():
    assert pause()
    assert other(2) == 4
"""


def parents():
    """Return process id -> parent's id of every process that runs, eldest first."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":  # one that waits to be reaped holds nothing any more
                found[int(path.parent.name)] = int(fields[19]), int(fields[1])
    rows = sorted(found.items(), key=lambda row: (row[1][0], row[0]))
    return {pid: parent for pid, (_start, parent) in rows}


def descendants(pid):
    """Return the process ids below a process."""
    table = parents()
    found, pending = set(), {pid}
    while pending:
        pending = {child for child, parent in table.items() if parent in pending} - found
        found |= pending
    return found


def far_side(pid):
    """Return how many base, task and warm processes there are below one, and how many more.

    A task process's eldest child is its warm process; both may have one child that was forked
    ahead and waits, which counts as nothing: whether it is there is a matter of the moment.
    """
    table = parents()

    def below(above):
        return [child for child, parent in table.items() if parent == above]

    bases = below(pid)
    tasks = [task for base in bases for task in below(base)]
    warms = [child for task in tasks for child in below(task)[:1]]
    more = [max(len(below(task)) - 2, 0) for task in tasks]
    more += [max(len(below(warm)) - 1, 0) for warm in warms]
    return len(bases), len(tasks), len(warms), sum(more)


def held(folder):
    """Return what is held now: processes, number of descriptors, names of files."""
    names = sorted(
        re.sub(r"nerion-\w+|slot\d+", "#", str(path.relative_to(folder)))
        for path in folder.rglob("*")
    )
    return far_side(os.getpid()), len(os.listdir("/proc/self/fd")), names  # noqa: PTH208


def at_rest(folder, seconds=5.0):
    """Return what is held once it stays the same: children leave, and are made ahead, unseen."""
    deadline = time.monotonic() + seconds
    last, same = held(folder), 0
    while same < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
        now = held(folder)
        last, same = now, same + 1 if now == last else 0
    return last


def settled(folder, before, seconds=5.0):
    """Return what is held at rest, as soon as it is what was held before."""
    deadline = time.monotonic() + seconds
    now = at_rest(folder)
    while now != before and time.monotonic() < deadline:
        now = at_rest(folder)
    return now


def names_of(outcome):
    return [result.status.name for result in outcome.results]


def faulty(program, code, *, anew=False):
    """Return the program whose `work` does something first; `anew`: not confined to a function."""
    changed = edited(program, "    return value + 1", f"    {code}\n    return value + 1")
    return edited(changed, "HERE = os", "ANEW = 1\nHERE = os") if anew else changed


def numbered(program, number):
    """Return a program of its own for each number; odd ones fail the second test."""
    return edited(program, "value + 1", f"value + {1 + number % 2} + 0 * {number}")


def wanted_of(number):
    return ["PASSED", "FAILED" if number % 2 else "PASSED", "PASSED"]


def go_on(runner, baseline):
    """The next steps are right: a good edit, a bad one, a bad one that is collected anew."""
    program, suite = baseline.program, baseline.suite
    fine = edited(program, "return value * 2", "return 2 * value")
    assert names_of(runner.run(fine, suite)) == ["PASSED"] * 3
    wrong = edited(program, "return value + 1", "return value + 2")
    assert names_of(runner.run(wrong, suite)) == ["PASSED", "FAILED", "PASSED"]
    anew = edited(wrong, "HERE = os", "ANEW = 2\nHERE = os")
    outcome = runner.run(anew, suite)
    assert names_of(outcome) == ["PASSED", "FAILED", "PASSED"]
    assert outcome.route == "reimport"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A temporary folder that only this file's runners use."""
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("place")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture(scope="module")
def shared(place):
    with LocalRunner(cache=False) as runner:
        yield runner, measure(runner, *project(SOURCE, TESTS))


@pytest.fixture
def known(shared):
    go_on(*shared)  # whatever a test before this one left: all processes are up
    return shared


@pytest.fixture
def fresh(place):
    """A runner of its own, for what may break one for good; all is gone when it is closed."""
    empty = at_rest(place)
    runner = LocalRunner(cache=False)
    baseline = measure(runner, *project(SOURCE, TESTS))
    go_on(runner, baseline)
    yield runner, baseline
    runner.close()
    assert settled(place, empty) == empty


FIXTURES = (place, shared, known, fresh)
"""For a test file to name: `place, shared, known, fresh = FIXTURES`."""


@contextlib.contextmanager
def closed_if_wrong(runner):
    """Start the runner anew after a failure, so that it is this test's alone."""
    try:
        yield
    except BaseException:
        runner.close()
        raise


# --- processes ----------------------------------------------------------------------------------

WHO = ("child", "warm", "task", "base")


def sleeper(program, mark, seconds):
    """Return a program that writes its process id to a file and sleeps in its second test."""
    return faulty(
        program, f"open({str(mark)!r}, 'w').write(str(os.getpid()) + '.'); time.sleep({seconds})"
    )


def wait_for(mark, seconds=20.0):
    """Return the process id in a mark, once it is there."""
    deadline = time.monotonic() + seconds
    while not (mark.exists() and mark.read_text().endswith(".")):
        assert time.monotonic() < deadline, "the program did not come to its sleep"
        time.sleep(0.005)
    return int(mark.read_text()[:-1])


def chain(pid):
    """Return child, warm, task and base process, by name."""
    pids = [pid]
    while len(pids) < len(WHO):
        line = Path(f"/proc/{pids[-1]}/stat").read_text().rpartition(")")[2]
        pids.append(int(line.split()[1]))
    return dict(zip(WHO, pids, strict=True))


@contextlib.contextmanager
def striking(act):
    """Do something in a thread meanwhile; what it raises is raised here."""
    failed = []

    def strike():
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    thread = threading.Thread(target=strike)
    thread.start()
    yield
    thread.join()
    assert failed == []


def running(pids):
    """Return those that run; one that waits to be reaped by whoever adopted it does not."""
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            found += [pid] if state not in "ZX" else []
    return found
