"""A world of your own, with an operator of your own; no file of the package is touched.

python examples/custom_world.py
The operator empties text literals; the world asks which of them no test reads.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import gymnasium as gym

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, build_edit, fit
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.reward import Survivors
from nerion_gym.envs.world import World
from nerion_gym.types.edit import Edit, Kind
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

WORLD_ID = "Strings-v0"

SOURCE = b"""
def greet(name, polite=False):
    title = "dear " if polite else ""
    return "Hello, " + title + (name or "stranger")
"""
TESTS = b"""
from greeting import greet

def test_greet():
    assert greet("Ada") == "Hello, Ada"

def test_polite():
    assert "Ada" in greet("Ada", polite=True)
"""


def propose_empty(module: Module) -> Iterator[Edit]:
    """Empty a text literal.

    Before:
        x = "a" + f(b"c")
    After:
        x = "" + f(b"c")

    Untouched:
        x = ""
    """
    for site in sites_of(module).find(ast.Constant):
        value = getattr(site.node, "value", None)
        if isinstance(value, str) and value and site.string is None:
            start, end = module.table.offsets(site.node)
            piece = fit(module.source, start, end, b'""')
            yield build_edit(module, "empty_text", Change(site, [piece], {}, '""'))


EMPTY_TEXT = Operator("empty_text", Kind.MUTATION, propose_empty)


def build() -> World:
    """Compose the world: operators, tasks, reward, commit rule, limits."""
    task = Task(
        name="greeting",
        program=Program.from_files({"greeting.py": SOURCE}),
        suite=Suite((("test_greeting.py", TESTS),), targets=("test_greeting.py",)),
        operators=(EMPTY_TEXT.name,),
    )
    return World(
        name="Strings",
        version=0,
        operators=(EMPTY_TEXT,),
        generator=FixedTasks((task,)),
        reward=Survivors(frozenset({EMPTY_TEXT.name})),
        commit="never",
        limits=Limits(edits=16, tests=8, nodes=256, steps=3),
    )


def make(**kwargs: Any) -> CodeEditEnv:
    """Entry point for `gymnasium.register`."""
    return CodeEditEnv(build(), **kwargs)


def main() -> None:
    """Register the world, try each edit once and print what the tests said."""
    gym.register(id=WORLD_ID, entry_point=make)
    env = gym.make(WORLD_ID)
    env.reset(seed=0)
    for action, edit in enumerate(env.get_wrapper_attr("edits"), start=1):
        _, reward, *_, info = env.step(action)
        print("no test notices" if reward else "noticed", info["edit"], edit.site.path)


if __name__ == "__main__":
    main()
