"""Hostile code that runs while the unchanged program is imported: in a server, not in a run.

Each attempt is noted by the module itself, and a test of its suite says whether it succeeded. The
same project under a plain pytest is the control. `test_hostile_user.py` runs this file too.
"""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import textwrap

import pytest

from nerion_gym.execution.confinement import machine
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.sandbox import FILE_BYTES, LOG_FD
from nerion_gym.types.outcome import Status
from nerion_gym.types.suite import PACKAGE, STRICT
from tests.support.hostile import BARE, kit_text
from tests.support.hostile_outside import Outside, marked, visible_place
from tests.support.hostile_run import must_end, new_mark, temporary
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox
GIGABYTE = 1 << 30
ATTEMPTS = {
    "chmod": 'os.chmod(TARGET["sentinel"], 0o777)',
    "utime": 'os.utime(TARGET["sentinel"], (0, 0))',
    "attribute": 'os.setxattr(TARGET["sentinel"], "user.hostile", b"x")',
    "write": 'change_beneath(TARGET["sentinel"])',
    "cut": 'os.truncate(TARGET["sentinel"], 0)',
    "tcp": 'connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TARGET["tcp"]))',
    "udp": 'connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", TARGET["udp"]))',
    "unix": 'connect(socket.AF_UNIX, socket.SOCK_STREAM, TARGET["unix"])',
    "abstract": 'connect(socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + TARGET["abstract"])',
    "signal": 'os.kill(TARGET["victim"], 0)',
    "memory": f"held = bytearray({2 * GIGABYTE})",
    "file": f'os.truncate(os.open("large", os.O_CREAT | os.O_WRONLY), {FILE_BYTES} + 1)',
    "device": 'os.utime("/dev/full")',
    "kernel": 'call("unshare", 0x10000000)',
}
SOURCE = """\
import os
import socket

from kit import *

said = {}


def attempt(name, act):
    try:
        act()
    except (OSError, MemoryError) as error:
        said[name] = str(error) or "refused"
    except EscapedError:
        said[name] = ""
    else:
        said[name] = ""


libc.prctl(SET_NAME, TARGET["mark"].encode(), 0, 0, 0)
ATTEMPTS
start_daemon()
libc.prctl(SET_NAME, b"python", 0, 0, 0)


def other(value):
    return value * 2
"""
TESTS = """\
import pytest

import m


@pytest.mark.parametrize("name", NAMES)
def test_refused(name):
    assert m.said[name]


def test_other():
    assert m.other(2) == 4
"""


def hostile_project(outside, kind):
    """Return the program and its suite."""
    lines = []
    for name, code in ATTEMPTS.items():
        lines += [f"def act():\n{textwrap.indent(code, '    ')}", f"attempt({name!r}, act)"]
    source = SOURCE.replace("ATTEMPTS\n", "\n".join(lines) + "\n")
    tests = TESTS.replace("NAMES", repr(list(ATTEMPTS)))
    containment = PACKAGE if kind == PACKAGE else STRICT
    return project(source, tests, containment, kit=kit_text(outside.target))


@pytest.fixture
def outside():
    found = Outside(visible_place(), new_mark())
    yield found
    for pid in marked(found.mark):
        os.kill(pid, signal.SIGKILL)
    found.close()


@pytest.mark.parametrize("kind", [STRICT, PACKAGE, BARE])
def test_what_is_refused_at_import(outside, tmp_path_factory, monkeypatch, kind):
    if kind == BARE:
        lesser = dataclasses.replace(machine.self_test(), room=False, why="not permitted")
        monkeypatch.setattr(machine, "_tested", [lesser])
    place = temporary(tmp_path_factory)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    program, suite = hostile_project(outside, kind)
    with LocalRunner(cache=False) as runner:
        outcome = runner.control(program, suite)
        assert outcome.containment == (machine.BARE_STAMP if kind == BARE else kind)
        escaped = [result.id for result in outcome.results if result.status is not Status.PASSED]
        # Without namespaces it is Landlock that keeps signals in, since its sixth version.
        known = {"signal"} if kind == BARE and machine.landlock_version() < 6 else set()
        assert {test.partition("[")[2].rstrip("]") for test in escaped} <= known
        assert len(outcome.results) == len(ATTEMPTS) + 1
        # The daemon belongs to the task, and goes with it.
        assert marked(outside.mark)
    assert must_end(outside.mark) == []
    assert outside.harm() == set()
    assert list(place.iterdir()) == []


@pytest.mark.slow
def test_unconfined_it_succeeds(outside, tmp_path):
    program, suite = hostile_project(outside, STRICT)
    for path, data in (*program.files, *suite.files):
        (tmp_path / path).write_bytes(data)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_m.py"]
    with (tmp_path / "said").open("w+") as said:  # not a pipe: the daemon would hold it open
        subprocess.run(command, cwd=tmp_path, stdout=said, stderr=said, timeout=60)
        said.seek(0)
        text = said.read()
    failed = {name for name in ATTEMPTS if f"test_refused[{name}]" in text}
    assert failed == set(ATTEMPTS), text[-3000:]
    assert outside.harm() == {"reached", "sentinel"}
    assert marked(outside.mark)


@pytest.mark.parametrize("kind", [STRICT, PACKAGE])
def test_the_log_does_not_grow(kind):
    head = f"""\
import os

wrote = 0
try:
    for _ in range(64):
        wrote += os.write({LOG_FD}, bytes(1 << 20))
except OSError:
    pass
"""
    tests = "import m\n\ndef test_log():\n    assert m.wrote <= 1 << 16\n"
    with LocalRunner(cache=False) as runner:
        outcome = runner.control(*project(head, tests, kind))
    assert [result.status for result in outcome.results] == [Status.PASSED], outcome.results


LIMITED = """\
import resource

from m import double


def test_limits():
    for which in ("DATA", "AS", "FSIZE", "CPU"):
        assert resource.getrlimit(getattr(resource, f"RLIMIT_{which}"))[0] > 0, which
    assert double(1) == 2


def test_a_gigabyte():
    assert double(len(bytearray(1 << 30)))
"""


@pytest.mark.parametrize("kind", [STRICT, PACKAGE])
def test_traced_tests_have_limits_too(kind):
    program, suite = project("def double(value):\n    return 2 * value\n", LIMITED, kind)
    with LocalRunner(cache=False) as runner:
        control = runner.control(program, suite)
        assert [result.status.name for result in control.results] == ["PASSED", "MEMORY"]
        coverage = runner.coverage(program, suite)
    assert coverage.tests["test_m.py::test_limits"]


@pytest.mark.parametrize("kind", [STRICT, PACKAGE])
def test_the_folder_of_all_tasks_is_closed(kind):
    source = "def work(value):\n    pass\n    return value + 1\n"
    tests = "from m import work\n\ndef test_work():\n    assert work(1) == 2\n"
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, *project(source, tests, kind))
        for line in ("__import__('os').chmod('../..', 0)", "__import__('os').mkdir('../../new')"):
            outcome = runner.run(edited(baseline.program, "pass", line), baseline.suite)
            assert [result.exception for result in outcome.results] == ["OSError"], outcome.results
        other = project(source + "\nnew = 1\n", tests, kind)
        assert measure(runner, *other).control.passing() == 1
        assert runner.stats.retried == 0
