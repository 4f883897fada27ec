"""Programs and tests that misbehave, and processes that are lost: the next step works."""

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from nerion_gym.errors import SandboxError
from nerion_gym.execution.control import measure
from nerion_gym.execution.pool import GRACE_SECONDS
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.settings import Settings
from nerion_gym.types.outcome import Status, survived
from tests.support.faults import striking
from tests.support.processes import (
    chain,
    descendants,
    inside,
    naming,
    new_name,
    running,
    tasks,
    wait_for,
)
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox

SOURCE = """\
import os


def work(value):
    return value + 1


def other(value):
    return value * 2
"""
TESTS = """\
import pathlib
from m import other, work


def test_work():
    assert work(1) == 2


def test_other():
    assert other(2) == 4
    assert pathlib.Path("m.py").exists()
"""
TROUBLE = {
    "prints 20 MB": ("print('x' * 1000000 * 20)", Status.PASSED),
    "writes 20 MB to descriptor 1": (
        "[os.write(1, b'x' * 1000000) for _ in range(20)]", Status.PASSED,
    ),
    "closes every descriptor": ("os.closerange(0, 5000)", Status.CRASHED),
    "writes rubbish to every descriptor": (
        "[_write(fd) for fd in range(600)]",
        Status.PASSED,
    ),
    "forks a daemon": ("_daemon()", Status.PASSED),
    "leaves a thread": (
        "__import__('threading').Thread(target=__import__('time').sleep, args=(60,)).start()",
        Status.PASSED,
    ),
    "changes the folder": ("os.chdir('/')", Status.PASSED),
    "ignores signals": (
        "[__import__('signal').signal(n, 1) for n in (2, 14, 15, 27)] and _forever()",
        Status.TIMEOUT,
    ),
    "stops itself": ("os.kill(os.getpid(), 19)", Status.TIMEOUT),
    "removes the project": ("__import__('shutil').rmtree('.', ignore_errors=True)", Status.PASSED),
    "replaces a file by a link": (
        "(os.remove('test_m.py'), os.symlink('/etc/hostname', 'test_m.py'))", Status.PASSED,
    ),
    "makes unreadable folders": ("(os.makedirs('a/b/c'), os.chmod('a', 0))", Status.PASSED),
    "recurses for ever": ("work(value)", Status.FAILED),
    "exits": ("__import__('sys').exit(0)", Status.FAILED),
    "interrupts": ("(_ for _ in ()).throw(KeyboardInterrupt)", Status.CRASHED),
    "ends pytest": ("__import__('pytest').exit('enough')", Status.CRASHED),
}  # fmt: skip
HELPERS = """


def _write(fd):
    try:
        os.write(fd, b"rubbish" * 3)
    except OSError:
        return


def _forever():
    while True:
        pass


def _daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            import time
            time.sleep(600)
        os._exit(0)
"""
SLOW = ("stops itself",)
SEEN_BY_THE_NEXT = ("changes the folder", "removes the project")


def settled(most=0, seconds=5.0):
    """Return how many processes are below this one, once they are few enough or time is up.

    Each process that serves keeps one child ahead, a new one after every step.
    """
    time.sleep(0.3)
    end = time.monotonic() + seconds
    while most and len(descendants(os.getpid())) > most and time.monotonic() < end:
        time.sleep(0.05)
    return len(descendants(os.getpid()))


