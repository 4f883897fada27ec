"""Nerion-Simplify-v0: make a program simpler, with all tests green.

## Description
A tidy program was made dearer by up to four edits that keep its meaning: a value that got a name
for nothing, an `if` in place of a choice, a copy of a block where nothing gets to. Bring its cost
back. An edit is kept where every test keeps its learning class, else undone. Most listed edits
make the program dearer or leave the cost as it is; what has been made dearer can be made cheaper
again, so a wrong edit costs steps and no more.

`cost` is one of three whole numbers, summed over the program (`nerion_gym.syntax.costs`):

- `"size"`: nodes of the syntax tree;
- `"nesting"`: how deep each block (`if`, loop, `with`, `try`, `match`) stands in its function;
- `"complexity"`: cyclomatic complexity (McCabe 1976), each condition of an `and` counted.

## Observation
The common dictionary (graph, edits, tests, action_mask, steps_left) with K = 256 edits,
T = 64 tests and N = 2048 graph nodes. The graph shows the current program, so what an edit took
away can be counted in it. The columns of a trace are unknown; `trace=True` fills them, one traced
run a step.

## Actions
`Discrete(257)`: 0 is submit (masked while any edit is legal), a > 0 the a-th edit of the catalog:
24 refactors that raise or lower a cost.

## Reward
(cost before - cost after) / (cost at reset) for an edit that is kept, else 0; negative where the
program gets dearer. An episode that ends at the goal sums to at least
(cost at reset - target) / (cost at reset), which is what the reference edits get. The normalised
score is the sum divided by that: 1.0 for the reference, 0.0 for a no-op.

## Termination
When the goal holds: cost <= target, what the program cost before it was made dearer
(`terminated`, `info["end"] = "goal"`); after 16 steps (`terminated`, `info["end"] = "budget"`).

## Tasks and splits
`family="corpus"`: 32 variants of each corpus program of the split; the splits have no program in
common. `family="package"`: 16 variants of your package; of one with more than 1,000 syntax nodes,
each looks at one function. `env.unwrapped.task` has `target` and the `reference` edits.

## Arguments
`cost="size" | "nesting" | "complexity"`, `family="corpus" | "package"`,
`split="train" | "val" | "test"` (of the corpus). With `family="package"`: `path`, `tests`,
`exclude`, `arguments`, `flaky`, `containment`, as of Nerion-Repo-v0.
`observation="graph" | "padded"`,
`render_mode=None | "ansi" | "rgb_array" | "human"`, `trace=None | True | False`; of
`gymnasium.make_vec` also `workers` and `autoreset_mode`.

## Known limits
The target and the cost at reset are not in the observation: they end the episode and scale its
rewards, but the best next edit does not hang on them. Making a variant takes some tenths of a
second and a control run, once. `options={"focus": ...}` may name functions from which the goal
cannot be reached. A cost is a number, not taste: a shorter program is not always a better one.

## Versions
v0: first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.packages import CORPUS, PACKAGE_OPTIONS, family_tasks, taken_from
from nerion_gym.envs.registering import entry_point
from nerion_gym.envs.reward import RelativeFall
from nerion_gym.envs.vector import make_vector
from nerion_gym.envs.world import World
from nerion_gym.syntax.costs import require_cost
from nerion_gym.tasks.simplify import SimplifyTasks
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from nerion_gym.envs.vector import CodeEditVectorEnv

LIMITS = Limits(edits=256, tests=64, nodes=2048, steps=16)
OPTIONS = ("cost", "family", "split", *PACKAGE_OPTIONS)
"""Arguments of `build`."""
VARIANTS = {"corpus": 32, "package": 16}
OPERATORS = (
    "extract_variable",
    "extract_function",
    "inline_variable",
    "inline_function",
    "apply_de_morgan",
    "invert_if",
    "split_condition",
    "merge_conditions",
    "nest_conditional",
    "unnest_conditional",
    "if_to_ternary",
    "ternary_to_if",
    "loop_to_comprehension",
    "comprehension_to_loop",
    "while_to_range",
    "range_to_while",
    "expand_augmented",
    "contract_augmented",
    "remove_dead_code",
    "remove_redundant_else",
    "introduce_temporary",
    "remove_temporary",
    "add_annotation",
    "remove_annotation",
)
"""Refactors that lower a cost, and those that raise it: without names, order and notation."""


def build(cost: str = "size", family: str = CORPUS, split: str = "train", **package: Any) -> World:
    """Return the world.

    Args:
        cost: what is to be lowered.
        family: where the programs come from.
        split: of the corpus.
        package: path, tests, exclude, arguments, flaky, containment of `family="package"`.

    Raises:
        ConfigError: no such cost, family or split, or see `nerion_gym.envs.packages`.
        TaskError: a package that is missing or cannot be used.
    """
    require_cost(cost)
    sources = family_tasks("Nerion-Simplify-v0", family, split, OPERATORS, package)
    return World(
        name="Simplify",
        version=0,
        operators=resolve(OPERATORS),
        generator=SimplifyTasks(sources, cost, VARIANTS[family]),
        reward=RelativeFall(),
        commit="if_green",
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
