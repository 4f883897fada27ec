"""Checks of single steps: masked actions, infos, arrays, and what many steps leave behind."""

from __future__ import annotations

import gc
import math
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.envs.checking.subject import (
    FORMS,
    LEAST_STEPS,
    Subject,
    arrays_in,
    difference,
    legal,
    require,
    walk,
)
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.listing import listed_edits
from nerion_gym.envs.state import State
from nerion_gym.errors import BrokenWorldError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.world import World

INFO_TYPES = (str, bool, int, float)
CLOCKS = frozenset({"time", "seconds", "path", "cached", "cache_hit"})
"""What `info` must not hold: it would differ from run to run."""
FEW = 12
KEPT = 64
"""States and observations that may be kept once an environment is gone: those in bounded caches."""
KEEP = "leave step() to CodeEditEnv: nerion_gym.envs.dynamics.plan says which actions are masked"
NEW = "build what you return anew at each call (np.array(kept), dict(kept))"


def check_masks(subject: Subject) -> str:
    """Check that masked actions change nothing but the budget, and that others are refused.

    Raises:
        BrokenWorldError: a masked action did something, or one outside of the space was taken.
    """
    env = subject.code()
    before, _ = env.reset(seed=0)
    masked = np.flatnonzero(before["action_mask"] == 0)
    require(masked.size, "every action is legal", f"mask submit while there are edits; {KEEP}")
    after, reward, terminated, truncated, info = env.step(masked[-1])
    require(
        (reward, terminated, truncated) == (0.0, False, False),
        f"masked action {masked[-1]} gives {reward}, {terminated=}, {truncated=}",
        f"it must give 0.0 and end nothing; {KEEP}",
    )
    require(info.get("masked_action") is True, "info does not say masked_action", KEEP)
    require(after["steps_left"] < before["steps_left"], "a masked action uses no step", KEEP)
    rest = {key: value for key, value in after.items() if key != "steps_left"}
    changed = difference(rest, {key: before[key] for key in rest}, "observation")
    require(not changed, f"a masked action changes {changed}", KEEP)
    stats = env.stats
    counts = (stats.steps, stats.masked, stats.executions)
    require(counts == (1, 1, 0), f"a masked action counts as {counts} (steps, masked, runs)", KEEP)
    require((env.last_classes == -1).all(), "a masked action has learning classes", KEEP)
    for action in (-1, int(env.action_space.n)):
        _require_refused(env, action)
    return f"{masked.size} masked of {env.action_space.n}"


def _require_refused(env: CodeEditEnv, action: int) -> None:
    try:
        env.step(action)
    except ConfigError as error:
        require("expected 0" in str(error), f"action {action}: {error}", KEEP)
    else:
        raise BrokenWorldError(f"action {action} is taken, though outside of the space", KEEP)


def check_info(subject: Subject) -> str:
    """Check that `info` is flat: plain values by name, new each time, without clocks and paths.

    Raises:
        BrokenWorldError: names the entry.
    """
    seen: list[dict[str, Any]] = []
    for *_, info in walk(subject.make(), FEW):
        deep = {key: type(v).__name__ for key, v in info.items() if type(v) not in INFO_TYPES}
        require(not deep, f"info holds {deep}", "put str, bool, int or float there, one a key")
        clocks = sorted(CLOCKS & info.keys())
        require(not clocks, f"info holds {clocks}", "leave out what differs from run to run")
        old = any(info is other for other in seen)
        require(not old, "the same info is returned twice", NEW)
        seen.append(info)
    return f"{len(seen)} infos"


def check_views(subject: Subject) -> str:
    """Check that writing into what is returned changes nothing that is returned later.

    Raises:
        BrokenWorldError: names what changed.
    """
    for form in FORMS:
        env, clean = subject.make(observation=form), subject.make(observation=form)
        rng = np.random.default_rng(0)
        mine, (observation, info) = env.reset(seed=0), clean.reset(seed=0)
        _require_own(mine, (observation, info), form)
        for _ in range(FEW):
            action = legal(observation, rng)
            stepped, expected = env.step(action), clean.step(action)
            observation = expected[0]
            _require_own(stepped, expected, form)
            if expected[2] or expected[3]:
                mine, (observation, info) = env.reset(), clean.reset()
                _require_own(mine, (observation, info), form)
    return f"{FEW} steps of each form"


