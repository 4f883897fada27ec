"""`examples/verifiers_env.py` is rolled out with a scripted model on loopback: `make verifiers`."""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import gymnasium as gym
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.wrappers.text import Text, say

vf = pytest.importorskip(
    "verifiers.v1",
    reason="the extra verifiers is not installed: make verifiers",
    exc_type=ImportError,
)
pytestmark = [
    pytest.mark.sandbox,
    # Of packages that verifiers loads; ours are errors as everywhere.
    pytest.mark.filterwarnings("default"),
]
ROOT = Path(__file__).resolve().parents[2]
WORLD, ARGUMENTS = "Nerion-Repair-v0", {"lines": 40}


@pytest.fixture
def example(monkeypatch):
    """The example as verifiers finds it: a module by name."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import verifiers_env

    return verifiers_env


class Scripted:
    """An OpenAI-compatible endpoint on loopback whose model says what a function returns."""

    def __init__(self, answer):
        self.asked = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                size = int(self.headers["Content-Length"])
                messages = json.loads(self.rfile.read(size))["messages"]
                script.asked.append((self.path, messages))
                said = {"role": "assistant", "content": answer(messages)}
                choice = {"index": 0, "finish_reason": "stop", "message": said}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                head = {"id": "1", "object": "chat.completion", "created": 0, "model": "scripted"}
                body = json.dumps({**head, "choices": [choice], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def turns(messages):
    """How often the model has replied in a conversation."""
    return sum(message["role"] == "assistant" for message in messages)


def rolled_out(example, answer, episodes=1):
    """Return the episodes that a scripted model plays, and what it was asked."""
    with Scripted(answer) as scripted:
        client = vf.EvalClientConfig(base_url=scripted.address, api_key_var="NERION_NO_KEY")
        context = vf.ModelContext(model="scripted", client=client)
        config = example.configured(WORLD, ARGUMENTS)
        return asyncio.run(example.play(config, context, episodes)), scripted.asked


def reference(seed):
    """Return the first text of an episode and the replies of its reference repair."""
    env = Text(gym.make(WORLD, **ARGUMENTS), budget=16_000)
    text, _ = env.reset(seed=seed)
    replies = []
    for edit in env.unwrapped.task.reference:
        replies.append(say(env.unwrapped.edits.index(edit) + 1))
        env.step(replies[-1])
    return text, replies


def test_the_reference_repair_is_rewarded_with_one(example):
    plans = [reference(seed) for seed in range(3)]
    by_text = dict(plans)

    def answer(messages):
        shown = next(message["content"] for message in messages if message["role"] == "user")
        return by_text[shown][turns(messages)]

    episodes, asked = rolled_out(example, answer, episodes=3)
    assert [(episode.ok, episode.errors) for episode in episodes] == [(True, [])] * 3
    for episode, (text, replies) in zip(episodes, plans, strict=True):
        (trace,) = episode.traces
        assert (round(trace.reward, 6), trace.info["end"]) == (1.0, "goal")
        assert trace.metrics == {"steps": len(replies), "free_replies": 0.0}
        assert [node.message.content for node in trace.nodes][1:3] == [text, replies[0]]
    assert {path for path, _ in asked} == {"/v1/chat/completions"}
    assert asked[0][1][0] == {"role": "system", "content": example.SYSTEM}


def test_a_model_that_does_nothing_gets_zero_at_the_end_of_the_steps(example):
    (episode,), asked = rolled_out(example, lambda _: "I would rather not.")
    (trace,) = episode.traces
    assert (episode.ok, trace.reward, trace.info["end"]) == (True, 0.0, "budget")
    assert trace.metrics == {"steps": 8.0, "free_replies": 16.0}
    assert len(asked) == 24


def test_the_model_is_given_no_tools_and_starts_no_program(example):
    assert example.Chat.EXECUTES_CODE is False
    assert example.CodeTask.toolsets(vf.TaskConfig()) == []
    config = example.configured(WORLD, ARGUMENTS)
    assert config.agent_harnesses()["player"].id == "verifiers_env"


def test_tasks_follow_from_their_seeds_and_say_nothing_of_the_repair(example):
    config = example.configured(WORLD, ARGUMENTS, episodes=3)
    rows = [task.data.model_dump() for task in vf.load_environment(config).taskset]
    assert [(row["seed"], row["name"]) for row in rows] == [
        (seed, f"{WORLD}#{seed}") for seed in range(3)
    ]
    assert all(row["prompt"] is None and "reference" not in str(row) for row in rows)


def test_it_is_played_from_the_command_line(example, capsys):
    _, replies = reference(0)
    with Scripted(lambda messages: replies[min(turns(messages), len(replies) - 1)]) as scripted:
        chosen = ["--arguments", json.dumps(ARGUMENTS), "--episodes", "1"]
        example.main(["--base-url", scripted.address, "--model", "scripted", *chosen])
    assert capsys.readouterr().out == f"{WORLD}#0: reward +1.00, goal\n"
