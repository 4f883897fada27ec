"""The suite's own habits (tests/conftest.py): they must be able to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITE = """
import subprocess, sys
import pytest

def test_skips():
    pytest.skip("no such machine")

@pytest.mark.pure
def test_pure():
    assert 1 + 1 == 2

@pytest.mark.pure
def test_not_pure():
    with pytest.raises(RuntimeError, match="marked pure"):
        subprocess.run([sys.executable, "-c", ""])
"""


def run_suite(folder: Path, *, skips: str, ci: bool) -> subprocess.CompletedProcess[str]:
    """Run SUITE in a folder under a copy of our conftest."""
    shutil.copy(HERE / "conftest.py", folder)
    (folder / "skips.txt").write_text(skips)
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  pure: x\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"CI": "true"} if ci else {}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_suite.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.sandbox
def test_ci_fails_on_a_skip_that_is_not_listed(tmp_path):
    done = run_suite(tmp_path, skips="test_suite.py::test_skips | another reason\n", ci=True)
    assert done.returncode == 1
    assert "test_suite.py::test_skips was skipped (no such machine)" in done.stdout
    assert "2 passed, 1 skipped" in done.stdout


@pytest.mark.sandbox
@pytest.mark.parametrize(("skips", "ci"), [("*::test_skips | no such *\n", True), ("", False)])
def test_a_listed_skip_passes_and_so_does_any_outside_ci(tmp_path, skips, ci):
    done = run_suite(tmp_path, skips=skips, ci=ci)
    assert done.returncode == 0, done.stdout