def _require_own(mine: Any, clean: Any, form: str) -> None:
    """Compare what a scribbled environment and a clean one give; then scribble on it."""
    changed = difference(mine, clean, f"observation={form!r}: returned")
    require(not changed, f"{changed} changes with what was returned before", NEW)
    for array in arrays_in(mine):
        if array.flags.writeable:
            array[...] = 1
    mine[-1].clear()


def check_many_steps(subject: Subject) -> str:
    """Check many random legal steps: all legal, counted, and nothing is left behind.

    Raises:
        BrokenWorldError: a reward is no number, a legal action is masked, an edit is run more than
            once though nothing is kept, or descriptors, processes, threads, states or observations
            are left.
        ConfigError: too few steps are asked for.
    """
    require_enough(subject)
    before = _held()
    env = subject.make(runner=subject.runner())
    try:
        seen = [weakref.ref(array) for array in _random_steps(env, subject)]
        note = _require_counted(env.unwrapped, subject.steps)  # type: ignore[arg-type]
    finally:
        env.close()
    del env
    after = _held()
    for what, count in before.items():
        require(
            after[what] - count <= (KEPT if what == "states" else 0),
            f"{after[what] - count} {what} more than before, after {subject.steps} steps and close",
            "close, join or forget at each step, or in close(), what the world opens or keeps",
        )
    alive = sum(ref() is not None for ref in seen)
    require(
        alive <= KEPT,
        f"{alive} of {len(seen)} observations are kept after {subject.steps} steps and close",
        "forget what was returned: whoever steps keeps it",
    )
    return note


def require_enough(subject: Subject) -> None:
    """Refuse to ask for so few steps that a cache that fills looks like a leak.

    Raises:
        ConfigError: fewer than `LEAST_STEPS`.
    """
    if subject.steps < LEAST_STEPS:
        msg = f"steps={subject.steps}: expected at least {LEAST_STEPS}, to tell a leak from a cache"
        raise ConfigError(msg)


def _random_steps(env: Any, subject: Subject) -> Iterable[np.ndarray]:
    """Walk; yield an array of each observation."""
    for observation, reward, *_, info in walk(env, subject.steps, seed=8):
        require(
            not info.get("masked_action"),
            "an action that action_mask shows as legal is masked",
            KEEP,
        )
        require(math.isfinite(reward), f"a reward is {reward}", "rewards are finite numbers")
        yield observation["edits"]


def _require_counted(env: CodeEditEnv, steps: int) -> str:
    """Check what was spent; return a note of it."""
    stats, world = env.stats, env.world
    require(stats.steps == steps, f"{stats.steps} steps are counted of {steps}", KEEP)
    most = min(steps, _different(world))
    require(
        0 <= stats.executions <= most,
        f"{stats.executions} executions in {steps} steps; expected at most {most}",
        "leave counting to CodeEditEnv.end_step",
    )
    return f"{steps} steps, {stats.executions} executions"


def _different(world: World) -> float:
    """Count the edits that can be run where none is kept: each is an execution once."""
    if world.commit != "never" or not isinstance(world.generator, FixedTasks):
        return math.inf
    tasks = world.generator.tasks
    return sum(len(listed_edits(task.program, world.operators, None)) for task in tasks)


def _held() -> dict[str, int]:
    """Count what this process holds: descriptors, processes below it, threads, states."""
    gc.collect()
    found = {"threads": threading.active_count(), "states": _states()}
    descriptors = Path("/proc/self/fd")
    if descriptors.is_dir():
        found["descriptors"] = sum(1 for _ in descriptors.iterdir())
        found["processes"] = len(_below("self"))
    return found


def _states() -> int:
    return sum(type(kept) is State for kept in gc.get_objects())


def _below(process: str) -> list[str]:
    """Return the processes below one, all the way down; one that has just ended has none."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [name for task in tasks for name in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*children, *(deeper for child in children for deeper in _below(child))]
