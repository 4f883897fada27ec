"""What worlds over a user's own package share: their arguments, and the task that they make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.runner import default_runner
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from nerion_gym.tasks.package_flaky import without_flaky
from nerion_gym.tasks.splits import corpus_split
from nerion_gym.types.suite import PACKAGE

if TYPE_CHECKING:
    import os

    from nerion_gym.types.task import Task

CORPUS = "corpus"
FAMILIES = (CORPUS, "package")
PACKAGE_OPTIONS = ("path", "tests", "exclude", "arguments", "flaky", "containment")
"""Arguments that say which package, and how its tests are run."""


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
    return (package_task(world_id, operators, **options),)


def package_task(
    world_id: str,
    operators: tuple[str, ...],
    path: str | os.PathLike[str] | None = None,
    flaky: str = "refuse",
    containment: str = PACKAGE,
    **options: Any,
) -> Task:
    """Return the task of a package.

    Args:
        world_id: for messages.
        operators: canonical names.
        path: module or package folder.
        flaky: "refuse" or "majority".
        containment: "package" or "strict".
        options: tests, exclude and arguments, as of `nerion_gym.tasks.package.load_package`.

    Raises:
        TaskError: no path, or nothing there to edit or to test.
        ConfigError: see `load_package` and `Task.confined`.
    """
    if path is None:
        msg = (
            f"{world_id} needs a package: gymnasium.make('{world_id}', family='package', "
            "path='src/mypkg', tests='tests')"
        )
        raise TaskError(msg)
    task = load_package(path, operators=operators, **options).confined(containment)
    return without_flaky(task, flaky, default_runner())


def taken_from(kwargs: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Take arguments out of those of an environment, and return them."""
    return {name: kwargs.pop(name) for name in names if name in kwargs}
