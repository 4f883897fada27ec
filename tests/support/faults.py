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
from tests.support.processes import far_side, inside, naming, tasks
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


def held(folder):
    """Return what is held now: processes, number of descriptors, names of files.

    A task that lives in a room has its files there.
    """
    here = os.getpid()
    paths = [(path, folder) for path in folder.rglob("*")]
    for task in tasks(here):
        seen = inside(task, folder)
        with contextlib.suppress(PermissionError):  # only root may look into a room
            paths += [(path, seen) for path in seen.rglob("*")]
    names = sorted(
        re.sub(r"nerion-\w+|slot\d+", "#", str(path.relative_to(above))) for path, above in paths
    )
    return far_side(here), len(os.listdir("/proc/self/fd")), names  # noqa: PTH208


def at_rest(folder, seconds=5.0):
    """Return what is held once it stays the same: children leave, and are made ahead, unseen."""
    deadline = time.monotonic() + seconds
    last, same = None, 0
    while (same < 5 or last is None) and time.monotonic() < deadline:
        time.sleep(0.02)
        try:
            now = held(folder)
        except (FileNotFoundError, RecursionError):
            now = None  # a folder, a deep one perhaps, is being put back while we look
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


def sleeper(program, name, seconds):
    """Return a program that names its process and sleeps, in its second test."""
    return faulty(program, f"{naming(name)}; time.sleep({seconds})")


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
