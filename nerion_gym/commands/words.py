"""From `--semantics` to the table of what the words of a world's programs mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.training.config import OFF, suggestion

if TYPE_CHECKING:
    import gymnasium as gym

    from nerion_gym.training.config import TrainConfig
    from nerion_gym.types.semantics import Semantics
    from nerion_gym.types.task import Task

READERS = frozenset({"curiosity", "curiosity_uniform", "dqn", "maskable_ppo", "ppo"})
"""Agents that read program graphs; no other has a use for what words mean."""
TASKS = 32
"""Tasks drawn from a world for its words; words of none of them are without meaning."""
TEST = re.compile(rb"\bdef\s+(test\w*)")


def chosen_semantics(flag: str | None, algo: str) -> str:
    """Return the provider for an agent: what the flag says, else the environment, else "off".

    Raises:
        ConfigError: no such provider, or the flag asks for one and the agent reads no words.
    """
    from nerion_gym.providers.registry import NAMES, chosen

    if flag is None:
        return chosen(default=OFF) if algo in READERS else OFF
    known = (OFF, *NAMES)
    if flag not in known:
        hint = suggestion(flag, known)
        msg = f"--semantics {flag!r}: no such provider{hint}; there are: {', '.join(known)}"
        raise ConfigError(msg)
    if flag != OFF and algo not in READERS:
        readers = ", ".join(sorted(READERS))
        msg = f"--semantics {flag}: {algo} reads no words; those that do: {readers}"
        raise ConfigError(msg)
    return flag


def word_table(config: TrainConfig, env: gym.Env) -> Semantics | None:
    """Return the table for a run, None where it is off.

    Raises:
        ConfigError: the provider's configuration is not complete.
        ProviderError: the provider cannot answer.
    """
    if config.semantics == OFF:
        return None
    from nerion_gym.graphs.semantics import table
    from nerion_gym.providers.registry import make_embedder
    from nerion_gym.types.semantics import Semantics

    embedder = make_embedder(config.semantics)
    found = table(vocabulary(env.get_wrapper_attr("world"), config.seed), embedder)
    embedder.close()
    return Semantics(config.semantics, embedder.model, found)


def vocabulary(world: Any, seed: int) -> frozenset[str]:
    """Return the texts of a world's token ids.

    Those of programs whole, what edits insert, tests' names, and kinds of assertion.

    Args:
        world: whose tasks are drawn; no test is run.
        seed: of the draw.
    """
    from nerion_gym.graphs.semantics import FIXED_TEXTS
    from nerion_gym.types.check import CheckKind

    rng = np.random.default_rng(seed)
    drawn = [world.generator.sample(rng, {}) for _ in range(TASKS)]
    tasks = {task.id: task for task in drawn}
    texts = [_texts_of_task(world, task) for task in tasks.values()]
    return frozenset(FIXED_TEXTS).union(*texts, (kind.value for kind in CheckKind))


def _texts_of_task(world: Any, task: Task) -> frozenset[str]:
    from nerion_gym.edits.catalog import enumerate_edits
    from nerion_gym.graphs.builder import build
    from nerion_gym.graphs.semantics import texts_of

    shown = texts_of(build(task.program, None, None, ()))
    inserted = {edit.text for edit in enumerate_edits(task.program, world.operators, None)}
    tests = {
        name.decode("utf-8", "replace")
        for _, source in task.suite.files
        for name in TEST.findall(source)
    }
    return shown | inserted | tests
