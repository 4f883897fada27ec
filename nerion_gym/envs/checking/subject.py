"""What a check is given, and what checks share: random legal steps, and comparing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

from nerion_gym.errors import BrokenWorldError
from nerion_gym.execution.runner import LocalRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gymnasium.envs.registration import EnvSpec
    from gymnasium.vector import VectorEnv

    from nerion_gym.types.protocols import TestRunner

FORMS = ("graph", "padded")
"""Forms of the observation."""
LEAST_STEPS, STEPS = 100, 1000
"""Random legal steps that are asked for what they leave behind: at least, and by default."""
Step = tuple[Any, float, bool, bool, dict[str, Any]]


@dataclass(frozen=True)
class Subject:
    """A world to be checked.

    Attributes:
        spec: what Gymnasium makes it from.
        arguments: of the world, for each environment that is made.
        manual: docstring of the module that it is made in.
        steps: random legal steps, at least `LEAST_STEPS`.
        runner: makes the runner of the check that looks at what is left behind.
        elsewhere: replays an episode (`EpisodeState.to_json`) in another process and returns the
            `digest_of` what is observed there (padded); None: other processes are not asked.
    """

    spec: EnvSpec
    arguments: Mapping[str, Any] = field(default_factory=dict)
    manual: str = ""
    steps: int = STEPS
    runner: Callable[[], TestRunner] = LocalRunner
    elsewhere: Callable[[str], str] | None = None

    @property
    def name(self) -> str:
        """The id."""
        return self.spec.id

    def make(self, **options: Any) -> gym.Env:
        """Make an environment; `options` are those of `CodeEditEnv`.

        Without Gymnasium's passive checker, which warns once and goes on: a check of its own asks.
        """
        return gym.make(self.spec, disable_env_checker=True, **{**self.arguments, **options})

    def code(self, **options: Any) -> Any:
        """Make an environment and return the innermost one, a `CodeEditEnv`."""
        return self.make(**options).unwrapped

    def make_vec(self, num_envs: int, **options: Any) -> VectorEnv:
        """Make a native vector; `options` are those of `make_vector`."""
        return gym.make_vec(
            self.spec,
            num_envs=num_envs,
            vectorization_mode="vector_entry_point",
            **{**self.arguments, **options},
        )


def require(holds: object, why: str, fix: str) -> None:
    """Refuse a world.

    Args:
        holds: what must be true.
        why: what was found, and what was expected.
        fix: what to do about it.

    Raises:
        BrokenWorldError: it does not hold.
    """
    if not holds:
        raise BrokenWorldError(why, fix)


def legal(observation: Mapping[str, Any], rng: np.random.Generator) -> int:
    """Draw a legal action.

    Raises:
        BrokenWorldError: there is none.
    """
    actions = np.flatnonzero(observation["action_mask"])
    require(
        actions.size,
        "action_mask is 0 everywhere: no action is legal",
        "where no edit is legal, submit (action 0) must be",
    )
    return int(rng.choice(actions))


def walk(env: gym.Env, steps: int, seed: int = 0) -> Iterator[Step]:
    """Yield what `reset` and so many random legal steps give, with resets in between.

    What is yielded is not used again, except `action_mask`.
    """
    rng = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    yield observation, 0.0, False, False, info
    for _ in range(steps):
        result = env.step(legal(observation, rng))
        observation = result[0]
        yield observation, float(result[1]), result[2], result[3], result[4]
        if result[2] or result[3]:
            observation, info = env.reset()
            yield observation, 0.0, False, False, info


def difference(one: Any, other: Any, where: str = "what was given") -> str:
    """Say where two results of environments differ first, and how; "" where they are equal."""
    if type(one) is not type(other):
        return f"{where}: {type(one).__name__} and {type(other).__name__}"
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return f"{where}: keys {sorted(one.keys() ^ other.keys())} in one only"
        parts = [(f"{where}[{key!r}]", one[key], other[key]) for key in one]
    elif isinstance(one, (tuple, list)) or (isinstance(one, np.ndarray) and one.dtype == object):
        if len(one) != len(other):
            return f"{where}: {len(one)} and {len(other)} parts"
        parts = [(f"{where}[{n}]", a, b) for n, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, np.ndarray):
        return "" if one.dtype == other.dtype and np.array_equal(one, other) else where
    else:
        return "" if one == other else f"{where}: {one!r} and {other!r}"
    return next((found for place, a, b in parts if (found := difference(a, b, place))), "")


def same(one: Any, other: Any) -> bool:
    """Whether two results of environments are equal, types and dtypes included."""
    return not difference(one, other)


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays of an observation, those of a graph one by one."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from arrays_in(value[key])
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from arrays_in(part)


def digest_of(observation: Any) -> str:
    """Return a SHA-256 (hex) over an observation's arrays: dtypes, shapes and bytes."""
    digest = hashlib.sha256()
    for array in arrays_in(observation):
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
