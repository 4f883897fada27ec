"""The self-test fails where a layer is not put in place, though the layer itself would hold."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nerion_gym.execution.confinement import machine, selftest

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]
LAYERS = {
    "run's filter": r"self\._filter\.install\(.*\)",
    "run's ruleset": r"self\._ruleset\.bind\(\)",
    "servers' filter": r"seccomp\.build\(.*\)\.install\(.*\)",
    "servers' ruleset": r"outer\.bind\(\)",
    "not dumpable": r"show_nothing\(\)",
    "limit on files": r"limit\(resource\.RLIMIT_NOFILE.*\)",
    "end with the parent": r"die_with_parent\(.*\)",
    "capabilities of servers": r"keep_capabilities\(kept\)",
    "capabilities of a run": r"keep_capabilities\(self\._kept\)",
    "services hidden": r"sockets\.hide\(\)",
    "processes of a run": r"self\._namespaces\.open_one\(\)",
    "network": r"(?<=NEW_MOUNTS \| )\(NEW_NETWORK \| NEW_IPC if inside else 0\)",
}
"""What a cage does, and how the line looks that does it."""
TOGETHER = re.compile("(all layers|servers) of (strict|package)")


@pytest.fixture
def report_of(monkeypatch, tmp_path):
    """Return what comes of the self-test where a cage lacks what it does in some lines."""

    def run(*lines):
        folder = tmp_path / "nerion_gym" / "execution"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "nerion_gym" / "execution", folder, ignore=ignored)
        cage = folder / "cage.py"
        text = cage.read_text(encoding="utf-8")
        for line in lines:
            text, found = re.subn(line, "0", text)
            assert found, f"cage.py has no line like {line}"
        cage.write_text(text, encoding="utf-8")
        monkeypatch.setattr(selftest, "SCRIPT", folder / "probes.py")
        return selftest.judged(selftest.probe(), 0.0, cached=False)

    return run


def test_a_copy_of_the_code_holds(report_of):
    test = report_of()
    assert test.complaint == ""
    assert test.room == machine.self_test().room


@pytest.mark.slow
@pytest.mark.parametrize("line", LAYERS.values(), ids=LAYERS)
def test_a_cage_that_lacks_a_layer_is_found_out(report_of, line):
    assert TOGETHER.match(report_of(line).complaint)


def test_a_cage_without_the_promise_is_found_out(report_of):
    """Where capabilities were given up, the kernel itself refuses the layers that need it."""
    assert report_of(r"no_new_privileges\(\)").complaint


def test_a_cage_that_lacks_everything_is_found_out(report_of):
    lines = [*LAYERS.values(), r"no_new_privileges\(\)"]
    assert TOGETHER.match(report_of(*lines).complaint)


def test_a_process_that_promised_already_may_go_on(tmp_path):
    """Services and containers are started with no_new_privs, and keep it."""
    code = (
        "from nerion_gym.execution.confinement import kernel, machine\n"
        "kernel.prctl(kernel.NO_NEW_PRIVILEGES, 1)\n"
        "tests = [machine.run_self_test(machine.filter_digest(), fresh=False) for _ in '12']\n"
        "print([(test.complaint, test.cached) for test in tests])"
    )
    kept = tmp_path / "nerion-gym"
    said = []
    for lines in (code, code.replace("kernel.prctl", "0, ")):
        done = subprocess.run(
            [sys.executable, "-c", lines],
            cwd=ROOT,
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append((done.stdout, {path.name for path in kept.iterdir()}))
    (first, its), (other, others) = said
    assert first == other == "[('', False), ('', True)]\n"
    assert its.isdisjoint(others), "what was given is not remembered as probed"


def test_a_temporary_folder_whose_name_is_too_long_for_sockets(tmp_path, monkeypatch):
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    test = selftest.judged(selftest.probe(), 0.0, cached=False)
    assert test.complaint == ""
    assert test.room == machine.self_test().room
    assert len(test.probes) < len(machine.self_test().probes)
