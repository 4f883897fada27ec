"""docs/trace.md is true: its Python runs, its commands' flags exist, its table is the code's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nerion_gym.types.check import LITERAL, STRENGTH, CheckKind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")


@pytest.mark.sandbox
def test_its_python_runs_as_it_stands():
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "CheckKind.EQUAL" in done.stdout


@pytest.mark.sandbox
def test_the_flags_of_its_commands_exist():
    done = subprocess.run(
        [sys.executable, "-m", "nerion_gym.cli", "trace", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    commands = re.findall(r"^(?:\$ )?nerion trace(.*)$", PAGE, flags=re.MULTILINE)
    assert len(commands) >= 5
    said = {flag for one in commands for flag in re.findall(r"--[a-z-]+", one)}
    assert said <= set(re.findall(r"--[a-z-]+", done.stdout))


@pytest.mark.pure
def test_its_table_of_kinds_is_that_of_the_code():
    table = PAGE.partition("<!-- kinds -->")[2].partition("<!-- /kinds -->")[0]
    rows = re.findall(r"^\| (\w+) \| (\d) \|(.*)$", table, flags=re.MULTILINE)
    assert {CheckKind(kind): int(strength) for kind, strength, _ in rows} == STRENGTH
    (equal,) = [said for kind, _, said in rows if kind == "equal"]
    assert f"; {LITERAL} where the other side is a literal" in equal


@pytest.mark.pure
def test_its_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert [one for one in targets if not (ROOT / "docs" / one).exists()] == []
