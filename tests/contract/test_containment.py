"""What a run is stamped with, what a suite needs, and what machines that lack something give."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nerion_gym.errors import ConfigError, SandboxError
from nerion_gym.execution.confinement import machine, selftest
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.suite import Suite
from tests.support.projects import project

pytestmark = pytest.mark.sandbox
ROWS = 66
"""Of the self-test as root; an ordinary user has three less, a machine without terminals one, one
whose temporary folders have very long names two."""
SOURCE = "def double(value):\n    return 2 * value\n"
PLAIN = "from m import double\n\ndef test_double():\n    assert double(2) == 4\n"
NEEDY = """\
import socket
import subprocess
import sys
import tempfile

from m import double


def test_processes():
    assert subprocess.run([sys.executable, "-c", ""]).returncode == double(0)


def test_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert double(1) == 2


def test_files():
    with tempfile.TemporaryDirectory() as folder:
        assert double(len(folder))
"""


def measured(tests, containment):
    with LocalRunner(cache=False) as runner:
        return measure(runner, *project(SOURCE, tests, containment))


@pytest.mark.parametrize("containment", ["strict", "package"])
def test_results_are_stamped(containment):
    assert measured(PLAIN, containment).control.containment == containment


def test_what_a_suite_needs_is_recorded():
    assert measured(PLAIN, "package").coverage.needs == ()
    needy = measured(NEEDY, "package")
    assert needy.control.passing() == 3
    assert needy.coverage.needs == ("network", "processes", "temporary files")


def test_strictly_a_suite_gets_none_of_that():
    results = measured(NEEDY, "strict").control.by_id()
    found = {name.partition("::")[2]: result.exception for name, result in results.items()}
    assert found == {
        "test_processes": "PermissionError",
        "test_network": "PermissionError",
        "test_files": None,
    }


def test_services_of_the_machine_are_not_to_be_found():
    tests = """\
import os

from m import double

def test_services():
    assert double(len(os.listdir("/run"))) == 0
