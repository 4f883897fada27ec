"""`nerion worlds`: the ids that `gymnasium.make` knows from here, a line each."""

from __future__ import annotations

from envs_registry import WORLDS
from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen

EXAMPLES = """Examples:
  nerion worlds
  nerion worlds --json"""


def worlds(quiet: flags.Quiet = False, as_json: flags.AsJson = False) -> None:
    """List the worlds."""
    screen = Screen(quiet, as_json)
    screen.emit([{"id": name, "summary": world["summary"]} for name, world in WORLDS.items()])
    width = max(map(len, WORLDS))
    for name, world in WORLDS.items():
        screen.say(f"{name:<{width}}  {world['summary']}")
