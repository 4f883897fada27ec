"""Replays a saved episode in this process, for another one that compares.

python -m nerion_gym.envs.checking.elsewhere MODULE ID ARGUMENTS < EPISODE
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.checking.finding import worlds_in
from nerion_gym.envs.checking.subject import digest_of
from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


SAID = "digest of the replayed episode: "
"""What begins the line that the other process looks for; the world may print lines of its own."""


def replayed(module: str, world_id: str, arguments: Mapping[str, Any], text: str) -> str:
    """Replay an episode; return the `digest_of` what is observed at its end.

    Args:
        module: where the world is, see `worlds_in`.
        world_id: of that module's worlds.
        arguments: of the world.
        text: what `EpisodeState.to_json` wrote.

    Raises:
        ConfigError: no such world, or the episode does not fit it.
    """
    for subject in worlds_in(module, arguments):
        if subject.name == world_id:
            env = subject.code(observation="padded")
            env.reset(seed=99)
            return digest_of(env.restore(EpisodeState.from_json(text)))
    msg = f"{module}: it has no world {world_id!r} in this process"
    raise ConfigError(msg)


def main(words: list[str]) -> None:
    """Print the digest on a line of its own."""
    module, world_id, arguments = words
    digest = replayed(module, world_id, json.loads(arguments), sys.stdin.read())
    sys.stdout.write(f"\n{SAID}{digest}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
