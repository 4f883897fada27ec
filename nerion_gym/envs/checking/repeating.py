"""Checks that what was done can be done again: copies, forks, pickles, saved episodes."""

from __future__ import annotations

import pickle
from typing import Any

import cloudpickle
import numpy as np

from nerion_gym.envs.checking.subject import (
    FORMS,
    Subject,
    difference,
    digest_of,
    legal,
    require,
    walk,
)
from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import BrokenWorldError, ConfigError, NerionError, TaskError

STEPS = 40
SAVED = 7
"""Steps before an episode is saved."""
SEEDED = "draw from the generator that sample() is given, and from nothing else (no clock, no set)"
OWN = "keep nothing in the environment or its world that a step changes, but for CodeEditEnv's own"


def check_copies(subject: Subject) -> str:
    """Check that two copies with the same seed and actions agree, step by step.

    Raises:
        BrokenWorldError: names what differs.
    """
    for form in FORMS:
        one, two = subject.make(observation=form), subject.make(observation=form)
        pairs = zip(walk(one, STEPS, 3), walk(two, STEPS, 3), strict=True)
        for number, (first, second) in enumerate(pairs):
            found = difference(first, second, f"observation={form!r}, result {number}")
            require(not found, f"two copies of one seed differ: {found}", SEEDED)
    return f"{STEPS} steps of each form"


def check_forks(subject: Subject) -> str:
    """Check that `fork`, `undo` and `preview` change nothing else.

    Raises:
        BrokenWorldError: names what differs.
    """
    env = subject.code()
    observation, _ = env.reset(seed=2)
    action = legal(observation, np.random.default_rng(2))
    spent = env.stats.executions
    preview = env.preview(action)
    require(env.observation_space.contains(preview), "preview is outside of the space", OWN)
    require(env.stats.executions == spent, "preview runs tests", OWN)
    twin = env.fork()
    stepped = env.step(action)
    require(twin.current.steps == 0, "a step moves a fork too", OWN)
    _require_same(twin.step(action), stepped, "a fork goes on otherwise")
    _require_same(env.undo(), observation, "undo does not give the observation before")
    _require_same(env.step(action), stepped, "a step after undo gives something else")
    return "nothing else has moved"


def check_pickles(subject: Subject) -> str:
    """Check that an environment goes on alike once it was pickled, by pickle and by cloudpickle.

    Raises:
        BrokenWorldError: it cannot be pickled, or goes on otherwise.
    """
    for module in (pickle, cloudpickle):
        env = subject.code()
        observation, _ = env.reset(seed=1)
        rng = np.random.default_rng(1)
        observation = env.step(legal(observation, rng))[0]
        try:
            twin = module.loads(module.dumps(env))
        except (pickle.PickleError, TypeError, AttributeError) as error:
            raise BrokenWorldError(
                f"{module.__name__} cannot copy the environment: {error}",
                "make the world of functions and classes of a module, not of lambdas or handles",
            ) from error
        if env.current.steps < env.world.limits.steps:
            action = legal(observation, rng)
            expected = env.step(action)
            _require_same(twin.step(action), expected, f"a copy by {module.__name__} differs")
    return "pickle, cloudpickle"


def check_replay(subject: Subject) -> str:
    """Check that a saved episode replays: in another environment, and in another process.

    Raises:
        BrokenWorldError: it cannot be replayed, or ends elsewhere.
    """
    env, other = subject.code(observation="padded"), subject.code(observation="padded")
    last = None
    for step in walk(env, SAVED, seed=4):
        last = step[0]
    text = env.state.to_json()
    other.reset(seed=99)
    try:
        seen = other.restore(EpisodeState.from_json(text))
    except (ConfigError, TaskError) as error:
        raise BrokenWorldError(
            f"a saved episode cannot be replayed in another environment: {error}",
            "draw the task that options['task'] names, the same in any process",
        ) from error
    _require_same(seen, last, "a replayed episode ends elsewhere")
    if subject.elsewhere is None:
        return "in another environment"
    try:
        there = subject.elsewhere(text)
    except NerionError as error:
        raise BrokenWorldError(str(error), f"make tasks alike in any process: {SEEDED}") from error
    require(
        there == digest_of(last),
        "an episode that is replayed in another process shows other bytes",
        f"make tasks alike in any process: {SEEDED}",
    )
    return "in another environment, in another process"


def _require_same(found: Any, expected: Any, complaint: str) -> None:
    where = difference(found, expected)
    require(not where, f"{complaint}: {where}", OWN)
