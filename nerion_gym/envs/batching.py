"""What a vector of environments is given and gives: members, seeds, masks, batched observations."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector.utils import concatenate, create_empty_array

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import gymnasium as gym

    from nerion_gym.types.transition import Observation


def members_of(envs: Sequence[gym.Env]) -> tuple[CodeEditEnv, ...]:
    """Return the innermost environments.

    Raises:
        ConfigError: none, one twice, one of another kind, or with other spaces than the first.
    """
    members = tuple(env.unwrapped for env in envs)
    if not members or len({id(member) for member in members}) < len(members):
        msg = f"{len(members)} sub-environments: expected at least one, each an object of its own"
        raise ConfigError(msg)
    first = envs[0]
    for env in envs:
        if not isinstance(env.unwrapped, CodeEditEnv):
            msg = f"{env}: expected a code-editing world; use gymnasium.vector.SyncVectorEnv"
            raise ConfigError(msg)
        if (env.observation_space, env.action_space) != (
            first.observation_space,
            first.action_space,
        ):
            msg = f"{env}: its spaces differ from those of {first}; use worlds of equal limits"
            raise ConfigError(msg)
    return tuple(member for member in members if isinstance(member, CodeEditEnv))


def seeds_of(seed: int | Sequence[int | None] | None, count: int) -> list[int | None]:
    """Return a seed for each sub-environment.

    Raises:
        ConfigError: a list of another length.
    """
    if seed is None:
        return [None] * count
    if isinstance(seed, (int, np.integer)):
        return [int(seed) + place for place in range(count)]
    require_one_each("seed", len(seed), count)
    return list(seed)


def mask_of(mask: Any, count: int) -> np.ndarray:
    """Return which sub-environments to reset: all where there is no mask.

    Raises:
        ConfigError: not bool [N], or nothing in it is true.
    """
    if mask is None:
        return np.ones(count, np.bool_)
    fits = isinstance(mask, np.ndarray) and mask.dtype == np.bool_ and mask.shape == (count,)
    if not fits or not mask.any():
        msg = f"reset_mask={mask!r}: expected a bool array [{count}] with at least one True"
        raise ConfigError(msg)
    return mask.copy()


def require_one_each(name: str, given: int, count: int) -> None:
    """Refuse another number of values than there are sub-environments.

    Raises:
        ConfigError: naming both numbers.
    """
    if given != count:
        msg = f"{name}: {given} given; expected one for each of the {count} sub-environments"
        raise ConfigError(msg)


def batch(space: spaces.Space, observations: Sequence[Observation]) -> Any:
    """Return observations batched by Gymnasium's conventions, all newly made.

    Arrays gain a first axis; graphs become a tuple.
    """
    stacked = isinstance(space, spaces.Dict) and all(
        isinstance(part, spaces.Box) for part in space.values()
    )
    # What Gymnasium does not stack it hands on as it is.
    own = observations if stacked else deepcopy(observations)
    out: Any = create_empty_array(space, len(observations), np.empty)
    return concatenate(space, own, out)
