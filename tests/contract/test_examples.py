"""Every example runs, as a user would start it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = {"custom_agent.py": ["--world", "Nerion-ToyMath-v0", "--episodes", "2"]}
OWN_ENVIRONMENT = {"openenv_server.py", "verifiers_env.py"}
"""They have tests of their own, run by `make openenv` and `make verifiers`."""
EXAMPLES = sorted(
    path for path in (ROOT / "examples").glob("*.py") if path.name not in OWN_ENVIRONMENT
)


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


@pytest.mark.sandbox
def test_the_custom_world_tells_what_its_tests_do_not_read(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "custom_world.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["no", "noticed", "no"], done.stdout + done.stderr
    assert '"Hello, "' in lines[1]
