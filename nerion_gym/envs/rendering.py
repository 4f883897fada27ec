"""Render modes: which there are, and what each shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.envs.render import ansi
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    import gymnasium as gym
    import numpy as np

    from nerion_gym.envs.render import LastStep
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World

MODES = ("ansi", "rgb_array", "human")
"""Text, a picture, or a terminal that is redrawn at each step."""


def checked(mode: object) -> str | None:
    """Return the argument `render_mode` of an environment.

    Raises:
        ConfigError: it is none.
    """
    if mode is None or mode in MODES:
        return None if mode is None else str(mode)
    msg = f"render_mode={mode!r}: expected None or one of {', '.join(map(repr, MODES))}"
    if str(mode).endswith("_list"):
        msg += (
            "; gymnasium.make collects frames, by RenderCollection, where the world's entry point "
            "says its modes: see nerion_gym.envs.registering.entry_point"
        )
    raise ConfigError(msg)


def shown(
    mode: str | None, world: World, state: State, step: LastStep | None
) -> str | np.ndarray | None:
    """Return a frame: text ("ansi"), uint8 [480, 1120, 3] ("rgb_array"), else None.

    "human" writes it to standard output.
    """
    if mode == "ansi":
        return ansi(world, state, step)
    if mode == "rgb_array":
        from nerion_gym.envs.frames.picture import draw

        return draw(world, state, step)
    if mode == "human":
        from nerion_gym.envs.live import redraw

        redraw(ansi(world, state, step))
    return None


def refresh(env: gym.Env) -> None:
    """Show a frame where that is done at each reset and step, as Gymnasium has it: "human"."""
    if env.render_mode == "human":
        env.render()
