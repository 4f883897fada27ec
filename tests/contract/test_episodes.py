"""Episodes of every registered world: recorded here, run again in another process, alike."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym import cli
from nerion_gym.envs.episodes.confirm import Verdict, confirm
from nerion_gym.envs.episodes.lines import read_episodes, to_line
from nerion_gym.envs.episodes.record import arrays_of
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.training.tracks import TRACKS
from nerion_gym.wrappers.record import RecordEpisodes

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import hashlib, sys
from pathlib import Path
import gymnasium as gym, nerion_gym
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.envs.episodes.rebuild import transitions
from nerion_gym.envs.episodes.record import arrays_of
for line, record in read_episodes(Path(sys.argv[1])):
    found = transitions(gym.make(record.world, **record.kwargs).unwrapped, record).transitions
    digest = hashlib.sha256()
    for seen in [found[0].observation, *(step.next_observation for step in found)]:
        for name, array in arrays_of(seen):
            digest.update(f"{name}{array.dtype}{array.shape}".encode() + array.tobytes())
    print(digest.hexdigest(), [step.reward for step in found], found[-1].info["end"])
"""


def random_episode(env, seed):
    """Play one episode of at most eight steps, the first masked; yield what was seen."""
    rng = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    yield observation, 0.0, info
    action = np.flatnonzero(observation["action_mask"] == 0)[-1]
    for _ in range(8):
        observation, reward, terminated, truncated, info = env.step(action)
        yield observation, reward, info
        if terminated or truncated:
            return
        action = rng.choice(np.flatnonzero(observation["action_mask"]))


def played(env, seed):
    """Return a digest over every array that an episode showed, the rewards, and its end."""
    digest, rewards, info = hashlib.sha256(), [], {}
    for observation, reward, info in random_episode(env, seed):  # noqa: B007
        for name, array in arrays_of(observation):
            digest.update(f"{name}{array.dtype}{array.shape}".encode() + array.tobytes())
        rewards.append(reward)
    return f"{digest.hexdigest()} {rewards[1:]} {info['end']}"


