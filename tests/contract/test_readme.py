"""The README is true: its Python runs, its commands' flags exist, its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(
    r"^(?:\$ )?(python scripts/\w+\.py|nerion \w+)((?:[^\n\\]|\\\n)*)", README, flags=re.MULTILINE
)


@pytest.fixture
def project(tmp_path):
    """A folder with the small package that the README's examples speak of."""
    (tmp_path / "src" / "mypkg").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "src" / "mypkg" / "__init__.py").write_text(
        "def area(width, height):\n    return width * height\n"
    )
    (tmp_path / "tests" / "test_area.py").write_text(
        "from mypkg import area\n\ndef test_area():\n    assert area(2, 2) == 4\n"
    )
    return tmp_path


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in a folder with the project importable."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.mark.sandbox
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_python_blocks_run_as_they_stand(number, project):
    done = python("-W", "error", "-c", BLOCKS[number], folder=project)
    assert done.returncode == 0, f"{BLOCKS[number]}\n{done.stderr}"


@pytest.mark.pure
def test_there_are_blocks_and_commands_to_check():
    assert len(BLOCKS) >= 3
    assert len(COMMANDS) >= 3


@pytest.mark.sandbox
@pytest.mark.parametrize("program", sorted({program for program, _ in COMMANDS}))
def test_flags_of_commands_exist(program):
    name = program.split()[1]
    start = [str(ROOT / name)] if name.endswith(".py") else ["-m", "nerion_gym.cli", name]
    done = python(*start, "--help", folder=ROOT)
    assert done.returncode == 0, done.stderr
    texts = [text for found, text in COMMANDS if found == program]
    flags = {flag for text in texts for flag in re.findall(r"(?<=\s)--?[a-z][\w-]*", text)}
    offered = set(re.findall(r"--?[a-zA-Z][\w-]*", done.stdout))
    assert flags <= offered


@pytest.mark.pure
def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.pure
def test_every_world_is_in_the_table():
    from envs_registry import WORLDS

    assert [world for world in WORLDS if f"| `{world}` |" not in README] == []


@pytest.mark.pure
def test_every_agent_is_named():
    from policies.policy import NAMES

    listed = README[README.index("`--algo` is one of") :].split(". ")[0]
    assert sorted(NAMES) == sorted(re.findall(r"`(\w+)`", listed))


@pytest.mark.sandbox
def test_the_way_from_a_survivor_to_its_difference_is_walked(project):
    code = "import sys; from nerion_gym import cli; cli.main(sys.argv[1:])"
    options = ("path:src/mypkg", "tests:tests", "--algo", "uniform", "--json")
    done = python(
        "-c", code, "train", "--env", "Nerion-Repo-v0", "--env-kwargs", *options, folder=project
    )
    (found, *_) = json.loads(done.stdout)["survivor_edits"]
    operator, place, *_ = found.split()
    shown = python("-c", code, "diff", place, "--operator", operator, folder=project)
    assert shown.returncode == 0, shown.stderr
    assert "+++ b/src/mypkg/__init__.py" in shown.stdout
