"""Tasks of simplifying: a tidy program made dearer, to be brought back to what it cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.edits.inflate import inflate
from nerion_gym.edits.registry import resolve
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.costs import program_cost
from nerion_gym.syntax.module import outermost, parse_module
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.program import Focus, FunctionRef
from nerion_gym.types.task import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task

MOST_EDITS = 4
"""At most so many edits make a program dearer; one at least."""
LARGEST_WHOLE, SMALLEST, LARGEST = 1000, 20, 800
"""Syntax nodes: of a program that is looked at as a whole, and of a function in a larger one. A
graph has about 1.6 nodes for each, and the largest is to fit into 2048."""
DRAWS = 100
"""Draws of a program and a variant before giving up."""


@dataclass(frozen=True)
class SimplifyTasks:
    """Draws a tidy program and one of its variants.

    A program has a fixed number of variants, so that each is made and measured once.

    Attributes:
        sources: tasks of tidy programs; each lists its operators.
        cost: one of `nerion_gym.syntax.costs.COSTS`.
        variants: of each program.
    """

    sources: tuple[Task, ...]
    cost: str
    variants: int

    def sample(self, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
        """Draw a task, or make the one that `options["task"]` names, "slugs-size-3" say.

        Raises:
            TaskError: no program that was drawn can be made dearer.
            ConfigError: there is no task of that name.
        """
        if "task" in options:
            return self.named(str(options["task"]))
        for _ in range(DRAWS):
            source = self.sources[int(rng.integers(len(self.sources)))]
            task = dearer_task(source, self.cost, int(rng.integers(self.variants)))
            if task is not None:
                return task
        names = ", ".join(sorted({source.name for source in self.sources})[:5])
        msg = (
            f"{names}: in {DRAWS} draws no edit raised the {self.cost} such that a listed refactor "
            "takes it back; choose another cost, or programs with longer functions"
        )
        raise TaskError(msg)

    def named(self, name: str) -> Task:
        """Return the task of a name.

        Raises:
            ConfigError: there is none.
        """
        program, _, rest = name.rpartition(f"-{self.cost}-")
        numbered = rest.isascii() and rest.isdigit() and int(rest) < self.variants
        for source in self.sources:
            found = None
            if numbered and source.name == program:
                found = dearer_task(source, self.cost, int(rest))
            if found is not None and found.name == name:
                return found
        names = ", ".join(sorted({source.name for source in self.sources})[:5])
        msg = (
            f"options['task']={name!r}: there is no such task; expected PROGRAM-{self.cost}-N, "
            f"N from 0 to {self.variants - 1}, PROGRAM of {names}, ..."
        )
        raise ConfigError(msg)


@lru_cache(maxsize=4096)
def dearer_task(source: Task, cost: str, variant: int) -> Task | None:
    """Return a variant of a program that costs more, with its target and reference.

    Args:
        source: the task of the tidy program; its operators are listed.
        cost: one of `nerion_gym.syntax.costs.COSTS`.
        variant: its number: seeds the draws, together with the program.

    None where nothing was found that makes this part of the program dearer.
    """
    rng = np.random.default_rng([int(source.program.digest[:15], 16), variant])
    focus = source.focus or drawn_focus(source.program, rng)
    count = int(rng.integers(1, MOST_EDITS + 1))
    try:
        found = inflate(source.program, cost, count, rng, resolve(source.operators), focus)
    except TaskError:
        return None
    target = Target(cost, program_cost(source.program, cost))
    return replace(
        source,
        name=f"{source.name}-{cost}-{variant}",
        program=found.program,
        goal="simplify",
        focus=focus,
        target=target,
        reference=found.reference,
        baseline=None,
        trace=None,
    )


def drawn_focus(program: Program, rng: np.random.Generator) -> Focus | None:
    """Return a function of a large program; None where it is looked at as a whole, or has none."""
    if program_cost(program, "size") <= LARGEST_WHOLE:
        return None
    functions = functions_of(program)
    return Focus((functions[int(rng.integers(len(functions)))],)) if functions else None


@lru_cache(maxsize=64)
def functions_of(program: Program) -> tuple[FunctionRef, ...]:
    """Return the outermost functions and methods that are neither tiny nor too large."""
    return tuple(
        FunctionRef(path, function.qualname)
        for path in program.paths
        for function in outermost(parse_module(path, program.source(path)))
        if SMALLEST <= len(nodes_in(function.node)) <= LARGEST
    )
