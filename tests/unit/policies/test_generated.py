"""A process that builds networks leaves nothing in the temporary folder."""

import os
import subprocess
import sys

import pytest

from tests.support.worlds import ROOT

CODE = """
import sys
from policies.encoder import Encoder
encoders = [Encoder(width=8, layers=2) for _ in range(2)]
print([name for name in sys.modules if "GINEConv_propagate" in name])
"""


@pytest.mark.sandbox
def test_no_generated_source_is_left_behind(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "GINEConv_propagate" in done.stdout
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