"""
    assert measured(tests, "package").control.passing() == 1


def test_a_containment_that_is_none_is_refused():
    with pytest.raises(ConfigError, match=r"containment='open': expected 'strict' or 'package'"):
        Suite((), ("t.py",), containment="open")


def test_containments_do_not_share_outcomes():
    assert Suite((), ("t.py",)).digest != Suite((), ("t.py",), containment="package").digest
    one, other = Suite((), ("t.py",)), Suite((), ("t.py",), containment="strict")
    assert one.digest == other.digest


# --- machines that cannot ------------------------------------------------------------------------


@pytest.fixture
def lacking(monkeypatch):
    """Let this machine lack something."""
    monkeypatch.setattr(machine, "_tested", [])
    monkeypatch.delenv(machine.UNSAFE, raising=False)

    def lack(**what):
        for name, value in what.items():
            monkeypatch.setattr(machine, name, value)

    return lack


def two_ways(error):
    text = str(error.value)
    assert "\n" not in text
    assert "virtual machine" in text
    assert "container" in text
    assert "WSL2" in text
    assert "NERION_UNSAFE=1" in text
    return text


@pytest.mark.parametrize("containment", ["strict", "package"])
def test_another_platform_is_refused(lacking, monkeypatch, containment):
    lacking()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError) as error:
        machine.plan_for(containment)
    assert "'darwin'" in two_ways(error)


def test_a_kernel_without_landlock_is_refused(lacking):
    lacking(landlock_version=lambda: 0)
    with pytest.raises(SandboxError) as error:
        machine.plan_for("strict")
    assert "Landlock" in two_ways(error)


def test_why_a_kernel_has_no_landlock_is_said(lacking):
    lacking(landlock_version=lambda: 0, landlock_absence=lambda: "it is switched off")
    with pytest.raises(SandboxError) as error:
        machine.plan_for("strict")
    assert "it is switched off" in two_ways(error)


def test_a_kernel_without_seccomp_is_refused(lacking, monkeypatch):
    lacking()
    monkeypatch.setattr(machine.seccomp, "absence", lambda: "Invalid argument")
    with pytest.raises(SandboxError) as error:
        machine.plan_for("strict")
    assert "takes no system call filters (seccomp): Invalid argument" in two_ways(error)


def test_what_the_kernel_says_of_itself_is_believed():
    assert machine.seccomp.absence() == ""
    assert machine.landlock_absence() == ""


def test_a_machine_without_a_filter_is_refused(lacking):
    lacking(filter_digest=lambda: "")
    with pytest.raises(SandboxError) as error:
        machine.plan_for("strict")
    assert "system call filter" in two_ways(error)


def test_without_namespaces_strict_is_stamped_and_package_refused(lacking):
    test = dataclasses.replace(machine.self_test(), room=False, why="unshare: not permitted")
    lacking(_tested=[test])
    assert machine.stamp("strict") == "strict-without-namespaces"
    with pytest.raises(SandboxError) as error:
        machine.plan_for("package")
    assert "containment='strict'" in two_ways(error)
    with LocalRunner(cache=False) as runner:
        outcome = runner.run(*project(SOURCE, NEEDY, "strict"))
    assert outcome.containment == "strict-without-namespaces"
    assert [result.exception for result in outcome.results] == [
        "PermissionError",
        "PermissionError",
        None,
    ]


@pytest.mark.parametrize("row", range(ROWS))
def test_a_layer_that_does_not_hold_stops_everything(lacking, row):
    good = machine.self_test()
    probes = list(good.probes)
    if row >= len(probes):
        assert os.geteuid() != 0, f"as root there are {ROWS} probes"
        return
    for change in ({"denied": False}, {"control": False}):
        broken = [*probes[:row], dataclasses.replace(probes[row], **change), *probes[row + 1 :]]
        lacking(_tested=[dataclasses.replace(good, probes=tuple(broken))])
        with pytest.raises(SandboxError) as error:
            machine.plan_for("strict")
        assert probes[row].layer in two_ways(error)


@pytest.mark.parametrize("change", [{"good": False}, {"bad": False}, {"probes": ()}])
def test_known_programs_must_come_to_their_ends(lacking, change):
    lacking(_tested=[dataclasses.replace(machine.self_test(), **change)])
    with pytest.raises(SandboxError, match="does not hold"):
        machine.plan_for("strict")


def test_unsafe_runs_with_limits_only_warns_once_and_stamps():
    script = f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from nerion_gym.execution.runner import LocalRunner
from tests.support.projects import project
with LocalRunner(cache=False) as runner:
    for tests in ({NEEDY!r}, {PLAIN!r}):
        outcome = runner.run(*project({SOURCE!r}, tests, "strict"))
        print(outcome.containment, outcome.passing())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"NERION_UNSAFE": "1"},
        check=True,
    )
    assert done.stdout.splitlines() == ["none 3", "none 1"]
    assert done.stderr.count("NERION_UNSAFE=1") == 1


def test_the_self_test_is_remembered_until_something_changes(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "_tested", [])
    made = machine.self_test()
    assert not made.cached
    assert made.ok
    monkeypatch.setattr(machine, "_tested", [])
    known = machine.self_test()
    assert known.cached
    assert known == made
    monkeypatch.setattr(machine, "_tested", [])
    monkeypatch.setattr(machine, "filter_digest", lambda: "another")
    assert not machine.self_test().cached
    monkeypatch.setattr(machine, "_tested", [])
    monkeypatch.setattr(selftest, "switch", lambda name: "changed since")
    assert not machine.self_test().cached
    (kept,) = (tmp_path / "nerion-gym").iterdir()
    kept.write_text("{")
    monkeypatch.setattr(machine, "_tested", [])
    assert not machine.self_test().cached, "a torn file counts as none"


def test_a_self_test_that_did_not_hold_is_not_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "_tested", [])
    machine.self_test()
    (kept,) = (tmp_path / "nerion-gym").iterdir()
    kept.write_text(kept.read_text().replace('"good", true', '"good", false'))
    monkeypatch.setattr(machine, "_tested", [])
    assert not machine.self_test().cached
