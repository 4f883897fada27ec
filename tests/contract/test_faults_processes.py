"""Processes that are lost, steps that are interrupted, a full disk, several runners."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from nerion_gym.errors import SandboxError
from nerion_gym.execution.control import measure
from nerion_gym.execution.pool import LostError, Slot
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.wire import ENDED
from nerion_gym.types.outcome import Status
from tests.support.faults import (
    FIXTURES,
    SOURCE,
    TESTS,
    at_rest,
    closed_if_wrong,
    faulty,
    go_on,
    names_of,
    numbered,
    settled,
    sleeper,
    striking,
    wanted_of,
)
from tests.support.processes import chain, descendants, new_name, running, wait_for
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox
place, shared, known, fresh = FIXTURES

ROOT = Path(__file__).resolve().parents[2]


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "who", ["warm", "base", *(pytest.param(who, marks=SLOW) for who in ("child", "task"))]
)
def test_a_process_killed_in_the_middle_of_a_step(known, place, who):
    runner, baseline = known
    before, retried = at_rest(place), runner.stats.retried
    mark = new_name()
    with (
        closed_if_wrong(runner),
        striking(lambda: os.kill(chain(wait_for(mark))[who], signal.SIGKILL)),
    ):
        outcome = runner.run(sleeper(baseline.program, mark, 0.4), baseline.suite)
    # The child is the program's own process; the others are ours, and are replaced.
    assert names_of(outcome) == ["PASSED", "CRASHED" if who == "child" else "PASSED", "PASSED"]
    assert runner.stats.retried - retried == (who != "child")
    go_on(runner, baseline)
    assert settled(place, before) == before


def test_a_process_killed_while_many_run(known, place):
    _, baseline = known
    before = at_rest(place)
    marks = [new_name() for _ in range(6)]
    programs = [sleeper(baseline.program, mark, 0.2) for mark in marks]
    programs[3] = edited(programs[3], "return value + 1", "return value + 5")
    with LocalRunner(workers=2, cache=False) as runner:
        runner.adopt(baseline)
        with striking(lambda: os.kill(chain(wait_for(marks[2]))["warm"], signal.SIGKILL)):
            outcomes = runner.run_many(programs, baseline.suite)
        wanted = [["PASSED"] * 3 for _ in programs]
        wanted[3] = ["PASSED", "FAILED", "PASSED"]
        assert list(map(names_of, outcomes)) == wanted
        assert runner.stats.retried == 1
        go_on(runner, baseline)
    assert settled(place, before) == before


def stop(pid):
    """Stop a server, and wait until its run is gone: another one is to be found under its name."""
    below = descendants(pid)
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 20
    while running(below) and time.monotonic() < deadline:
        time.sleep(0.01)


def lost_once(wait):
    """Return what waits for a process that collects, but that the first one is found gone."""
    lost = []

    def waiting(slot, seconds):
        if not lost:
            lost.append(slot)
            raise LostError(ENDED)
        return wait(slot, seconds)

    return waiting


def test_a_first_collection_that_is_killed_once_is_no_suites_fault(place, monkeypatch):
    program, suite = project(SOURCE, TESTS)
    with LocalRunner(cache=False) as runner:
        monkeypatch.setattr(Slot, "wait_until_warm", lost_once(Slot.wait_until_warm))
        assert names_of(runner.run(program, suite)) == ["PASSED"] * 3
        assert runner.stats.retried == 1


def test_a_suite_that_ends_its_process_each_time_has_crashed(place):
    program, suite = project(SOURCE, "import os\nos._exit(3)\n")
    with LocalRunner(cache=False) as runner:
        (result,) = runner.run(program, suite).results
        assert (result.status, result.phase) == (Status.CRASHED, "collect")
        assert "collecting ended the process" in result.message
        assert runner.stats.retried == 1


@SLOW
def test_a_silent_process_is_given_up(fresh, monkeypatch):
    runner, baseline = fresh
    monkeypatch.setattr("nerion_gym.execution.pool.GRACE_SECONDS", 0.1)
    mark = new_name()

    def stop_twice():
        for _ in range(2):
            stop(chain(wait_for(mark))["warm"])

    with striking(stop_twice), pytest.raises(SandboxError, match="lost twice"):
        runner.run(sleeper(baseline.program, mark, 9), baseline.suite)
    monkeypatch.undo()
    go_on(runner, baseline)


class StopError(BaseException):
    """What a person's Ctrl-C is here."""


@pytest.mark.parametrize("many", [pytest.param(False, marks=SLOW), True])
def test_a_step_that_is_interrupted(fresh, place, many):
    runner, baseline = fresh
    before = at_rest(place)
    mark = new_name()
    program = sleeper(baseline.program, mark, 0.4)
    programs = [program, edited(program, "return value + 1", "return value + 3")]

    def interrupted(*_arguments):
        raise StopError

    old = signal.signal(signal.SIGUSR2, interrupted)
    try:
        with pytest.raises(StopError), striking(lambda: wait_for(mark) and interrupt()):
            runner.run_many(programs[: 1 + many], baseline.suite)
    finally:
        signal.signal(signal.SIGUSR2, old)
    go_on(runner, baseline)
    assert settled(place, before) == before