@pytest.mark.parametrize("form", ["graph", "padded"])
def test_every_world_is_taken_again_elsewhere_byte_for_byte(world, form, tmp_path):
    world_id, arguments = world
    path = tmp_path / "episodes.jsonl"
    env = RecordEpisodes(gym.make(world_id, observation=form, **arguments), path)
    here = [played(env, seed) for seed in (3, 4)]
    env.reset()  # goes on with the world's own generator: taken again by name
    env.step(1)
    env.close()
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == here
    assert [episode.drawn for _, episode in read_episodes(path)] == [True, True, False]
    with LocalRunner(cache=False) as runner:
        again = gym.make(world_id, observation=form, **arguments).unwrapped
        again.runner = runner
        found = [confirm(again, episode) for _, episode in read_episodes(path)]
    assert [one.verdict for one in found] == [Verdict.SAME] * 3, found


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def nerion(capfd, monkeypatch, tmp_path):
    """Return a function that runs a command in an empty folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str):
        with pytest.raises(SystemExit) as ended:
            cli.main(["validate", *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


@pytest.fixture(scope="module")
def episodes(tmp_path_factory):
    path = tmp_path_factory.mktemp("recorded") / "good.jsonl"
    env = RecordEpisodes(gym.make("Nerion-ToyMath-v0"), path)
    for seed in (0, 1):
        for _ in random_episode(env, seed):
            pass
    env.close()
    return [episode for _, episode in read_episodes(path)]


def written(tmp_path, episodes, name="e.jsonl"):
    path = tmp_path / name
    path.write_text("".join(map(to_line, episodes)))
    return str(path)


def with_step(episode, number, **changes):
    steps = list(episode.steps)
    steps[number] = replace(steps[number], **changes)
    return replace(episode, steps=tuple(steps))


def test_what_is_the_same_is_said_to_people(nerion, episodes, tmp_path):
    code, out, err = nerion(written(tmp_path, episodes))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("same    e.jsonl:1 Nerion-ToyMath-v0 math_logic (seed 0) 8 steps")
    assert "(broken off)" in lines[0]
    assert lines[2].startswith("2 episodes: 2 same; ")
    assert "executions in" in lines[2]


def test_a_tampered_file_fails_and_says_where(nerion, episodes, tmp_path):
    first, second = episodes
    number = next(n for n, step in enumerate(second.steps) if step.edit is not None)
    outcome = second.steps[number].outcome
    turned = ("F" if outcome[0] == "." else ".") + outcome[1:]
    lies = [
        with_step(first, 3, reward=first.steps[3].reward + 1),
        with_step(second, number, outcome=turned),
        replace(first, seed=None, task_id="0" * 16),
        first,
    ]
    code, out, err = nerion(written(tmp_path, lies), "--json")
    found = json.loads(out)
    assert (code, err, found["passed"]) == (1, "", False)
    assert found["counts"] == {"same": 1, "differs": 2, "flaky": 0, "cannot be rebuilt": 1}
    rows = found["episodes"]
    assert [(row["line"], row["verdict"], row["step"]) for row in rows] == [
        (1, "differs", 4),
        (2, "differs", number + 1),
        (3, "cannot be rebuilt", 0),
        (4, "same", None),
    ]
    assert "reward is" in rows[0]["why"]
    assert rows[1]["tests"] == [second.tests[0]]
    assert f"{second.tests[0]} " in rows[1]["why"]
    assert "4 runs agree" in rows[1]["why"]
    code, out, _ = nerion(written(tmp_path, lies))
    assert code == 1
    assert "DIFFERS e.jsonl:1" in out
    assert "        step 4: reward is" in out
    assert "CANNOT BE REBUILT e.jsonl:3" in out
    assert nerion(written(tmp_path, lies), "--quiet") == (1, "", "")


def test_a_package_at_no_path_cannot_be_rebuilt(nerion, episodes, tmp_path):
    paths = ("a\0b", "\ud800", "~nobody-of-that-name/a", "a" * 5000, "/proc", "/dev/zero")
    lies = [
        replace(episodes[0], world=world, kwargs={"path": path})
        for world in ("Nerion-Repo-v0", "Nerion-Self-v0")
        for path in paths
    ]
    code, out, err = nerion(written(tmp_path, lies), "--json")
    assert (code, err) == (1, "")
    assert json.loads(out)["counts"]["cannot be rebuilt"] == len(lies)


def test_bad_input_is_one_line_that_names_the_line_and_the_fix(nerion, episodes, tmp_path):
    good = to_line(episodes[0])
    cases = {
        "hello\n": "e.jsonl, line 1: not JSON",
        good + '{"format": "nerion-episode", "version": 9}\n': "line 2: version 9: this nerion-gym",
        good + good[:200]: "line 2: the last line is cut off",
        to_line(replace(episodes[0], world="Nerion-ToyMth-v0")): "(did you mean 'Nerion-ToyMath",
        to_line(replace(episodes[0], world="os:Nerion-ToyMath-v0")): "is not registered",
        to_line(
            replace(episodes[0], world="CartPole-v1", kwargs={})
        ): "is not a code-editing world",
        to_line(replace(episodes[0], kwargs={"splt": "val"})): "has none (did you mean 'split'",
        to_line(
            replace(episodes[0], kwargs={"runner": "x"})
        ): "'runner' is no argument that an episode depends on",
        to_line(replace(episodes[0], kwargs={"split": 3})): "line 1: Nerion-ToyMath-v0 cannot be",
        good.replace(
            '"kwargs":{}', f'"kwargs":{{"split":{"[" * 500}{"]" * 500}}}'
        ): "cannot be made with {'split': [[[",
        to_line(
            replace(episodes[0], kwargs={"render_mode": "human"})
        ): "'render_mode' is no argument that an episode depends on",
        to_line(
            replace(episodes[0], world="phys2d/CartPole-v1", kwargs={})
        ): "phys2d/CartPole-v1, which others registered, cannot be imported",
        to_line(
            replace(
                episodes[0],
                world="Nerion-Self-v0",
                kwargs={"modules": ["a" * 5000]},
            )
        ): "File name too long",
        to_line(replace(episodes[0], world="N" * 10**6)): "NNN...' is not registered; `nerion",
        good.replace('"version":1', '"version":2').replace(
            '"nerion-gym":"', '"nerion-gym":"\\u001b]0;\\u0007\\n'
        ): "reads version 1; read it with the one that wrote it (nerion-gym '",
        good.replace('"site":{', '"site":{"\\u001b[31m":1,', 1): '"edit" cannot be read',
    }
    for text, message in cases.items():
        path = tmp_path / "e.jsonl"
        path.write_text(text)
        code, out, err = nerion(str(path))
        assert (code, out) == (2, ""), message
        assert err.startswith("error: "), err
        assert message in err
        assert err[:-1].isprintable()  # so it is one line, and steers no terminal
        assert len(err) < 1000
    for arguments in ((), ("e.jsonl", "--manifest", "m.json"), ("missing.jsonl",)):
        assert nerion(*arguments)[0] == 2


def test_a_package_that_lies_elsewhere_is_given(nerion, project, tmp_path):
    path = tmp_path / "p.jsonl"
    env = RecordEpisodes(gym.make("Nerion-Repo-v0", path=str(project / "tiny.py")), path)
    for _ in random_episode(env, 0):
        pass
    env.close()
    ((_, episode),) = read_episodes(path)
    moved = written(tmp_path, [replace(episode, kwargs={"path": "gone/tiny.py"})])
    code, out, _ = nerion(moved)
    assert code == 1
    assert "CANNOT BE REBUILT" in out
    assert "--env-kwargs path:PATH" in out
    assert nerion(moved, "--quiet", "--env-kwargs", f"path:{project / 'tiny.py'}")[0] == 0


FLAKY = """\
import os, tiny

