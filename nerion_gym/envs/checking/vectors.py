"""Check: the native vector is as many single environments, only run side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import AutoresetMode

from nerion_gym.envs.checking.subject import Subject, difference, require
from nerion_gym.envs.vector import CodeEditVectorEnv
from nerion_gym.errors import BrokenWorldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.envs.core import CodeEditEnv

COUNT = 3
SEEDS = (3, 1, 2)
MORE = 6
"""Steps beyond the longest episode: every sub-environment begins another one."""
MODES = (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP)
FIX = (
    "return nerion_gym.envs.vector.make_vector(build(), num_envs, **kwargs), "
    "of the same world that the entry point makes"
)


def lacks_vector(subject: Subject) -> str:
    """Say why there is nothing to check, "" where there is."""
    return "" if subject.spec.vector_entry_point else "no vector entry point (gymnasium.make_vec)"


def check_vector(subject: Subject) -> str:
    """Check that the native vector equals single environments, step by step.

    Raises:
        BrokenWorldError: names the first difference.
    """
    for mode in MODES:
        require_equal_to_singles(subject, mode)
    return f"{COUNT} environments, {' and '.join(mode.value for mode in MODES)}"


def require_equal_to_singles(subject: Subject, mode: AutoresetMode, **options: Any) -> None:
    """Step a vector and single environments; random actions, a few of them masked.

    Args:
        subject: the world.
        mode: when an ended episode gives way to the next one.
        options: of the vector alone, as `runner`.

    Raises:
        BrokenWorldError: names the first difference.
    """
    vector = _vector(subject, mode, options)
    try:
        envs = [subject.code(observation="padded") for _ in range(COUNT)]
        seen, _ = vector.reset(seed=list(SEEDS))
        for place, (env, seed) in enumerate(zip(envs, SEEDS, strict=True)):
            _compare(_part(seen, place), env.reset(seed=seed)[0], f"environment {place}, reset")
        _step_both(vector, envs, mode, seen)
    finally:
        vector.close()


def _vector(subject: Subject, mode: AutoresetMode, options: dict[str, Any]) -> CodeEditVectorEnv:
    try:
        vector = subject.make_vec(COUNT, observation="padded", autoreset_mode=mode, **options)
    except TypeError as error:
        raise BrokenWorldError(
            f"its vector does not take what every vector does: {error}", FIX
        ) from error
    require(
        isinstance(vector, CodeEditVectorEnv) and vector.num_envs == COUNT,
        f"makes a {type(vector).__name__} of {getattr(vector, 'num_envs', 0)} environments; "
        f"expected a CodeEditVectorEnv of {COUNT}",
        FIX,
    )
    return vector  # type: ignore[return-value]


def _step_both(
    vector: CodeEditVectorEnv, envs: Sequence[CodeEditEnv], mode: AutoresetMode, seen: Any
) -> None:
    rng, over = np.random.default_rng(1), [False] * COUNT
    for number in range(envs[0].world.limits.steps + MORE):
        actions = choose(seen["action_mask"], rng)
        stepped = vector.step(actions)
        seen = stepped[0]
        for place, env in enumerate(envs):
            where = f"environment {place}, step {number}"
            way = (mode, over[place], actions[place], vector.last_classes[place])
            over[place] = _one(stepped, place, env, way, where)


def _one(
    stepped: Any,
    place: int,
    env: CodeEditEnv,
    way: tuple[AutoresetMode, bool, Any, np.ndarray],
    where: str,
) -> bool:
    """Compare one environment's part of a step; return whether the next step resets it."""
    mode, over, action, classes = way
    seen, rewards, terminated, truncated, infos = stepped
    if over:
        observation, info = env.reset()
        expected: Any = (observation, 0.0, False, False, info)
    else:
        expected = env.step(action)
    ended = expected[2] or expected[3]
    _compare(classes, env.last_classes, f"{where}, classes")
    found = (float(rewards[place]), bool(terminated[place]), bool(truncated[place]))
    _compare(found, (float(expected[1]), bool(expected[2]), bool(expected[3])), f"{where}, reward")
    if ended and mode is AutoresetMode.SAME_STEP:
        final = {key: infos["final_info"][key][place] for key in expected[4]}
        _compare(infos["final_obs"][place], expected[0], f"{where}, final_obs")
        _compare(_plain(final), expected[4], f"{where}, final_info")
        observation, info = env.reset()
        expected = (observation, *expected[1:4], info)
    _compare(_part(seen, place), expected[0], where)
    mine = {key: infos[key][place] for key in expected[4] if infos[f"_{key}"][place]}
    _compare(_plain(mine), expected[4], f"{where}, info")
    return bool(ended and mode is AutoresetMode.NEXT_STEP)


def choose(masks: Any, rng: np.random.Generator) -> np.ndarray:
    """Draw actions: mostly legal (of a few: each is really run), some masked, some twice."""
    actions = []
    for mask in masks:
        legal, rest = (np.flatnonzero(mask == wanted) for wanted in (1, 0))
        actions.append(rng.choice(legal[::6] if rng.random() < 0.9 else rest))
    if rng.random() < 0.3:
        actions[1] = actions[0]
    return np.array(actions)


def _part(observations: Any, place: int) -> dict[str, Any]:
    return {key: array[place] for key, array in observations.items()}


def _plain(info: dict[str, Any]) -> dict[str, Any]:
    """Return NumPy's scalars as Python's: a vector gathers numbers in arrays."""
    return {key: v.item() if isinstance(v, np.generic) else v for key, v in info.items()}


def _compare(found: Any, expected: Any, where: str) -> None:
    different = difference(found, expected, where)
    require(not different, f"vector and single environments differ: {different}", FIX)
