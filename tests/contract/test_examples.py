"""Every example runs, as a user would start it, and prints what it says it does."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples"
PAGE = ROOT / "docs" / "examples.md"
OWN_ENVIRONMENT = {"openenv_server.py", "rllib_ppo.py", "verifiers_env.py"}
"""They have tests of their own, run by `make openenv`, `make rllib` and `make verifiers`."""
EXAMPLES = sorted(FOLDER.glob("*.py"))
RUNNABLE = [path for path in EXAMPLES if path.name not in OWN_ENVIRONMENT]

# Small budgets: these runs are here to show that each works; that agents learn is tested elsewhere.
ARGUMENTS = {
    "cleanrl_ppo.py": ["--total-steps", "512"],
    "custom_agent.py": ["--world", "Nerion-ToyMath-v0", "--episodes", "2"],
    "gymnasium_vectors.py": ["--envs", "2", "--steps", "18"],
    "optuna_search.py": ["--world", "Nerion-ToyMath-v0", "--trials", "4"],
    "pyg_dataloader.py": ["--programs", "2", "--edits", "12", "--epochs", "2"],
    "record_video.py": ["--world", "Nerion-ToyMath-v0", "--episodes", "1"],
    "sb3_contrib_maskable_ppo.py": ["--steps", "128"],
    "sb3_dqn.py": ["--steps", "96"],
    "sb3_ppo.py": ["--steps", "128"],
    "sb3_vecenv.py": ["--world", "Nerion-ToyMath-v0", "--envs", "2", "--steps", "32"],
    "torchrl_ppo.py": ["--rounds", "2", "--steps", "32"],
}
TORCH_SCRIPT = "ignore:`torch.jit.script:DeprecationWarning"
ALLOWED = {
    # torch_geometric 2.8 calls torch.jit.script at import; torch 2.13 says that it is deprecated.
    "pyg_dataloader.py": [TORCH_SCRIPT],
    "sb3_contrib_maskable_ppo.py": [TORCH_SCRIPT],
    "sb3_dqn.py": [TORCH_SCRIPT],
    "sb3_ppo.py": [TORCH_SCRIPT],
    "sb3_vecenv.py": [TORCH_SCRIPT],
    "torchrl_ppo.py": [TORCH_SCRIPT],
    # moviepy 1.0.3 has such sequences in its docstrings; told where it is compiled first.
    "record_video.py": ["ignore:invalid escape sequence"],
}
NUMBER = r"-?\d+(?:\.\d+)?"
SURVIVORS = rf"{NUMBER}(?: ± {NUMBER})? survivors an episode"
SAVED = (
    rf"before   {SURVIVORS}\nafter    {SURVIVORS}, \d+ steps\n(.*\n)?loaded   {SURVIVORS}, from \w+"
)
PRINTED = {
    "cleanrl_ppo.py": rf"step    512   reward {NUMBER} over the last 20 episodes\n\d+ episodes: ",
    "gymnasium_vectors.py": r"all three gave the same rewards\n\Z",
    "networkx_graph.py": r"tests that reach (.*\n)+  test .*\n  FunctionDef .*\n(.*\n)+written",
    "optuna_search.py": rf"uniform   {NUMBER}(.*\n)+best of 4: {SURVIVORS} with prior",
    "pyg_dataloader.py": rf"epoch 2  loss {NUMBER}\nunseen programs: accuracy {NUMBER}, base rate",
    "record_video.py": r"episode 0: reward .* in 16 steps.*\nvideos/rl-video-episode-0\.mp4 ",
    "sb3_contrib_maskable_ppo.py": SAVED,
    "sb3_dqn.py": SAVED,
    "sb3_ppo.py": SAVED,
    "sb3_vecenv.py": r"the same rewards, step by step\nPPO: 32 steps, [1-9]\d* different programs",
    "torchrl_ppo.py": rf"round 2: {SURVIVORS}, 2 episodes\n\Z",
}
LONG = {
    "minari_export.py", "pyg_dataloader.py", "sb3_contrib_maskable_ppo.py", "sb3_dqn.py",
    "sb3_ppo.py", "sb3_vecenv.py", "torchrl_ppo.py",
}  # fmt: skip
"""Slow: they take seconds to import, and tests of what they use are elsewhere."""


def started(path, folder, *arguments, warnings=()):
    """Run an example in an empty folder, as a user would."""
    ways = [part for warning in ("error", *warnings) for part in ("-W", warning)]
    return subprocess.run(
        [sys.executable, *ways, str(path), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def cases():
    """Return the examples that run here, the long ones marked slow."""
    slow = pytest.mark.slow
    return [
        pytest.param(path, id=path.stem, marks=[slow] if path.name in LONG else [])
        for path in RUNNABLE
    ]


@pytest.mark.sandbox
@pytest.mark.parametrize("path", cases())
def test_example_runs(path, tmp_path):
    done = started(
        path, tmp_path, *ARGUMENTS.get(path.name, []), warnings=ALLOWED.get(path.name, [])
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    expected = PRINTED.get(path.name, "")
    assert re.search(expected, done.stdout), f"{expected}\n{done.stdout}"


@pytest.mark.pure
def test_no_table_here_speaks_of_an_example_that_is_gone():
    names = {path.name for path in EXAMPLES}
    assert {*ARGUMENTS, *ALLOWED, *PRINTED, *LONG, *OWN_ENVIRONMENT} <= names


def row_of(path):
    """Return an example's row of docs/examples.md, from the first lines of its docstring."""
    shown, _, rest = (ast.get_docstring(ast.parse(path.read_bytes())) or "").partition("\n\n")
    command = re.split(r" \[|  +", rest.strip().splitlines()[0])[0]
    if path.name not in command and not command.startswith("make "):  # a world's page says none
        command = f"python examples/{path.name}"
    return f"| [{path.name}](../examples/{path.name}) | {shown.rstrip('.')} | `{command}` |"


@pytest.mark.pure
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_page_of_examples_has_its_row(path):
    assert row_of(path) in PAGE.read_text(encoding="utf-8").splitlines(), row_of(path)


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
        [sys.executable, "-c", code, str(FOLDER)],
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