def handles():
    """Return the number of open file descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(scope="module")
def known():
    program, suite = project(SOURCE + HELPERS, TESTS)
    with LocalRunner(cache=False) as runner:
        yield runner, measure(runner, program, suite)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.slow if case in SLOW else ()) for case in TROUBLE],
)
def test_trouble_has_its_status_and_the_next_step_works(known, case):
    runner, baseline = known
    code, status = TROUBLE[case]
    clean = runner.run(
        edited(baseline.program, "return value + 1", "return 1 + value"), baseline.suite
    )
    assert survived(clean, baseline.control)
    processes, open_files = settled(), handles()
    program = edited(baseline.program, "    return value + 1", f"    {code}\n    return value + 1")
    outcome = runner.run(program, baseline.suite)
    assert outcome.results[0].status is status, outcome.results[0]
    # In one session the second test sees the folder that the first one left.
    after = Status.FAILED if case in SEEN_BY_THE_NEXT else Status.PASSED
    assert outcome.results[1].status is after
    again = edited(baseline.program, "return value + 1", "return value + 2")
    names = [result.status.name for result in runner.run(again, baseline.suite).results]
    assert names == ["FAILED", "PASSED"]
    fine = edited(baseline.program, "return value * 2", "return 2 * value")
    assert survived(runner.run(fine, baseline.suite), baseline.control)
    assert settled(processes) <= processes
    assert handles() == open_files


def test_a_lost_process_is_replaced_once(known):
    runner, baseline = known
    for number, pid in enumerate(sorted(descendants(os.getpid()), reverse=True)):
        if not Path(f"/proc/{pid}").exists():
            continue  # it went with the one before
        before = runner.stats.retried
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        program = edited(baseline.program, "value + 1", f"value + {100 + number}")
        names = [result.status.name for result in runner.run(program, baseline.suite).results]
        assert names == ["FAILED", "PASSED"]
        assert runner.stats.retried <= before + 1
    assert runner.stats.retried > 0


def test_a_program_that_ends_its_parent_ends_itself(known):
    runner, baseline = known
    retried = runner.stats.retried
    program = edited(
        baseline.program, "return value + 1",
        "import signal; os.kill(os.getppid(), signal.SIGKILL); return value + 1",
    )  # fmt: skip
    # Its parent lives outside its namespace and has no number there: 0 is its own group.
    assert runner.run(program, baseline.suite).results[0].status is Status.CRASHED
    assert runner.stats.retried == retried


def test_a_process_lost_in_the_middle_of_a_step_twice(known):
    runner, baseline = known
    name = new_name()
    program = edited(
        baseline.program, "return value + 1",
        f"{naming(name)}; __import__('time').sleep(20); return value + 1",
    )  # fmt: skip

    def kill_twice():
        for _ in range(2):
            run = wait_for(name)
            os.kill(chain(run)["warm"], signal.SIGKILL)
            while running([run]):
                time.sleep(0.01)

    started = time.monotonic()
    with striking(kill_twice), pytest.raises(SandboxError, match="lost twice"):
        runner.run(program, baseline.suite)
    assert time.monotonic() - started < GRACE_SECONDS / 2, "it was noticed, not waited for"
    again = edited(baseline.program, "value + 1", "value + 2")
    names = [result.status.name for result in runner.run(again, baseline.suite).results]
    assert names == ["FAILED", "PASSED"]


@pytest.fixture
def unconfined(monkeypatch):
    monkeypatch.setenv("NERION_UNSAFE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


@pytest.mark.usefixtures("unconfined")
def test_a_full_disk_is_a_clear_error_where_the_scratch_folder_is_on_it(monkeypatch, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:
        # Without the right to mount: a folder that cannot be written says the same.
        monkeypatch.setattr("nerion_gym.execution.pool.tempfile.mkdtemp", lambda **_: "/proc/self")
        with pytest.raises((SandboxError, OSError)):
            run_large(tmp_path)
        return
    try:
        monkeypatch.setattr("tempfile.tempdir", str(small))
        with pytest.raises(SandboxError, match="scratch"):
            run_large(tmp_path)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def run_large(_folder):
    program, suite = project(SOURCE + "# " + "x" * 200_000 + "\n", TESTS)
    with LocalRunner() as runner:
        runner.run(program, suite)


def test_nothing_is_left_after_close():
    processes = descendants(os.getpid())
    open_files = handles()
    program, suite = project(SOURCE, TESTS)
    runner = LocalRunner()
    baseline = measure(runner, program, suite)
    runner.run(edited(program, "value + 1", "value + 5"), suite)
    (base,) = runner._far._bases.values()
    folder = base.folder
    assert Path(folder).is_dir()
    runner.close()
    assert descendants(os.getpid()) == processes
    assert handles() == open_files
    assert not Path(folder).exists()
    assert baseline.control.results


ENDINGS = {
    "returns": "",
    "raises": "raise RuntimeError",
    "is killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_far_side_ends_with_its_owner(ending):
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[3])!r})
from nerion_gym.execution.settings import Settings
from nerion_gym.execution.runner import LocalRunner
from tests.support.projects import project
program, suite = project({SOURCE!r}, {TESTS!r})
runner = LocalRunner()
runner.run(program, suite)
(base,) = runner._far._bases.values()
print(base._process.pid, base.folder, flush=True)
{ENDINGS[ending]}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    pid, folder = done.stdout.split()
    deadline = time.monotonic() + 10
    left = [Path(f"/proc/{pid}"), Path(folder)]
    while any(path.exists() for path in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [path for path in left if path.exists()] == []


def entries(folder):
    """Return how many files and folders there are in a runner's folder, in its rooms too."""
    places = [Path(folder), *(inside(task, folder) for task in tasks(os.getpid()))]
    return sum(len(list(place.rglob("*"))) for place in places)


