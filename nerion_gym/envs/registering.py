"""Entry points for `gymnasium.register`: from `build` to an environment, or a native vector."""

from __future__ import annotations

import difflib
import inspect
import sys
from functools import update_wrapper, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import gymnasium as gym

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import taken_from
from nerion_gym.envs.vector import make_vector
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

ENV_OPTIONS = ("observation", "render_mode", "runner", "trace")
"""Arguments of `CodeEditEnv` beside the world."""
VECTOR_OPTIONS = (*ENV_OPTIONS, "num_envs", "workers", "autoreset_mode")
"""Arguments of `nerion_gym.envs.vector.make_vector` beside the world."""
P = ParamSpec("P")
Made = TypeVar("Made")


def arguments_of(entry: Callable[..., Any]) -> tuple[str, ...]:
    """Return the arguments that an entry point takes: its world's own, then every world's.

    The world's own are those of the function `build` of its module, with what the module's
    `OPTIONS` name; where there is no `build`, those that the entry point itself names.
    """
    build = _build_of(entry)
    if build is None:
        return tuple(_named(entry))
    own = [*_named(entry), *_named(build), *_options_of(entry)]
    many = "num_envs" in own or isinstance(entry, VectorEntry)
    return tuple(dict.fromkeys([*own, *(VECTOR_OPTIONS if many else ENV_OPTIONS)]))


def _home_of(entry: Callable[..., Any]) -> dict[str, Any]:
    module = sys.modules.get(entry.__module__)
    return {} if module is None else vars(module)


def _build_of(entry: Callable[..., Any]) -> Callable[..., Any] | None:
    found = getattr(entry, "build", None) or _home_of(entry).get("build")
    return found if callable(found) else None


def _options_of(entry: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(_home_of(entry).get("OPTIONS", ()))


def _named(maker: Callable[..., Any]) -> list[str]:
    """Return the parameters of a callable that have a name of their own."""
    every = inspect.signature(maker).parameters.values()
    return [one.name for one in every if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]


def _takes_any(maker: Callable[..., Any]) -> bool:
    every = inspect.signature(maker).parameters.values()
    return any(one.kind is one.VAR_KEYWORD for one in every)


def require_taken(entry: Callable[..., Any], given: Iterable[str]) -> None:
    """Refuse arguments that an entry point does not take, as Python does, but with those it does.

    Raises:
        TypeError: names one, and all that there are.
    """
    build = _build_of(entry)
    if _takes_any(build or entry) and not _options_of(entry):
        return  # nobody says which ones
    known = arguments_of(entry)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            msg = f"got an unexpected keyword argument {name!r}{hint}; it takes: {', '.join(known)}"
            raise TypeError(msg)


def entry_point(make: Callable[P, Made]) -> Callable[P, Made]:
    """Have an entry point refuse arguments by naming those there are, and say its render modes.

    Gymnasium asks an entry point for its modes before it calls it: `render_mode="rgb_array_list"`
    collects frames only where "rgb_array" is known to be there.
    """

    @wraps(make)
    def entry(*args: P.args, **kwargs: P.kwargs) -> Made:
        require_taken(make, kwargs)
        return make(*args, **kwargs)

    entry.metadata = CodeEditEnv.metadata  # type: ignore[attr-defined]
    return entry


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
        require_taken(self, kwargs)
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
        require_taken(self, kwargs)
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
        msg = (
            f"{world_id!r} is registered already, by {_told(known.entry_point)}; choose another id"
        )
        raise ConfigError(msg)
    if known is None:
        gym.register(
            id=world_id,
            entry_point=SingleEntry(build),
            vector_entry_point=VectorEntry(build),
            reward_threshold=reward_threshold,
        )


def _told(entry: object) -> str:
    """Return an entry point as MODULE:NAME."""
    made = entry.build if isinstance(entry, SingleEntry) else entry
    return (
        made
        if isinstance(made, str)
        else f"{made.__module__}:{getattr(made, '__qualname__', made)}"
    )


def _is_of(entry: object, build: Callable[..., World]) -> bool:
    """Whether an entry point is that of a function, or of the same one imported anew."""
    if not isinstance(entry, SingleEntry):
        return False
    theirs, ours = entry.build, build
    return (theirs.__module__, theirs.__qualname__) == (ours.__module__, ours.__qualname__)
