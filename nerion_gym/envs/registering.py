"""Entry points for `gymnasium.register`: from `build` to an environment, or a native vector."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

import gymnasium as gym

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import taken_from
from nerion_gym.envs.vector import make_vector
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

ENV_OPTIONS = ("observation", "render_mode", "runner", "trace")
"""Arguments of `CodeEditEnv` beside the world."""
VECTOR_OPTIONS = (*ENV_OPTIONS, "num_envs", "workers", "autoreset_mode")
"""Arguments of `nerion_gym.envs.vector.make_vector` beside the world."""
Maker = TypeVar("Maker", bound="Callable[..., gym.Env]")


def entry_point(make: Maker) -> Maker:
    """Say on a function which render modes its environments have.

    Gymnasium asks an entry point before it calls it: `render_mode="rgb_array_list"` collects frames
    only where "rgb_array" is known to be there.
    """
    make.metadata = CodeEditEnv.metadata  # type: ignore[attr-defined]
    return make


class SingleEntry:
    """Makes an environment of the world that `build` gives.

    Args:
        build: composes the world; takes all arguments that are not of `CodeEditEnv`.
    """

    metadata = CodeEditEnv.metadata

    def __init__(self, build: Callable[..., World]) -> None:
        self.build = build
        update_wrapper(self, build)

    def __call__(self, **kwargs: Any) -> CodeEditEnv:
        """Return an environment."""
        options = taken_from(kwargs, ENV_OPTIONS)
        return CodeEditEnv(self.build(**kwargs), **options)


class VectorEntry:
    """Makes a native vector of the world that `build` gives.

    Args:
        build: composes the world; takes all arguments that are not of `make_vector`.
    """

    def __init__(self, build: Callable[..., World]) -> None:
        self.build = build
        update_wrapper(self, build)

    def __call__(self, **kwargs: Any) -> CodeEditVectorEnv:
        """Return a vector."""
        options = taken_from(kwargs, VECTOR_OPTIONS)
        return make_vector(self.build(**kwargs), **options)


def register_world(
    world_id: str, build: Callable[..., World], *, reward_threshold: float | None = None
) -> None:
    """Register a world of your own for `gymnasium.make` and `gymnasium.make_vec`.

    Nothing is built before an environment is made.

    Args:
        world_id: as "Till-v0"; the world's own `id` must be the same.
        build: composes the world. What `make` is given goes to it, but for `observation`,
            `render_mode`, `runner` and `trace`, and of `make_vec` also `workers` and
            `autoreset_mode`.
        reward_threshold: the return from which the world counts as solved.

    Raises:
        ConfigError: the id is taken by another world.
        gymnasium.error.Error: Gymnasium does not take such an id.
    """
    known = gym.registry.get(world_id)
    if known is not None and not _is_of(known.entry_point, build):
        msg = f"{world_id!r} is registered already, by {known.entry_point}; choose another id"
        raise ConfigError(msg)
    if known is None:
        gym.register(
            id=world_id,
            entry_point=SingleEntry(build),
            vector_entry_point=VectorEntry(build),  # type: ignore[arg-type]
            reward_threshold=reward_threshold,
        )


def _is_of(entry: object, build: Callable[..., World]) -> bool:
    """Whether an entry point is that of a function, or of the same one imported anew."""
    if not isinstance(entry, SingleEntry):
        return False
    theirs, ours = entry.build, build
    return (theirs.__module__, theirs.__qualname__) == (ours.__module__, ours.__qualname__)
