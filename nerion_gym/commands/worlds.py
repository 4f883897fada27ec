"""`nerion worlds`: the ids that `gymnasium.make` knows from here, and checks of yours."""

from __future__ import annotations

from typing import Annotated

import typer

from envs_registry import WORLDS
from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.errors import ConfigError

EXAMPLES = """Examples:
  nerion worlds
  nerion worlds --json
  nerion worlds --check examples/custom_world.py
  nerion worlds --check mylab.worlds --env-kwargs split:val --steps 5000

--check ends with code 0 where every check passes, 1 where one fails."""
BROKEN = 1
"""Exit code where a check fails."""
STEPS = 1000
"""Written out, so that `--help` loads no world; a test compares it with the checks' own."""


def worlds(
    check: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE",
            help="Check the worlds of a module of yours (a name, or a path to its .py file).",
        ),
    ] = None,
    env_kwargs: flags.WorldArguments = None,
    steps: Annotated[
        int, typer.Option(metavar="N", help="Random legal steps of --check, at least 100.")
    ] = STEPS,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """List the worlds; with --check, ask of yours what holds of every world."""
    screen = Screen(quiet, as_json)
    if check is not None:
        from nerion_gym.commands.checking import check_worlds
        from nerion_gym.training.config import parse_pairs

        if not check_worlds(screen, check, parse_pairs(env_kwargs or (), "--env-kwargs"), steps):
            raise typer.Exit(BROKEN)
        return
    if env_kwargs or steps != STEPS:
        msg = "--env-kwargs and --steps say how worlds are checked: name a module with --check"
        raise ConfigError(msg)
    screen.emit([{"id": name, "summary": world["summary"]} for name, world in WORLDS.items()])
    width = max(map(len, WORLDS))
    for name, world in WORLDS.items():
        screen.say(f"{name:<{width}}  {world['summary']}")
