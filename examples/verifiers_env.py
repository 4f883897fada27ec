"""Worlds as a verifiers environment: tasks by seed, an episode a rollout, its return the reward.

    make verifiers                        # an environment of its own, .venv-verifiers
    cd examples && ../.venv-verifiers/bin/python verifiers_env.py \
        --base-url http://127.0.0.1:8000/v1 --model NAME

It needs an endpoint that speaks OpenAI's chat completions (vLLM, Ollama, llama.cpp, a hosted one).
From the same folder verifiers' own commands find it by name: `vf-eval verifiers_env`.

The agent has no tools and no shell: it is shown a text and replies with the number of an edit.
The harness of this module asks the model in this process, so a rollout installs nothing and starts
nothing beside the sandbox in which the tests run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import verifiers.v1 as vf
from openai import AsyncOpenAI
from verifiers.v1.dialects.chat import message_to_wire

import nerion_gym  # noqa: F401 - registers the worlds
from nerion_gym.wrappers.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Chat", "CodeWorlds", "Played"]
SYSTEM = (
    "You edit a Python program, one listed edit at a time. Think first. End each reply with the "
    "number of one edit in a tag, such as <action>17</action>."
)


class WorldsConfig(vf.TasksetConfig):
    """Which episodes there are."""

    world: str = "Nerion-Repair-v0"
    arguments: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it
    """Arguments of `gymnasium.make`."""
    episodes: int = 128
    """Tasks: the episodes of the seeds 0, 1, ..."""
    budget: int = 16_000
    """Most characters of an observation; each turn of a conversation holds one."""


class EpisodeData(vf.TaskData):
    """What makes an episode again, in any process."""

    world: str
    arguments: dict[str, Any]
    seed: int
    budget: int


class CodeTask(vf.Task[EpisodeData]):
    """An episode of a world."""


class CodeWorlds(vf.Taskset[CodeTask, WorldsConfig]):
    """Episodes of one world, by seed."""

    def load(self) -> Iterator[CodeTask]:
        """Yield the tasks; nothing is run for them."""
        config = self.config
        for seed in range(config.episodes):
            data = EpisodeData(
                name=f"{config.world}#{seed}",
                system_prompt=SYSTEM,
                prompt=None,
                world=config.world,
                arguments=config.arguments,
                seed=seed,
                budget=config.budget,
            )
            yield CodeTask(data, config.task)


class ChatConfig(vf.HarnessConfig):
    """Of the harness; it has nothing of its own to set."""


class Chat(vf.Harness[ChatConfig]):
    """One answer of the model to the conversation so far; no tools, no process."""

    APPENDS_SYSTEM_PROMPT = True
    SUPPORTS_RESUME = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(self, ctx: vf.ModelContext, *wire: Any) -> vf.ProgramResult:
        """Ask the model through verifiers' own endpoint, which writes the trace.

        Args:
            ctx: names the model.
            wire: the trace, the runtime, endpoint and secret, tool servers, and the task's data.
        """
        _trace, _runtime, endpoint, secret, _servers, data = wire
        system, prompt = self.resolve_prompt(data)
        said = prompt if isinstance(prompt, list) else [vf.UserMessage(content=prompt or "")]
        messages: list[Any] = [message_to_wire(message) for message in said]
        if system:
            messages.insert(0, {"role": "system", "content": system})
        async with AsyncOpenAI(base_url=endpoint, api_key=secret, max_retries=0) as client:
            await client.chat.completions.create(model=ctx.model, messages=messages)
        return vf.ProgramResult(exit_code=0, stdout="", stderr="")


class PlayedConfig(vf.EnvConfig):
    """Who plays: the model under test, in this process."""

    player: vf.AgentConfig = vf.AgentConfig(runtime=vf.SubprocessConfig())


class Played(vf.Env[PlayedConfig]):
    """The world speaks first, the model replies, until the episode ends."""

    async def start(self) -> None:
        """Begin the one thread that runs all tests: a confined child dies with its thread."""
        self._thread = ThreadPoolExecutor(max_workers=1)

    async def stop(self) -> None:
        """End it."""
        if hasattr(self, "_thread"):
            self._thread.shutdown()

    async def run(self, task: Any, agents: vf.Agents) -> None:
        """Play one episode; its return is the reward of the trace."""
        env = await self._outside(made, task.data)
        try:
            await self._played(env, task, agents)
        finally:
            await self._outside(env.close)

    async def _played(self, env: Text, task: Any, agents: vf.Agents) -> None:
        shown, info = await self._outside(partial(env.reset, seed=task.data.seed))
        total, steps, free, over = 0.0, 0, 0, False
        async with agents.player.interaction(task) as interaction:
            while not over:
                segment = await interaction.turn(shown)
                if segment.terminated:  # a limit of the run, such as --env.player.max-turns
                    break
                shown, reward, ended, cut, info = await self._outside(env.step, segment.last_reply)
                total, over = total + reward, ended or cut
                free, steps = free + info["free_reply"], steps + (not info["free_reply"])
        trace = interaction.trace
        trace.record_reward("episode_return", total)
        trace.record_metrics({"steps": float(steps), "free_replies": float(free)})
        trace.info["end"] = info["end"]

    async def _outside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)


def made(data: EpisodeData) -> Text:
    """Return the world of a task, in words."""
    # Each question or slip makes the conversation longer by an observation: so only few are free.
    return Text(gym.make(data.world, **data.arguments), budget=data.budget, free=2)


async def play(config: vf.EnvConfig, context: vf.ModelContext, count: int) -> list[vf.Episode]:
    """Play the first tasks of a configuration, one after another."""
    env = vf.load_environment(config)
    async with env.serving():
        slots = [slot for task in env.taskset.take(count) for slot in env.slots(task)]
        return [await env.run_slot(slot, context) for slot in slots]


def configured(world: str, arguments: dict[str, Any], episodes: int = 128) -> vf.EnvConfig:
    """Return the configuration of a world; this folder must be importable."""
    name = Path(__file__).stem
    module = import_module(name)  # as verifiers imports it, also where this file is the program
    chosen = {"id": name, "world": world, "arguments": arguments, "episodes": episodes}
    config: vf.EnvConfig = module.PlayedConfig(taskset=chosen)
    return config


def main(arguments: list[str] | None = None) -> None:
    """Play a few episodes and print what each gave."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--world", default="Nerion-Repair-v0")
    parser.add_argument("--arguments", type=json.loads, default={}, help="JSON, of gymnasium.make")
    parser.add_argument("--base-url", required=True, help="of an OpenAI-compatible endpoint")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key-variable", default="OPENAI_API_KEY", help="where its key stands")
    parser.add_argument("--episodes", type=int, default=4)
    options = parser.parse_args(arguments)
    os.environ.setdefault(options.key_variable, "none")  # endpoints on one's own machine want none
    client = vf.EvalClientConfig(base_url=options.base_url, api_key_var=options.key_variable)
    context = vf.ModelContext(model=options.model, client=client)
    config = configured(options.world, options.arguments, options.episodes)
    for episode in asyncio.run(play(config, context, options.episodes)):
        (trace,) = episode.traces or [None]
        if trace is None or episode.errors:
            print(f"{episode.task.data.name}: failed, {episode.errors}")
        else:
            print(f"{episode.task.data.name}: reward {trace.reward:+.2f}, {trace.info['end']}")


if __name__ == "__main__":
    main()
