"""Nerion-MultiFile-v0: a bug in one file, the failing test at another.

## Description
Small packages of two to four modules that import one another, with one bug or more put in: a wrong
sign, comparison, number, name, argument or branch. The failing test often calls another file than
the one with the bug. Every edit is kept and the tests run on what it gives; the episode ends when
they pass. Where a program has more edits than slots, the episode looks at a part of it that holds
the bugs and the places of their repair.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 256 edits,
T = 64 tests (those beyond share the last slot, which holds the worst) and N = 4096 graph nodes.
`tests` shows the current program's outcome. The columns of a trace stay unknown, unless
`trace=True` asks for a traced run after every step.

## Actions
`Discrete(257)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog.
Every edit is kept, a bad one too; most can be taken back by another.

## Reward
(passing now - passing before) / (tests broken at reset): a full repair sums to 1.0 whatever the
way, an edit that changes nothing gives 0.0. Only tests that pass on the right program count.

## Termination
When all these tests pass (`terminated`, `info["end"] = "goal"`), whether or not the program is the
original again; or after 16 steps (`terminated`, `"budget"`). An edit after which the catalog or
the graph does not fit is undone (`truncated`, `"over_limit"`).

## Tasks and splits
4 corpus programs of several files to learn from, 2 to tune on, 2 to be judged by
(`nerion_gym.tasks.splits`); no program is in two. Of a package, functions: by a hash of file and
qualified name, 80 to 10 to 10. Each corpus program has 128 numbered draws of bugs, the tasks
`NAME#0` to `NAME#127`, a package 4,096: `reset(options={"task": "unit_lab#5"})` makes that one, in
any process. A draw is a task where tests notice every bug that is left until the last is repaired,
and where the episode's focus lists the reference repair: `env.get_wrapper_attr("task").reference`,
edits which lead to the goal one after another. It is for judges, not for agents.

## Arguments
`family="corpus" | "package"`; `split="train" | "val" | "test"`; `bugs=1` or more; `lines=None`,
or the most lines of a corpus program. With `family="package"`: `path`, `tests`, `exclude`,
`arguments`, `flaky`, `containment` as in Nerion-Repo-v0. `observation="graph" | "padded"`,
`render_mode=None | "ansi" | "rgb_array" | "human"`, `trace=None | True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
The reference repair is one way, not the only one: another edit may please the same tests. The
suites of the corpus are of three strengths, and a weak one is pleased by more. Bugs of a package
lie in functions, never in the code outside. The first reset on a program measures it.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.bugs import DRAWS
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import taken_from
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.repairing import (
    OPTIONS,
    PACKAGE_DRAWS,
    REPAIR_OPERATORS,
    no_longer_than,
    package_originals,
    repair_world,
    require_family,
)
from nerion_gym.envs.vector import make_vector
from nerion_gym.tasks.builder import package_task
from nerion_gym.tasks.splits import package_split
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from nerion_gym.envs.vector import CodeEditVectorEnv
    from nerion_gym.envs.world import World

LIMITS = Limits(edits=256, tests=64, nodes=4096, steps=16)


def build(
    family: str = "corpus",
    split: str = "train",
    bugs: int = 1,
    lines: int | None = None,
    **package: Any,
) -> World:
    """Return the world.

    Args:
        family: "corpus" or "package".
        split: "train", "val" or "test".
        bugs: in each program.
        lines: most lines of a corpus program; None: all programs.
        package: of family "package": path, tests, exclude, arguments, flaky, containment.

    Raises:
        ConfigError: an argument is not of this kind, or of the other family.
        TaskError: there is no package, nothing in it to edit or to test, or no function of the
            split.
    """
    require_family(family, lines, package)
    if family == "package":
        originals = package_originals("Nerion-MultiFile-v0", split, package)
    else:
        tasks = [package_task(name, operators=REPAIR_OPERATORS) for name in package_split(split)]
        originals = no_longer_than(tasks, lines)
    draws = DRAWS if family == "corpus" else PACKAGE_DRAWS
    return repair_world("MultiFile", originals, LIMITS, bugs, draws)


@entry_point
def make(**kwargs: Any) -> CodeEditEnv:
    """Entry point of the registered id.

    Args:
        kwargs: those of `build`; all others go to `CodeEditEnv`.

    Raises:
        ConfigError, TaskError: see `build`.
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
        ConfigError, TaskError: see `build`.
    """
    options = taken_from(kwargs, OPTIONS)
    return make_vector(build(**options), num_envs, **kwargs)
