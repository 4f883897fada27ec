"""What the probing worlds share: measure an edit, undo it, look for survivors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.reward import Survivors
from nerion_gym.envs.world import World
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.task import Limits, Task

PROBING_OPERATORS = (
    "rename_local",
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "swap_boolean",
    "increment_number",
    "decrement_number",
    "return_none",
)
"""Version 0 of the probing worlds: listed, so that a new operator never changes an old id."""


def probing_world(
    name: str,
    tasks: Sequence[Task],
    limits: Limits,
    *,
    operators: Sequence[str] = PROBING_OPERATORS,
    prefix: str = "Nerion-",
) -> World:
    """Return version 0 of a probing world.

    Args:
        name: its id is `PREFIXNAME-v0`.
        tasks: drawn from uniformly.
        limits: the numbers of its spaces.
        operators: names of the kinds of edits.
        prefix: "" for a world outside of this package.

    Raises:
        UnknownOperatorError: a name means no operator.
        ConfigError: there is no task.
    """
    kinds = resolve(operators)
    mutations = frozenset(op.name for op in kinds if op.kind is Kind.MUTATION)
    return World(
        name=name,
        version=0,
        operators=kinds,
        generator=FixedTasks(tuple(tasks)),
        reward=Survivors(mutations),
        commit="never",
        limits=limits,
        prefix=prefix,
    )
