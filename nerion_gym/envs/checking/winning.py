"""Check: where a task knows edits that reach its goal, they do, and doing nothing earns nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.checking.subject import Subject, require
from nerion_gym.syntax.costs import program_cost

if TYPE_CHECKING:
    from nerion_gym.types.task import Task

EPISODES = 3
CLOSE = 1e-9
FIX = "check the reference edits, the reward's terms() and reached(), and the task's baseline"


def lacks_reference(subject: Subject) -> str:
    """Say why there is nothing to check, "" where there is."""
    env = subject.code()
    for seed in range(EPISODES):
        env.reset(seed=seed)
        if env.task.reference:
            return ""
    return "its tasks have no reference"


def check_reference(subject: Subject, episodes: int = EPISODES) -> str:
    """Check that the reference scores 1.0 and reaches the goal, and that a no-op scores 0.0.

    Raises:
        BrokenWorldError: names the task, and what it scored.
    """
    env = subject.code()
    made = 0
    for seed in range(episodes):
        env.reset(seed=seed)
        if env.task.reference:
            require_won(env)
            made += 1
    return f"{made} tasks"


def require_won(env: Any) -> None:
    """Do nothing once, then what the reference says, in the episode that has begun.

    Raises:
        BrokenWorldError: names the task, and what it scored.
    """
    task = env.task
    require(
        not env.world.reward.reached(env.current), f"{task.name}: begins where the goal holds", FIX
    )
    nothing = env.step(len(env.edits) + 1)[1]
    require(nothing == 0.0, f"{task.name}: a step that does nothing earns {nothing}", FIX)
    total, terminated, truncated, info = 0.0, False, False, {}
    for number, edit in enumerate(task.reference):
        require(
            not (terminated or truncated),
            f"{task.name}: has ended before edit {number + 1} of its {len(task.reference)}",
            FIX,
        )
        require(
            edit in env.edits,
            f"{task.name}: edit {number + 1} of the reference, {edit.operator} at "
            f"{edit.site.path}:{edit.site.start}, is not listed",
            "list its operator in the World, and let the focus hold its site",
        )
        _, reward, terminated, truncated, info = env.step(env.edits.index(edit) + 1)
        total += reward
    end = info.get("end")
    require(
        terminated and not truncated and end == "goal" and info["is_success"],
        f"{task.name}: the reference ends with {terminated=}, {truncated=}, end={end!r}",
        FIX,
    )
    share = total / best_of(task)
    require(
        math.isclose(share, 1.0, abs_tol=CLOSE), f"{task.name}: the reference scores {share}", FIX
    )


def best_of(task: Task) -> float:
    """Return what reaching a task's goal earns: 1, or the fall of its cost to the target."""
    if task.target is None:
        return 1.0
    cost = program_cost(task.program, task.target.cost)
    return (cost - task.target.most) / cost
