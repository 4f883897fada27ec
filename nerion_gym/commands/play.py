"""`nerion play ID`: step through a world by hand, a line at a time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import INTERRUPTED, Screen
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import gymnasium as gym

    from nerion_gym.commands.playing import Game
    from nerion_gym.report.lines import Line

EXAMPLES = """Examples:
  nerion play Nerion-ToyMath-v0
  nerion play Nerion-LogicV2-v0 --focus total
  nerion play Nerion-Repo-v0 --env-kwargs path:src/mypkg tests:tests --seed 3
  printf '/swap\\nlook 3\\n3\\nundo\\nquit\\n' | nerion play Nerion-ToyMath-v0

It reads a command a line: a number runs that edit, /text finds edits, undo goes back a step, help \
says the rest. With --json what was done comes as one document at the end."""
PROMPT = "> "


def play(
    env: Annotated[str, typer.Argument(metavar="ID", help="World; see nerion worlds.")],
    env_kwargs: flags.WorldArguments = None,
    seed: flags.Seed = 0,
    focus: Annotated[
        list[str] | None,
        typer.Option("--focus", metavar="[FILE::]NAME", help="Look at this function; repeatable."),
    ] = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Step through a world: pick an edit, see its difference, trace and outcome, undo."""
    from nerion_gym.commands.agents import make_world
    from nerion_gym.commands.playing import Game
    from nerion_gym.training.config import parse_pairs

    world = make_world(env, parse_pairs(env_kwargs or (), "--env-kwargs"))
    screen = Screen(quiet, as_json)
    try:
        require_code(world, env)
        game = Game(world, seed, tuple(focus or ()))
        ended = converse(screen, game)
        screen.emit({"env": env, "seed": seed, **game.account()})
    finally:
        world.close()
    if not ended:
        raise typer.Exit(INTERRUPTED)


COMMANDS = ((play, EXAMPLES),)


def require_code(world: gym.Env, name: str) -> None:
    """Refuse a world of another kind.

    Raises:
        ConfigError: it has no programs to edit.
    """
    from nerion_gym.envs.core import CodeEditEnv

    if not isinstance(world.unwrapped, CodeEditEnv):
        msg = f"{name}: not a code-editing world; `nerion worlds` lists them"
        raise ConfigError(msg)


def converse(screen: Screen, game: Game) -> bool:
    """Answer line after line until the end; return False where Ctrl-C was the end."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    show(screen, game.greeting())
    try:
        while not game.over:
            line = ask(screen)
            if line is None:
                break
            show(screen, game.answer(line))
    except KeyboardInterrupt:
        screen.say()
        show(screen, game.farewell())
        return False
    show(screen, game.farewell())
    return True


def ask(screen: Screen) -> str | None:
    """Return the next line, None at the end of input; what is not typed by hand is shown."""
    if sys.stdin.isatty() and screen.talks:
        try:
            return input(PROMPT)
        except EOFError:
            screen.say()
            return None
    line = sys.stdin.readline()
    if not line:
        return None
    from nerion_gym.report.visible import visible

    line = line.rstrip("\r\n")
    screen.say(f"{PROMPT}{visible(line)}")
    return line


def show(screen: Screen, lines: Iterable[Line]) -> None:
    """Print lines, each as soon as it is there."""
    for line in lines:
        if screen.talks:
            # What is not read on a terminal is not wrapped.
            screen.say(line.rich() if sys.stdout.isatty() else line.text)
