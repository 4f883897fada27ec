"""`examples/rllib_ppo.py` in an environment of its own: run by `make rllib`, not by `make test`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("module", "runners"), [("pointer", "1"), ("pointer", "0"), ("rllib", "1")]
)
def test_it_trains_and_says_so(module, runners, tmp_path):
    chosen = ["--module", module, "--runners", runners, "--iterations", "2"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "rllib_ppo.py"), *chosen],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    lines = re.findall(r"^iteration \d: (\d+) steps, (\S+) survivors", done.stdout, re.MULTILINE)
    assert [int(steps) for steps, _ in lines] == [256, 512], done.stdout
    assert all(float(found) >= 0.0 for _, found in lines)
