"""What worlds on the corpus or your own package share: their tasks, and functions of one split."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.units import editable_units
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.runner import default_runner
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from nerion_gym.tasks.package_flaky import without_flaky
from nerion_gym.tasks.splits import corpus_split, function_split, require_split
from nerion_gym.types.suite import PACKAGE

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.task import Task

CORPUS = "corpus"
ONLY_PACKAGES = "Nerion-Repo-v0"
"""The world that has no corpus."""
FAMILIES = (CORPUS, "package")
PACKAGE_OPTIONS = ("path", "tests", "exclude", "arguments", "flaky", "containment")
"""Arguments that say which package, and how its tests are run; those of `Nerion-Repo-v0`."""


def family_tasks(
    world_id: str, family: str, split: str, operators: tuple[str, ...], options: dict[str, Any]
) -> tuple[Task, ...]:
    """Return the tasks of a world: the corpus programs of a split, or one package.

    Args:
        world_id: for messages.
        family: "corpus" or "package".
        split: "train", "val" or "test", of the corpus.
        operators: canonical names.
        options: some of `PACKAGE_OPTIONS`, for a package only.

    Raises:
        ConfigError: no such family or split, or a package's argument without one.
        TaskError: a package without a path, or one that cannot be used.
    """
    if family not in FAMILIES:
        msg = f"family={family!r}: expected one of {', '.join(FAMILIES)}"
        raise ConfigError(msg)
    if family == CORPUS:
        if options:
            msg = f"{', '.join(sorted(options))}: only with family='package' in {world_id}"
            raise ConfigError(msg)
        tasks = (corpus_task(name, operators=operators) for name in corpus_split(split))
        return tuple(replace(task, split=split) for task in tasks)
    package = dict(options)
    return (package_world_task(world_id, package.pop("path", None), operators, **package),)


def package_world_task(
    world_id: str,
    path: str | os.PathLike[str] | None,
    operators: tuple[str, ...],
    *,
    flaky: str = "refuse",
    containment: str = PACKAGE,
    **options: Any,
) -> Task:
    """Return the task of a package for a world.

    Args:
        world_id: for the message.
        path: module or package folder.
        operators: canonical names of the allowed operators.
        flaky: what to do about tests whose runs differ, see `Nerion-Repo-v0`.
        containment: what its tests are confined to.
        options: of `nerion_gym.tasks.package.load_package`: tests, exclude, arguments.

    Raises:
        TaskError: no path, or nothing there to edit or to test.
        ConfigError: `containment`, or see `load_package`.
    """
    if path is None:
        family = "" if world_id == ONLY_PACKAGES else "family='package', "
        msg = (
            f"{world_id} needs a package: gymnasium.make({world_id!r}, {family}"
            "path='src/mypkg', tests='tests')"
        )
        raise TaskError(msg)
    task = load_package(path, operators=operators, **options).confined(containment)
    return without_flaky(task, flaky, default_runner())


def in_split(task: Task, split: str, operators: tuple[Operator, ...]) -> Task:
    """Return a package's task with the functions of one split as all that is edited.

    Functions are told apart by file and qualified name, in parts of 80, 10 and 10; code outside
    of functions is in no split.

    Raises:
        ConfigError: there is no such split.
        TaskError: no function of the package that holds an edit is in it.
    """
    require_split(split)
    units = [unit for unit in editable_units(task.program, operators) if unit.ref.qualname]
    pool = tuple(
        unit.ref for unit in units if function_split(unit.ref.path, unit.ref.qualname) == split
    )
    if not pool:
        msg = (
            f"split={split!r}: none of the {len(units)} functions of {task.name} that hold an "
            "edit is in it; a package of a few dozen has some in each"
        )
        raise TaskError(msg)
    return replace(task, pool=pool, split=split)


def taken_from(kwargs: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Take the arguments of a world's `build` out of those of an environment."""
    return {name: kwargs.pop(name) for name in names if name in kwargs}
