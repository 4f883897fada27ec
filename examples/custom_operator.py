"""An operator of your own, in a world composed of all its parts; no file of the package is touched.

python examples/custom_operator.py
The operator empties text literals; the world asks which of them no test reads.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import gymnasium as gym

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, build_edit, fit
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.registering import register_world
from nerion_gym.envs.reward import Survivors
from nerion_gym.envs.world import World
from nerion_gym.tasks.builder import text_task
from nerion_gym.types.edit import Edit, Kind
from nerion_gym.types.task import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

WORLD_ID = "Strings-v0"

SOURCE = """
def greet(name, polite=False):
    title = "dear " if polite else ""
    return "Hello, " + title + (name or "stranger")
"""
TESTS = """
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
    task = text_task(
        "greeting",
        {"greeting.py": SOURCE},
        {"test_greeting.py": TESTS},
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
        prefix="",
    )


register_world(WORLD_ID, build)


def main() -> None:
    """Try each edit once and print what the tests said."""
    env = gym.make(WORLD_ID)
    env.reset(seed=0)
    for action, edit in enumerate(env.get_wrapper_attr("edits"), start=1):
        _, reward, *_, info = env.step(action)
        print("no test notices" if reward else "noticed", info["edit"], edit.site.path)


if __name__ == "__main__":
    main()
