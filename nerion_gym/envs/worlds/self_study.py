"""Nerion-Self-v0: the project's own source, judged by its own tests: the agent studies itself.

## Description
The program is a part of nerion-gym: how it reads syntax trees, counts what code costs, and
measures predictions. The tests are its own unit tests that are marked `pure` (no process, file or
network). Every run works on a copy of the checkout: what is edited is never what is running. Each
edit is measured and undone. An episode starts from a function of the split and edits it and its
neighbours of the same split; their callers and what they call are shown.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 256 edits,
T = 64 tests (those beyond share the last slot, which holds the worst) and N = 4096 graph nodes.
The columns of a trace are filled; `trace=False` leaves them unknown.

## Actions
`Discrete(257)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog.

## Reward
1 for the first time in the episode that a given mutation survives (no test's learning class
differs from the control run's), else 0. Refactors never count. An edit that no test reaches
survives and costs no execution.

## Termination
After 64 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
One task. Which split a function belongs to says the SHA-256 of "FILE::FUNCTION": of ten functions
about eight are in train, one in val, one in test; a function inside another goes with it. Code
outside of functions is in none. `reset(options={"focus": "FILE::FUNCTION"})` chooses what to look
at, whatever its split.

## Arguments
`modules`: folders or files below `nerion_gym`, such as `("syntax/costs.py", "graphs")`; by default
`metrics` and five files of `syntax`. Their tests are those of the same name below
`tests/unit`: the more and the slower, the longer the first reset takes.
`split="train" | "val" | "test"`. `path`: a checkout; by default the one that `nerion_gym` is
imported from. `observation="graph" | "padded"`,
`render_mode=None | "ansi" | "rgb_array" | "human"`, `trace=True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
Needs a checkout with the tests, and what the tests need (`pip install "nerion-gym[dev]"`):
an installed package has no tests. The tests of modules that start processes, or that need torch,
are not marked `pure` and cannot judge. Where a test uses hypothesis (those of `types`), each edit
is run from its import and costs seconds. Of the functions of the default modules only a handful
are in val and in test: to compare agents there, name more modules. The program changes as the
project does: figures of two versions of it are not of one task, which `info["task_id"]` shows.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import taken_from
from nerion_gym.envs.probing import PROBING_OPERATORS, probing_world
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.vector import make_vector
from nerion_gym.tasks.checkout import checkout_task
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

LIMITS = Limits(edits=256, tests=64, nodes=4096, steps=64)
MODULES = (
    "metrics",
    "syntax/costs.py",
    "syntax/loose.py",
    "syntax/module.py",
    "syntax/scaffold.py",
    "syntax/scopes.py",
)
"""Edited unless others are named: pure code with tests of its own that take two seconds. Without
`types`: hypothesis, which its tests use, reads every module's source as it is imported, so that
each edit would have to be imported and collected anew and run all tests (1.4 s instead of 0.1)."""
OPTIONS = ("path", "modules", "split")
"""Arguments of `build`."""


def build(
    path: str | os.PathLike[str] | None = None,
    modules: Sequence[str] = MODULES,
    split: str = "train",
) -> World:
    """Return the world.

    Args:
        path: a checkout of the project; None: where this package is imported from.
        modules: what is edited, below `nerion_gym`.
        split: whose functions episodes start from.

    Raises:
        TaskError: no checkout, or it has no such module or no tests of it.
        ConfigError: no such split, or `modules` names nothing.
    """
    task = checkout_task(path, modules, split, PROBING_OPERATORS)
    return probing_world("Self", (task,), LIMITS)


@entry_point
def make(**kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id.

    Args:
        kwargs: those of `build`; all others go to `CodeEditEnv`.

    Raises:
        TaskError, ConfigError: see `build`.
    """
    options = taken_from(kwargs, OPTIONS)
    return CodeEditEnv(build(**options), **kwargs)


@entry_point
def make_vec(num_envs: int = 1, **kwargs: Any) -> CodeEditVectorEnv:
    """Vector entry point.

    Args:
        num_envs: how many environments.
        kwargs: those of `build`; all others go to `nerion_gym.envs.vector.make_vector`.

    Raises:
        TaskError, ConfigError: see `build`.
    """
    options = taken_from(kwargs, OPTIONS)
    return make_vector(build(**options), num_envs, **kwargs)
