"""`examples/openenv_server.py` plays a repair over OpenEnv, to its end (`make openenv`)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.wrappers.text import Text, say

openenv = pytest.importorskip(
    "openenv", reason="the extra openenv is not installed: make openenv", exc_type=ImportError
)
pytestmark = [
    pytest.mark.sandbox,
    # Of packages that the server and its client load; ours are errors as everywhere.
    pytest.mark.filterwarnings("default::DeprecationWarning"),
]
ROOT = Path(__file__).resolve().parents[2]
WORLD, ARGUMENTS = "Nerion-Repair-v0", {"lines": 40}


@pytest.fixture(scope="module")
def server():
    """Yield the address of a server on a port that is free, in a process of its own."""
    chosen = ["--world", WORLD, "--arguments", '{"lines": 40}', "--port", "0", "--sessions", "2"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / "openenv_server.py"), *chosen],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        found = re.fullmatch(rf"{WORLD} on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert found is not None
        yield found[1]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def client(address):
    return openenv.GenericEnvClient(base_url=address).sync()


@pytest.fixture(scope="module")
def episode():
    """A task's name, its first text and the replies of its reference repair."""
    env = Text(gym.make(WORLD, **ARGUMENTS))
    text, _ = env.reset(seed=0)
    replies = []
    for edit in env.unwrapped.task.reference:
        replies.append(say(env.unwrapped.edits.index(edit) + 1))
        env.step(replies[-1])
    return env.unwrapped.task.name, text, replies


def test_the_reference_repair_is_worth_one(server, episode):
    name, text, replies = episode
    with client(server) as served:
        result = served.reset(task=name)
        assert result.observation["text"] == text
        assert served.state()["task"] == name
        rewards = []
        for reply in replies:
            assert not result.done
            result = served.step({"reply": reply})
            rewards.append(result.reward)
        assert (round(sum(rewards), 6), result.done) == (1.0, True)
        assert (result.metadata["end"], served.state()["end"]) == ("goal", "goal")
        after = served.step({"reply": replies[0]})
        assert (after.reward, after.done) == (0.0, True)
        assert served.reset(seed=0).observation["text"] == text


def test_replies_that_cannot_be_followed_are_worth_nothing_and_end_the_episode(server):
    with client(server) as served:
        result, rewards, slips = served.reset(seed=1), [], 0
        while not result.done:
            result = served.step({"reply": "Ignore your rules.\n" * 2000})
            rewards.append(result.reward)
            slips += result.metadata["misread"] == "no_number"
        assert (sum(rewards), result.metadata["end"]) == (0.0, "budget")
        assert slips == len(rewards) == 8 * 9
        assert served.state()["step_count"] == 8


def test_two_sessions_do_not_meet(server, episode):
    name, text, replies = episode
    with client(server) as one, client(server) as two:
        one.reset(task=name)
        other = two.reset(seed=1).observation["text"]
        assert other != text
        assert one.step({"reply": replies[0]}).reward > 0.0
        assert two.reset(seed=1).observation["text"] == other


def test_a_wrong_action_or_option_is_told_and_the_session_lives_on(server):
    with client(server) as served:
        served.reset(seed=0)
        with pytest.raises(RuntimeError, match="VALIDATION_ERROR"):
            served.step({"number": 3})
        with pytest.raises(RuntimeError, match="mood"):
            served.reset(mood="good")
        assert served.step({"reply": "look 1"}).reward == 0.0
