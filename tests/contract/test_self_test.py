"""The self-test where a process has given up something already."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]


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
