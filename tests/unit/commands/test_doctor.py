"""`nerion doctor` on this machine, whatever it gives, and on one that gives no namespaces."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from nerion_gym import cli
from nerion_gym.execution.confinement import kernel, machine

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def doctor(capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(machine.UNSAFE, raising=False)
    monkeypatch.setattr(machine, "_tested", [])

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["doctor", *arguments])
        out, err = capfd.readouterr()
        assert err == ""
        return ended.value.code or 0, out

    return run


def test_it_says_what_holds_here(doctor):
    code, out = doctor()
    found, test = machine.machine(), machine.self_test()
    assert code == (0 if test.room else 1)
    assert f"Landlock     version {found.landlock}" in out
    assert f"seccomp      filters {found.filter_digest}" in out
    assert f"self-test    held; {len(test.probes)} probes in" in out
    assert "strict       yes, whole" in out or "strict       without a room" in out
    rows = [line for line in out.splitlines() if line.endswith("denied   done")]
    assert len(rows) == len(test.probes)
    for probe in test.probes:
        assert any(probe.layer in row and probe.probe in row for row in rows)


def test_programs_are_told_the_same(doctor):
    code, out = doctor("--json")
    said = json.loads(out)
    assert said["exit_code"] == code
    assert said["self_test"]["ok"]
    assert len(said["self_test"]["probes"]) == len(machine.self_test().probes)
    assert set(said["containments"]) == {"strict", "package"}
    assert said["machine"]["filter_digest"] == machine.filter_digest()
    assert doctor("--quiet") == (code, "")


def test_a_fresh_self_test_is_made_though_one_is_remembered(doctor):
    assert "made now" in doctor()[1]
    machine._tested.clear()
    assert "remembered since the machine started" in doctor()[1]
    machine._tested.clear()
    assert "made now" in doctor("--fresh")[1]


def test_that_nothing_is_confined_is_said_first(doctor, monkeypatch):
    monkeypatch.setenv(machine.UNSAFE, "1")
    code, out = doctor()
    assert code == 2
    assert "advice       NERION_UNSAFE=1 is set: nothing is confined" in out


def without_namespaces():
    # An unmapped user of a namespace may make no other one.
    with contextlib.suppress(OSError):
        kernel.unshare(kernel.NEW_USER)


def test_a_machine_that_gives_no_namespaces(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "nerion_gym.cli", "doctor"],
        cwd=ROOT,
        env={"XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        preexec_fn=without_namespaces,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "self-test    held; 24 probes" in done.stdout
    assert "strict       without a room: no namespaces can be made" in done.stdout
    assert "package      no: no namespaces can be made" in done.stdout
    assert "advice " in done.stdout


def test_it_is_quick_and_loads_nothing_heavy(tmp_path):
    code = (
        "import sys; from nerion_gym import cli\n"
        "try: cli.main(['doctor', '--quiet'])\nexcept SystemExit: pass\n"
        "print({'torch', 'tensorboard', 'yaml', 'policies'} & set(sys.modules))"
    )
    spent = []
    for _ in range(3):
        before = getrusage(RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        after = getrusage(RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.stdout.strip() == "set()"
    assert min(spent) < 1.5, spent