def test_memory_and_files_do_not_grow(known):
    runner, baseline = known
    programs = [
        edited(baseline.program, "value + 1", f"value + {number}") for number in range(200, 260)
    ]
    for program in programs[:10]:
        runner.run(program, baseline.suite)
    (base,) = runner._far._bases.values()
    files, descriptors = entries(base.folder), handles()
    for program in programs[10:]:
        runner.run(program, baseline.suite)
    assert entries(base.folder) == files
    assert handles() == descriptors


@pytest.mark.parametrize(("bytes_kept", "alive"), [(1 << 40, 3), (1, 1)])
def test_tasks_that_take_too_much_memory_together_are_ended_oldest_first(bytes_kept, alive):
    with LocalRunner(settings=Settings(kept_bytes=bytes_kept)) as runner:
        for number in range(3):
            program, suite = project(f"{SOURCE}NUMBER = {number}\n", TESTS)
            assert runner.control(program, suite).passing() == 2
        kept = list(runner._far._slots.values())
        assert len(kept) == alive
        assert all(slot.warmth.memory > 1 << 20 for slots in kept for slot in slots)
        assert runner.control(program, suite).passing() == 2


def test_many_at_once_may_stop_at_their_first_failure(known):
    runner, baseline = known
    wrong = edited(baseline.program, "return value + 1", "raise ValueError")
    names = [
        [result.status.name for result in outcome.results]
        for outcome in runner.run_many([wrong], baseline.suite, stop_at_first_failure=True)
    ]
    assert names[0][0] == "FAILED"
    assert runner.run(wrong, baseline.suite).results[0].exception == "ValueError"


@pytest.mark.slow
def test_a_test_that_waits_for_longer_than_it_computes_is_given_the_time():
    slow = "import time\n\ndef test_waits():\n    time.sleep(2.5)\n    assert work(1) == 2\n"
    program, suite = project(SOURCE, TESTS + slow)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, program, suite)
        same = edited(program, "return value + 1", "return 1 + value")
        assert survived(runner.run(same, suite), baseline.control)
        assert runner.stats.repeated == 0


def test_unittest_classes_do_not_look_like_tests_that_leave_something_behind():
    tests = """\
import unittest
from m import other, work

class TestBoth(unittest.TestCase):
    def test_work(self): self.assertEqual(work(1), 2)
    def test_other(self): self.assertEqual(other(2), 4)
"""
    program, suite = project(SOURCE, tests)
    with LocalRunner(cache=False) as runner:
        measure(runner, program, suite)
        outcome = runner.run(edited(program, "return value + 1", "return value - 1"), suite)
        # unittest sorts its tests by name.
        assert [result.status.name for result in outcome.results] == ["PASSED", "FAILED"]
        assert (outcome.selected, runner.stats.widened) == (1, 0)