def interrupt():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR2)


OWNER = """
import sys, tempfile
sys.path.insert(0, sys.argv[1])
tempfile.tempdir = sys.argv[2]
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from tests.support.faults import SOURCE, TESTS, sleeper
from tests.support.projects import project
runner = LocalRunner(workers=2, cache_path=sys.argv[3])
baseline = measure(runner, *project(SOURCE, TESTS))
runner.run_many([sleeper(baseline.program, mark, 30) for mark in sys.argv[4:]], baseline.suite)
"""


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=SLOW),
        pytest.param(signal.SIGINT, marks=SLOW),
    ],
)
def test_the_runners_own_process_ends_in_the_middle_of_a_step(tmp_path, how):
    place = tmp_path / "place"
    place.mkdir()
    marks = [new_name(), new_name()]
    command = [sys.executable, "-c", OWNER, ROOT, place, tmp_path / "cache.sqlite", *marks]
    with subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL) as owner:
        found = {wait_for(mark, 60.0) for mark in marks}
        below = descendants(owner.pid)
        assert len(below) >= 8, "a monitor, a base, two slots of it, and a child each"
        assert found <= below
        owner.send_signal(how)
        assert owner.wait(20) != 0
    deadline = time.monotonic() + 15
    while (list(place.iterdir()) or running(below)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(place.iterdir()) == []
    assert running(below) == []


# --- a full disk --------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A temporary folder on a disk of 2 MB, where mounting is allowed; else an ordinary folder."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True).returncode == 0
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder, mounted
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_between_steps_is_not_the_one_that_tests_run_on(small):
    folder, mounted = small
    before = at_rest(folder)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, *project(SOURCE, TESTS))
        go_on(runner, baseline)
        restore = fill(folder) if mounted else block(folder)
        larger = edited(baseline.program, "return True", f"return 1 == 1  # {'x' * 3_000_000}")
        assert names_of(runner.run(larger, baseline.suite)) == ["PASSED"] * 3
        restore()
        go_on(runner, baseline)
    assert settled(folder, before) == before


def fill(folder):
    """Fill the disk to its last byte; return what makes room again."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return (folder / "filler").unlink


def block(folder):
    """Without a disk of our own: put files where the runner writes folders; return the undoing."""
    (base,) = folder.iterdir()
    away = folder.with_name("away")
    base.rename(away)
    base.write_text("in the way")

    def restore():
        base.unlink()
        away.rename(base)

    return restore


@SLOW
@pytest.mark.parametrize("where", ["HERE", "os.environ['TMPDIR']", "'/tmp'", "'/dev/shm'"])
def test_a_test_that_fills_what_it_may_write_to(known, place, where):
    runner, baseline = known
    before = at_rest(place)
    code = f"[os.posix_fallocate(os.open({where} + f'/{{n}}', 65), 0, 1 << 24) for n in range(99)]"
    outcome = runner.run(faulty(baseline.program, code), baseline.suite)
    # On a slow machine the processor's limit may come first.
    assert names_of(outcome) in (["PASSED", end, "PASSED"] for end in ("FAILED", "TIMEOUT"))
    if outcome.results[1].status is Status.FAILED:
        assert "No space left" in outcome.results[1].message
    go_on(runner, baseline)
    assert settled(place, before) == before


# --- several runners ----------------------------------------------------------------------------


def test_two_runners_at_once_in_threads(known, place):
    _, baseline = known
    before = at_rest(place)
    wrong = []

    def work(start):
        with LocalRunner(cache=False) as runner:
            runner.adopt(baseline)
            for number in range(start, start + 40):
                outcome = runner.run(numbered(baseline.program, number), baseline.suite)
                if names_of(outcome) != wanted_of(number):
                    wrong.append((number, names_of(outcome)))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 1001)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert settled(place, before) == before


@SLOW
def test_runners_in_turns_do_not_disturb_one_another(known, place):
    _, baseline = known
    before = at_rest(place)
    other = edited(baseline.program, "value * 2", "value + value")
    with LocalRunner(cache=False) as one, LocalRunner(cache=False) as two:
        one.adopt(baseline)
        second = measure(two, other, baseline.suite)
        for number in range(6):
            for runner, home in ((one, baseline), (two, second)):
                outcome = runner.run(numbered(home.program, number), home.suite)
                assert names_of(outcome) == wanted_of(number)
        two.close()
        go_on(one, baseline)
    assert settled(place, before) == before


@pytest.mark.parametrize("count", [3, pytest.param(15, marks=SLOW)])
@pytest.mark.parametrize("closed", [pytest.param(True, marks=SLOW), False])
def test_many_runners_opened_and_closed(known, place, count, closed):
    _, baseline = known
    before = at_rest(place)
    for number in range(count):
        runner = LocalRunner(cache=False)
        runner.adopt(baseline)
        outcome = runner.run(numbered(baseline.program, number), baseline.suite)
        assert names_of(outcome) == wanted_of(number)
        if closed:
            runner.close()
            runner.close()
        del runner  # one that nobody closed ends with its last reference
    assert settled(place, before) == before
