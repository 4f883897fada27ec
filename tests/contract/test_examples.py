"""Every example runs, as a user would start it."""

from __future__ import annotations

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


@pytest.mark.sandbox
def test_a_minari_dataset_gives_back_every_array_with_its_dtype(tmp_path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "import gymnasium as gym, minari, numpy as np\n"
        "from minari_export import export, record_random\n"
        "from nerion_gym.envs.episodes.lines import read_episodes\n"
        "from nerion_gym.envs.episodes.rebuild import transitions\n"
        "from nerion_gym.memory.export import episode_arrays\n"
        "record_random(Path('e.jsonl'), 2)\n"
        "records = [record for _, record in read_episodes(Path('e.jsonl'))]\n"
        "export(records, 'nerion/test-v0', Path('sets'))\n"
        "dataset = minari.load_dataset('nerion/test-v0')\n"
        "env = gym.make(records[0].world, **records[0].kwargs, observation='padded').unwrapped\n"
        "assert dataset.observation_space == env.observation_space\n"
        "def same(a, b): return a.dtype == b.dtype and np.array_equal(a, b)\n"
        "for record, stored in zip(records, dataset.iterate_episodes(), strict=True):\n"
        "    given = episode_arrays(transitions(env, record))\n"
        "    assert given.observations.keys() == stored.observations.keys()\n"
        "    for name, array in given.observations.items():\n"
        "        assert same(array, stored.observations[name]), name\n"
        "    for name in ('actions', 'rewards', 'terminations', 'truncations'):\n"
        "        assert same(getattr(given, name), getattr(stored, name)), name\n"
        "first = dataset.recover_environment().reset(seed=records[0].seed)[0]\n"
        "assert all(same(first[key], dataset[0].observations[key][0]) for key in first)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(ROOT / "examples")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
