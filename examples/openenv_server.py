"""A world served through OpenEnv, for whatever trains language models over it.

    make openenv                          # an environment of its own, .venv-openenv
    .venv-openenv/bin/python examples/openenv_server.py --world Nerion-Repair-v0

A client sends {"reply": "<action>17</action>"} and gets {"text": ...}, reward and done:

    from openenv import GenericEnvClient

    with GenericEnvClient(base_url="http://127.0.0.1:8000").sync() as client:
        shown = client.reset(seed=0).observation["text"]
        result = client.step({"reply": "<action>1</action>"})

Of `reset`, `seed`, `task` and `focus` are taken, as of the world. Every session has an episode of
its own; all of them share one runner, so they take turns on one thread.
"""

from __future__ import annotations

import argparse
import json
import socket
from functools import partial
from typing import Any

import gymnasium as gym
import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app
from pydantic import Field

import nerion_gym  # noqa: F401 - registers the worlds
from nerion_gym.wrappers.text import Text


class ReplyAction(Action):
    """What the agent says."""

    reply: str = Field(description="<action>17</action>, submit, or a question such as look 17")


class TextObservation(Observation):
    """What the agent is shown; `metadata` is the step's `info`."""

    text: str = Field(description="goal, tests, numbered source and numbered edits")


class EpisodeState(State):
    """Where an episode stands, for whoever watches it: never the reference repair."""

    task: str = Field(default="", description="name of the task, which makes it again")
    end: str = Field(default="", description="goal, submit, budget, over_limit, or nothing")


class ServedWorld(Environment[ReplyAction, TextObservation, EpisodeState]):
    """A world of nerion-gym behind OpenEnv's reset, step and state.

    Args:
        world: id of the world.
        arguments: of `gymnasium.make`.
        budget: most characters of an observation.
    """

    SUPPORTS_CONCURRENT_SESSIONS = True
    # A confined child dies with the thread that started it, so one thread runs all tests.
    REQUIRES_SINGLE_THREAD_EXECUTOR = True

    def __init__(self, world: str, arguments: dict[str, Any], budget: int) -> None:
        super().__init__()
        self._env = Text(gym.make(world, **arguments), budget=budget)
        self._state = EpisodeState()
        self._over = False

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, **kwargs: Any
    ) -> TextObservation:
        """Begin an episode; `task` and `focus` are options of the world's `reset`."""
        text, info = self._env.reset(seed=seed, options=kwargs)
        name = self._env.get_wrapper_attr("task").name
        self._state = EpisodeState(episode_id=episode_id, task=name)
        self._over = False
        return TextObservation(text=text, metadata=info)

    def step(
        self, action: ReplyAction, timeout_s: float | None = None, **kwargs: Any
    ) -> TextObservation:
        """Do what a reply asks for; the world's own limits bound the time."""
        if self._over:
            note = "the episode is over: reset begins another"
            return TextObservation(text=note, reward=0.0, done=True)
        text, reward, terminated, truncated, info = self._env.step(action.reply)
        self._state.step_count += not info["free_reply"]
        self._state.end = info["end"]
        self._over = terminated or truncated
        return TextObservation(text=text, reward=reward, done=self._over, metadata=info)

    @property
    def state(self) -> EpisodeState:
        """Where the episode stands."""
        return self._state

    def close(self) -> None:
        """Close the world."""
        self._env.close()


def main(arguments: list[str] | None = None) -> None:
    """Serve a world until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--world", default="Nerion-Repair-v0")
    parser.add_argument("--arguments", type=json.loads, default={}, help="JSON, of gymnasium.make")
    parser.add_argument("--budget", type=int, default=24_000, help="characters of an observation")
    parser.add_argument("--sessions", type=int, default=8, help="clients at a time")
    parser.add_argument("--host", default="127.0.0.1", help="only this machine, unless changed")
    parser.add_argument("--port", type=int, default=8000, help="0: one that is free")
    options = parser.parse_args(arguments)
    factory = partial(ServedWorld, options.world, options.arguments, options.budget)
    app = create_fastapi_app(
        factory,
        ReplyAction,
        TextObservation,
        max_concurrent_envs=options.sessions,
        state_cls=EpisodeState,
    )
    with socket.create_server((options.host, options.port)) as listener:
        host, port = listener.getsockname()[:2]
        print(f"{options.world} on http://{host}:{port}", flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
