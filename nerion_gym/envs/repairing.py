"""What the repair worlds share: bugs are put in, edits are kept, tests that pass again count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.bugs import BuggyTasks
from nerion_gym.envs.packages import (
    FAMILIES,
    PACKAGE_OPTIONS,
    in_split,
    package_world_task,
)
from nerion_gym.envs.reward import RepairProgress
from nerion_gym.envs.world import World
from nerion_gym.errors import ConfigError
from nerion_gym.tasks.splits import require_split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.task import Limits, Task

REPAIR_OPERATORS = (
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "swap_boolean",
    "increment_number",
    "decrement_number",
    "swap_operands",
    "swap_ternary",
    "shift_slice",
    "swap_arguments",
    "swap_builtin",
    "swap_method",
    "wrong_variable",
    "wrong_index",
    "swap_branches",
    "swap_break_continue",
)
"""Version 0 of the repair worlds: bugs that people write, each of which edits of these operators
take out again. Listed, so that a new operator never changes an old id."""
PACKAGE_DRAWS = 4096
"""Numbered sets of bugs of a package."""
OPTIONS = ("family", "split", "bugs", "lines", *PACKAGE_OPTIONS)
"""Arguments of a repair world's `build`."""


def repair_world(
    name: str, originals: Sequence[Task], limits: Limits, bugs: int, draws: int
) -> World:
    """Return version 0 of a repair world.

    Args:
        name: of the world.
        originals: right programs; bugs are put into one of them for each episode.
        limits: the numbers of its spaces.
        bugs: how many, at least 1.
        draws: numbered sets of bugs of each original.

    Raises:
        ConfigError: `bugs` is no such number.
    """
    if isinstance(bugs, bool) or not isinstance(bugs, int) or bugs < 1:
        msg = f"bugs={bugs!r}: expected a whole number, at least 1"
        raise ConfigError(msg)
    operators = resolve(REPAIR_OPERATORS)
    return World(
        name=name,
        version=0,
        operators=operators,
        generator=BuggyTasks(tuple(originals), operators, limits, bugs, draws),
        reward=RepairProgress(),
        commit="always",
        limits=limits,
    )


def require_family(family: str, lines: int | None, package: dict[str, Any]) -> None:
    """Refuse a family that there is not, and arguments of the other one.

    Raises:
        ConfigError: names them, and where they belong.
    """
    if family not in FAMILIES:
        msg = f"family={family!r}: expected one of {', '.join(FAMILIES)}"
        raise ConfigError(msg)
    if family == "corpus" and package:
        msg = f"{', '.join(sorted(package))}: of family='package'; this is family='corpus'"
        raise ConfigError(msg)
    if family == "package" and lines is not None:
        msg = f"lines={lines!r}: of family='corpus'; choose functions of a package by exclude="
        raise ConfigError(msg)


def package_originals(world_id: str, split: str, package: dict[str, Any]) -> tuple[Task, ...]:
    """Return the one original of a package: bugs lie in the functions of a split.

    Raises:
        TaskError, ConfigError: see `nerion_gym.envs.packages`.
    """
    require_split(split)
    options = dict(package)
    task = package_world_task(world_id, options.pop("path", None), REPAIR_OPERATORS, **options)
    return (in_split(task, split, resolve(REPAIR_OPERATORS)),)


def no_longer_than(tasks: Sequence[Task], lines: int | None) -> tuple[Task, ...]:
    """Return the tasks whose programs have at most so many lines.

    Raises:
        ConfigError: `lines` is no such number, or no program is so short.
    """
    if lines is None:
        return tuple(tasks)
    if isinstance(lines, bool) or not isinstance(lines, int) or lines < 1:
        msg = f"lines={lines!r}: expected a whole number, at least 1, or None for all programs"
        raise ConfigError(msg)
    found = tuple(task for task in tasks if lines_of(task) <= lines)
    if not found:
        msg = f"lines={lines}: the shortest program of this split has {min(map(lines_of, tasks))}"
        raise ConfigError(msg)
    return found


def lines_of(task: Task) -> int:
    """Count the lines of a task's program, blank ones too."""
    return sum(len(source.splitlines()) for _, source in task.program.files)
