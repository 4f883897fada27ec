"""Nerion-Explore-v0: no task, only things to find out.

## Description
A program, its tests, and every kind of mutation there is: nothing is asked of the agent. Each edit
is measured and undone. An agent that is driven by its own curiosity learns here what edits do; what
it has learnt is judged elsewhere: by how well it predicts outcomes, or in a world with a reward.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 256 edits,
T = 64 tests (those beyond share the last slot, which holds the worst) and N = 2048 graph nodes.
The columns of a trace are filled; `trace=False` leaves them unknown.

## Actions
`Discrete(257)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog:
mutations of expressions, calls, names, statements and definitions, 61 operators in all.

## Reward
0, always. Wrap the environment in a curiosity bonus (`nerion_gym.wrappers`), or let the agent make
its own.

## Termination
After 64 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
`family="corpus"`: the corpus programs of the split, drawn by the seed. `family="package"`: your
package. Most programs have more than 256 edits: an episode then looks at a focus, a function or a
few that tests reach with their callers and bodies, and in at most one episode of four at code that
no test reaches. `reset(options={"focus": "FILE::FUNCTION"})` chooses what to look at.

## Arguments
`family="corpus" | "package"`, `split="train" | "val" | "test"` (of the corpus). With
`family="package"`: `path`, `tests`, `exclude`, `arguments`, `flaky`, `containment`, as of
Nerion-Repo-v0. `observation="graph" | "padded"`,
`render_mode=None | "ansi" | "rgb_array" | "human"`, `trace=True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
`info["is_success"]` says whether a mutation has survived, as in the other probing worlds, though
nothing here rewards it. The first episode of a program needs a control run and a traced one.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.packages import CORPUS, PACKAGE_OPTIONS, family_tasks, taken_from
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.reward import NoReward
from nerion_gym.envs.vector import make_vector
from nerion_gym.envs.world import World
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from nerion_gym.envs.vector import CodeEditVectorEnv

LIMITS = Limits(edits=256, tests=64, nodes=2048, steps=64)
OPTIONS = ("family", "split", *PACKAGE_OPTIONS)
"""Arguments of `build`."""
OPERATORS = (
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "swap_boolean",
    "increment_number",
    "decrement_number",
    "return_none",
    "swap_operands",
    "drop_operand",
    "add_one",
    "subtract_one",
    "change_sign",
    "break_chain",
    "force_condition",
    "swap_ternary",
    "change_string",
    "empty_container",
    "replace_with_none",
    "wrong_literal",
    "shift_slice",
    "drop_slice_bound",
    "swap_arguments",
    "drop_argument",
    "none_argument",
    "unwrap_call",
    "wrap_call",
    "swap_builtin",
    "swap_method",
    "wrong_attribute",
    "wrong_function",
    "wrong_variable",
    "wrong_index",
    "rename_keyword_argument",
    "drop_await",
    "remove_statement",
    "remove_assignment",
    "remove_loop",
    "remove_condition",
    "remove_else",
    "remove_try",
    "remove_with",
    "remove_return",
    "remove_raise",
    "shuffle_statements",
    "swap_branches",
    "swap_break_continue",
    "skip_loop",
    "assign_augmented",
    "augment_assignment",
    "change_default",
    "remove_default",
    "change_exception",
    "remove_decorator",
    "remove_base",
    "remove_method",
    "change_lambda",
    "change_constant",
    "indent_statement",
    "dedent_statement",
    "drop_case",
    "shuffle_methods",
)
"""Every mutation that there is in version 0; listed, so that a new one never changes the id."""


def build(family: str = CORPUS, split: str = "train", **package: Any) -> World:
    """Return the world.

    Args:
        family: where the programs come from.
        split: of the corpus.
        package: path, tests, exclude, arguments, flaky, containment of `family="package"`.

    Raises:
        ConfigError: no such family or split, or see `nerion_gym.envs.packages`.
        TaskError: a package that is missing or cannot be used.
    """
    tasks = family_tasks("Nerion-Explore-v0", family, split, OPERATORS, package)
    return World(
        name="Explore",
        version=0,
        operators=resolve(OPERATORS),
        generator=FixedTasks(tasks),
        reward=NoReward(),
        commit="never",
        limits=LIMITS,
    )


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
