#!/usr/bin/env python3
"""Write docs/worlds/pictures/ID.gif: a short episode of each registered world.

python scripts/make_world_gifs.py [ID ...]      write them, or those of these worlds
python scripts/make_world_gifs.py --check       exit 1 where one is missing or too large

The same command writes the same bytes on the same versions of Pillow and pygments. A world that
needs a package gets the small one that is written in this file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import gymnasium as gym
import numpy as np

import nerion_gym  # noqa: F401 - registers the worlds
from envs_registry import WORLDS
from nerion_gym.report.gif import save_gif

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "worlds" / "pictures"
STEPS, FPS, COLOURS = 7, 0.8, 128
LARGEST = 300_000
"""Bytes of a file."""
NEEDS_PACKAGE = ("Nerion-Repo-v0",)
OPTIONS: dict[str, dict[str, Any]] = {
    "Nerion-Repair-v0": {"bugs": 3},
    "Nerion-MultiFile-v0": {"bugs": 3},
}
"""So that there is something to see."""
MODULE = '''\
"""Shelves: how much fits, and what it weighs."""

LIMIT = 40


class Shelf:
    """A shelf for books of some width and weight."""

    def __init__(self, width, limit=LIMIT):
        self.width = width
        self.limit = limit
        self.books = []

    def free(self):
        """Return the room that is left."""
        return self.width - sum(width for width, _ in self.books)

    def weight(self):
        return sum(weight for _, weight in self.books)

    def add(self, width, weight):
        """Put a book on the shelf if it fits; say whether it did."""
        if width <= 0 or width > self.free():
            return False
        if self.weight() + weight > self.limit:
            return False
        self.books.append((width, weight))
        return True


def pack(books, shelves):
    """Put each book on the first shelf where it fits; return those left over."""
    left = []
    for width, weight in sorted(books, reverse=True):
        for shelf in shelves:
            if shelf.add(width, weight):
                break
        else:
            left.append((width, weight))
    return left
'''
TESTS = """\
from shelves import Shelf, pack


def test_an_empty_shelf_is_free():
    assert Shelf(80).free() == 80


def test_a_book_takes_room():
    shelf = Shelf(80)
    assert shelf.add(30, 2)
    assert shelf.free() == 50


def test_too_wide():
    assert not Shelf(10).add(11, 1)


def test_a_book_that_just_fits():
    assert Shelf(10).add(10, 1)


def test_too_heavy():
    shelf = Shelf(80, limit=5)
    assert shelf.add(10, 3)
    assert not shelf.add(10, 3)


def test_weight_adds_up():
    shelf = Shelf(80)
    shelf.add(10, 3)
    shelf.add(10, 4)
    assert shelf.weight() == 7


def test_the_widest_is_packed_first():
    one, two = Shelf(20), Shelf(30)
    assert pack([(10, 1), (20, 1), (15, 1)], [one, two]) == []
    assert one.books == [(20, 1)]


def test_what_does_not_fit_is_left():
    assert pack([(50, 1)], [Shelf(20)]) == [(50, 1)]
"""


def episode(env: gym.Env, steps: int) -> Iterator[np.ndarray]:
    """Yield an episode's frames: what reaches the goal, else edits here and there, none twice."""
    observation, _ = env.reset(seed=0)
    yield frame_of(env)
    for edit in env.get_wrapper_attr("task").reference:
        env.step(env.get_wrapper_attr("edits").index(edit) + 1)
        yield frame_of(env)
    if env.get_wrapper_attr("task").reference:
        return
    rng = np.random.default_rng(0)
    tried: set[int] = set()
    for _ in range(steps):
        legal = np.flatnonzero(observation["action_mask"])
        fresh = [int(action) for action in legal if int(action) not in tried]
        action = int(rng.choice(fresh or legal))
        tried.add(action)
        observation, _, terminated, truncated, _ = env.step(action)
        yield frame_of(env)
        if terminated or truncated:
            return


def frame_of(env: gym.Env) -> np.ndarray:
    """Return what an environment shows now."""
    frame: Any = env.render()
    return np.asarray(frame)


def make(world: str, folder: Path) -> gym.Env:
    """Make a world; one that needs a package gets the one in this file.

    Args:
        world: its id.
        folder: an empty one for that package.
    """
    options = dict(OPTIONS.get(world, {}))
    if world in NEEDS_PACKAGE:
        (folder / "shelves.py").write_text(MODULE, encoding="utf-8")
        (folder / "test_shelves.py").write_text(TESTS, encoding="utf-8")
        options["path"] = str(folder / "shelves.py")
    return gym.make(world, render_mode="rgb_array", **options)


def file_of(world: str) -> Path:
    """Return where the picture of a world is."""
    return FOLDER / f"{world}.gif"


def write(world: str) -> int:
    """Write the picture of a world; return its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        env = make(world, Path(folder))
        try:
            frames = list(episode(env, STEPS))
        finally:
            env.close()
    FOLDER.mkdir(parents=True, exist_ok=True)
    return save_gif(frames, file_of(world), FPS, colours=COLOURS).stat().st_size


def wrong(worlds: Sequence[str]) -> list[str]:
    """Return what is wrong with the pictures that there are."""
    found = []
    for world in worlds:
        file = file_of(world)
        if not file.is_file():
            found.append(f"{file.name}: missing; python scripts/make_world_gifs.py {world}")
        elif file.stat().st_size > LARGEST:
            found.append(f"{file.name}: {file.stat().st_size} bytes, more than {LARGEST}")
    return found


def main() -> int:
    """Write or check the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*", metavar="ID", help="default: all")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    worlds = options.worlds or sorted(WORLDS)
    if not options.check:
        for world in worlds:
            print(f"{world}: {write(world)} bytes")
    problems = wrong(worlds)
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
