"""Every example runs, as a user would start it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = {"custom_agent.py": ["--world", "Nerion-ToyMath-v0", "--episodes", "2"]}
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.sandbox
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path), *ARGUMENTS.get(path.name, [])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.sandbox
def test_the_custom_agent_tries_nothing_twice_and_finds_the_known_gaps(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import gymnasium as gym, numpy as np\n"
        "from custom_agent import SurvivorSeeker, run_episode\n"
        "env = gym.make('Nerion-ToyMath-v0')\n"
        "def agent(seed): return SurvivorSeeker(np.random.default_rng(seed))\n"
        "found = [run_episode(env, agent(seed), seed) for seed in range(3)]\n"
        "assert all(len(set(edits)) == len(edits) for edits in found), found\n"
        "assert any(found)\n"
        "assert env.unwrapped.stats.steps == 3 * env.unwrapped.world.limits.steps\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "examples")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def code_lines(path):
    """Count the lines that are neither blank nor a comment nor a docstring."""
    text = path.read_text(encoding="utf-8")
    said = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            said |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(text.splitlines(), start=1)
    return sum(bool(line.split("#")[0].strip()) for number, line in lines if number not in said)


@pytest.mark.pure
def test_a_world_of_ones_own_takes_thirty_lines():
    assert 10 < code_lines(ROOT / "examples" / "custom_world.py") <= 30


@pytest.mark.sandbox
def test_the_custom_world_passes_the_checks_of_every_world(tmp_path):
    path = str(ROOT / "examples" / "custom_world.py")
    done = subprocess.run(
        [sys.executable, "-m", "nerion_gym.cli", "worlds", "--check", path, "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (world,) = json.loads(done.stdout)
    outcomes = {row["check"]: row["outcome"] for row in world["checks"]}
    assert (world["id"], world["passed"]) == ("Till-v0", True)
    assert {name for name, found in outcomes.items() if found != "passed"} == {
        "reference 1.0, no-op 0.0"
    }


@pytest.mark.sandbox
def test_the_custom_operator_tells_what_its_tests_do_not_read(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "custom_operator.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["no", "noticed", "no"], done.stdout + done.stderr
    assert '"Hello, "' in lines[1]
