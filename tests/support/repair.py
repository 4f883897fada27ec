"""A repair world over corpus programs with bugs put in: every measured edit is kept."""

from nerion_gym.edits.inject import inject
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.reward import RepairProgress
from nerion_gym.envs.world import World
from nerion_gym.tasks.builder import corpus_task, measured
from nerion_gym.types.task import Limits, Task

LIMITS = Limits(edits=256, tests=64, nodes=2048, steps=8)
"""Those of the design's Repair world."""


def broken_task(runner, name, rng):
    """Return a task whose program has one bug, with the baseline of the right one."""
    right = measured(corpus_task(name), runner)
    assert right.baseline is not None
    found = inject(right.program, right.baseline.coverage, 1, rng)
    names = tuple(row.name for row in OPERATORS)
    return Task(name, found.program, right.suite, "repair", names, baseline=right.baseline)


def repair_world(tasks, limits=LIMITS):
    """Return a world in which these tasks are repaired, one kept edit a step."""
    generator = FixedTasks(tuple(tasks))
    return World("Repair", 0, OPERATORS, generator, RepairProgress(), "always", limits)


def repair_env(runner, rng, name="logic_v2", **kwargs):
    """Return an environment with one broken corpus program."""
    world = repair_world([broken_task(runner, name, rng)])
    return CodeEditEnv(world, runner=runner, **kwargs)