def test_coin():
    assert tiny.total([1, 2]) == 3 or os.urandom(1)[0] % 2
"""


def test_a_flaky_test_is_told_from_a_lie(nerion, tmp_path):
    folder, path = tmp_path / "project", tmp_path / "p.jsonl"  # beside it: a file in it is of it
    folder.mkdir()
    (folder / "tiny.py").write_text("def total(values):\n    return sum(values) + 0\n")
    (folder / "test_tiny.py").write_text(FLAKY)
    env = RecordEpisodes(gym.make("Nerion-Repo-v0", path=str(folder / "tiny.py")), path)
    env.reset(seed=0)
    texts = [edit.text for edit in env.unwrapped.edits]
    env.step(1 + texts.index("1"))  # sum(values) + 1, which the coin hides every other time
    env.close()
    honest = [episode for _, episode in read_episodes(path)]
    code, out, _ = nerion(written(tmp_path, honest * 12), "--json", "--repeats", "20")
    rows = json.loads(out)["episodes"]
    assert code == 1
    assert {row["verdict"] for row in rows} == {"same", "flaky"}, rows
    told = next(row for row in rows if row["verdict"] == "flaky")
    assert told["tests"] == ["test_tiny.py::test_coin"]
    assert "21 runs of this program do not agree" in told["why"]


def test_a_submission_is_checked_run_again_and_scored(nerion, episodes, tmp_path, monkeypatch):
    small = replace(
        TRACKS["probe"], name="toy", world="Nerion-ToyMath-v0", kwargs={}, episodes=1, budget=5
    )
    monkeypatch.setitem(TRACKS, "toy", small)
    monkeypatch.setattr("nerion_gym.training.tracks.MIN_AGENTS", 2)
    path = tmp_path / "whole.jsonl"
    env = RecordEpisodes(gym.make("Nerion-ToyMath-v0"), path)
    for action in (1, 0):
        env.reset(seed=0)
        while not env.step(action)[2]:
            pass
    env.close()
    whole, other = [episode for _, episode in read_episodes(path)]
    manifest = {
        "format": "nerion-submission",
        "version": 1,
        "track": "toy",
        "agent": "stubborn",
        "code": "this test",
        "train_splits": [],
        "train_executions": 0,
        "files": ["a.jsonl", "b.jsonl"],
    }
    (tmp_path / "m.json").write_text(json.dumps(manifest))
    written(tmp_path, [whole], "a.jsonl")
    written(tmp_path, [other], "b.jsonl")
    code, out, err = nerion("--manifest", "m.json")
    assert (code, err) == (0, "")
    mean = f"{(whole.total_reward + other.total_reward) / 2:.3f}"
    assert f"track toy: score {mean} [" in out
    assert "over 2 agents" in out
    written(tmp_path, [whole], "b.jsonl")
    code, out, err = nerion("--manifest", "m.json")
    assert (code, err) == (1, "")
    assert "breaks a rule of track toy: b.jsonl acts as a.jsonl does in every episode" in out
    written(tmp_path, [episodes[1]], "b.jsonl")
    code, out, _ = nerion("--manifest", "m.json")
    assert code == 1
    assert "breaks a rule of track toy: b.jsonl: the episode of seed 1 was broken off" in out
    assert "b.jsonl: seeds 0 are missing" in out
    assert "score" not in out
    code, out, _ = nerion("--manifest", "m.json", "--json")
    found = json.loads(out)
    assert (code, found["score"], found["track"]) == (1, None, "toy")
    assert (found["agent"], found["code"]) == ("stubborn", "this test")
    assert len(found["broken_rules"]) == 3


def test_a_training_run_writes_its_episodes(nerion, tmp_path):
    budget = ("--executions", "12", "--eval-episodes", "1")
    world = ("--env", "Nerion-ToyMath-v0", "--algo", "uniform")
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *world, *budget, "--record", "--quiet"])
    assert (ended.value.code or 0) == 0
    files = sorted(tmp_path.rglob("e*n.jsonl")) + sorted(tmp_path.rglob("episodes.jsonl"))
    assert [file.name for file in files] == ["evaluation.jsonl", "episodes.jsonl"]
    code, out, _ = nerion(*map(str, files), "--json")
    assert code == 0
    assert json.loads(out)["executions"] >= 12
