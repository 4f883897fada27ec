"""Nerion-Repo-v0: any Python package with a pytest suite is a world.

## Description
Point it at your own package: `gym.make("Nerion-Repo-v0", path="src/mypkg", tests="tests")`.
The files are read once; every run works on a copy, yours are never written. Each episode looks
at a focus: the whole program where it fits the limits, else a function or a few that tests
reach, with their callers and bodies; in at most one episode of four, code outside of functions
and functions that no test reaches. A function with more edits than there are slots is offered in
parts, drawn by the seed. So every edit comes round; `info` of `reset` has `edits_offered` of
`edits_total`.

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
One task: your package. `reset(options={"focus": "FILE::FUNCTION"})` chooses what to look at;
otherwise it is drawn. With `split=` only functions of that split are edited: by a hash of file and
qualified name 80 in 100 are of train, 10 of val, 10 of test; code outside of functions is of none.

## Arguments
`path`: module or package folder. `tests`: test files or folders (found by themselves at the
usual places). `exclude`: glob patterns of files to leave unedited. `arguments`: more of pytest's
command line, such as `("--deselect=tests/test_a.py::test_slow",)` or `"-o addopts="`.
`flaky`: `"refuse"` a suite with tests whose runs of the unchanged program differ, or go on with
the steady `"majority"` (the others are left out, named in a warning and in
`env.unwrapped.task.suite.targets`). `containment`: `"package"` (tests may start processes,
use the loopback network, read your files, and write to nothing of yours), or `"strict"` (none of
that, for code nobody has read: `docs/security.md`). `split`: None (all of it), `"train"`, `"val"`
or `"test"`. `observation="graph" | "padded"`,
`render_mode=None | "ansi" | "rgb_array" | "human"`, `trace=True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
Your package's dependencies must be importable in this interpreter. Containment needs Linux
(`nerion doctor` says what this machine gives). A function, or a statement outside of functions,
whose graph alone has more than 4096 nodes is never offered: `nerion step --explain`, the end of
`nerion train` and `manifest.json` name it.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import in_split, package_world_task, taken_from
from nerion_gym.envs.probing import PROBING_OPERATORS, probing_world
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.vector import make_vector
from nerion_gym.tasks.splits import require_split
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    import os

    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

LIMITS = Limits(edits=256, tests=64, nodes=4096, steps=64)
OPTIONS = ("tests", "exclude", "arguments", "flaky", "containment", "split")
"""Arguments of `build` beside the path."""


def build(
    path: str | os.PathLike[str] | None = None, split: str | None = None, **options: Any
) -> World:
    """Return the world of one package.

    Args:
        path: module or package folder.
        split: whose functions are edited; None: the whole package.
        options: tests, exclude, arguments, flaky and containment, as described above.

    Raises:
        TaskError: no path, nothing there to edit or to test, or no function of the split.
        ConfigError: no such split or containment, or see `nerion_gym.tasks.package.load_package`.
    """
    if split is not None:
        require_split(split)
    task = package_world_task("Nerion-Repo-v0", path, PROBING_OPERATORS, **options)
    if split is not None:
        task = in_split(task, split, resolve(PROBING_OPERATORS))
    return probing_world("Repo", (task,), LIMITS)


@entry_point
def make(path: str | os.PathLike[str] | None = None, **kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id.

    Args:
        path: module or package folder.
        kwargs: those of `build` (tests, exclude, arguments, flaky, containment, split); all others
            go to `CodeEditEnv`.

    Raises:
        TaskError, ConfigError: see `build`.
    """
    options = taken_from(kwargs, OPTIONS)
    return CodeEditEnv(build(path, **options), **kwargs)


@entry_point
def make_vec(
    num_envs: int = 1, path: str | os.PathLike[str] | None = None, **kwargs: Any
) -> CodeEditVectorEnv:
    """Vector entry point.

    Args:
        num_envs: how many environments.
        path: module or package folder.
        kwargs: those of `build`; all others go to `nerion_gym.envs.vector.make_vector`.

    Raises:
        TaskError, ConfigError: see `build`.
    """
    options = taken_from(kwargs, OPTIONS)
    return make_vector(build(path, **options), num_envs, **kwargs)
