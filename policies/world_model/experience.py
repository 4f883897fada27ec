"""What the world model learns from: programs, edits of them, and what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from nerion_gym.graphs.schema import FLAG_EDITED, FLAGS
from nerion_gym.memory.store import Store
from policies.encoder import LAST, graph_data
from policies.policy import graph_arrays, program_key, suite_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_geometric.data import Data

    from nerion_gym.types.transition import Observation


@dataclass(frozen=True)
class Scene:
    """A program as the world model sees it: nothing that depends on what was tried before.

    What an edit does is a function of program, edit and tests, so the flag "edited in this
    episode" is left out here, and the column "last outcome" of edit rows.

    Attributes:
        key: 16 bytes; equal for equal programs.
        nodes: int16 [n, 4].
        types: int16 [e].
        links: int32 [e, 2].
        tests: int16 [T, 2].
    """

    key: bytes
    nodes: np.ndarray = field(repr=False)
    types: np.ndarray = field(repr=False)
    links: np.ndarray = field(repr=False)
    tests: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, observation: Observation) -> Scene:
        """Take what an observation shows of its program."""
        nodes, types, links = graph_arrays(observation)
        shown = np.array(nodes, np.int16)
        shown[:, FLAGS] &= ~FLAG_EDITED
        tests = np.array(observation["tests"], np.int16)
        key = program_key(observation)
        return cls(key, shown, np.array(types, np.int16), np.array(links, np.int32), tests)

    def data(self) -> Data:
        """Return the PyG graph with its test rows."""
        data = graph_data(self.nodes, self.types, self.links)
        data.tests = torch.from_numpy(self.tests).long()
        return data

    def state(self) -> dict[str, Any]:
        """Return the scene as tensors, for a checkpoint."""
        names = ("nodes", "types", "links", "tests")
        return {"key": self.key, **{name: torch.from_numpy(getattr(self, name)) for name in names}}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Scene:
        """Build the scene that `state` described."""
        arrays = {name: value.numpy() for name, value in state.items() if name != "key"}
        return cls(state["key"], **arrays)


def edit_rows(rows: np.ndarray) -> np.ndarray:
    """Return edit rows int16 [m, 6] without the memory of this episode."""
    known = np.array(rows, np.int16).reshape(-1, np.shape(rows)[-1])
    known[:, LAST] = 0
    return known


@dataclass(frozen=True)
class Experience:
    """One edit of a program and what its tests did.

    Attributes:
        scene: the program.
        row: int16 [6], the edit.
        classes: int8 [T], learning class per test slot, -1 masked.
        shares: float32 [H], what it weighs in each head's base rates.
    """

    scene: Scene
    row: np.ndarray
    classes: np.ndarray
    shares: np.ndarray

    @property
    def suite(self) -> int:
        """The suite's learning class."""
        found = suite_class(self.classes)
        return -1 if found is None else found


@dataclass(frozen=True)
class Batch:
    """Experiences as tensors; a program that occurs more than once is encoded once.

    Attributes:
        scenes: B programs.
        graph: int64 [m], program of each experience.
        rows: int64 [m, 6], edit rows without the memory of an episode.
        classes: int64 [m, T], learning class per test slot, -1 masked.
        shares: float32 [H, m, 1], what each weighs in each head's base rates.
    """

    scenes: list[Scene]
    graph: Tensor
    rows: Tensor
    classes: Tensor
    shares: Tensor

    @classmethod
    def of(cls, experiences: Sequence[Experience]) -> Batch:
        """Gather experiences of worlds with one T."""
        scenes = {item.scene.key: item.scene for item in experiences}
        number = {key: position for position, key in enumerate(scenes)}
        rows = np.stack([item.row for item in experiences])
        classes = np.stack([item.classes for item in experiences])
        return cls(
            list(scenes.values()),
            torch.tensor([number[item.scene.key] for item in experiences]),
            torch.from_numpy(edit_rows(rows)).long(),
            torch.from_numpy(classes).long(),
            torch.from_numpy(np.stack([item.shares for item in experiences], axis=1)).unsqueeze(2),
        )

    @property
    def suites(self) -> Tensor:
        """The suites' learning classes, int64 [m]."""
        return self.classes.max(dim=1).values


def stacked_tests(scenes: Sequence[Scene]) -> Tensor:
    """Return int64 [B, T, 2], the test rows of programs."""
    return torch.from_numpy(np.stack([scene.tests for scene in scenes])).long()


class Replay:
    """Experience drawn in proportion to its surprise; knows how to be written down.

    Args:
        capacity: how many experiences are kept, the newest.
        exponent: 0 draws uniformly, 1 in proportion to the surprise.
        floor: added to every surprise, nats.
    """

    def __init__(self, capacity: int, exponent: float, floor: float) -> None:
        self._settings = (capacity, exponent, floor)
        self._store: Store[Experience] = Store(capacity, exponent=exponent, floor=floor)
        self._items: list[Experience] = []
        self._surprises: list[float] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Experience, surprise: float) -> None:
        """Store an experience."""
        number = self._store.add(item, surprise)
        slot = number % self._settings[0]
        if slot < len(self._items):
            self._items[slot], self._surprises[slot] = item, surprise
        else:
            self._items.append(item)
            self._surprises.append(surprise)
        self._added += 1

    def sample(
        self, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, list[Experience], np.ndarray]:
        """Return ids, experiences and importance weights (mean 1: undoes the choice)."""
        drawn = self._store.sample(count, rng)
        weights = 1.0 / (len(self) * drawn.probabilities)
        return drawn.ids, list(drawn.items), weights / weights.mean()

    def update(self, ids: np.ndarray, surprises: np.ndarray) -> None:
        """Set the surprises of experiences drawn before."""
        self._store.update(ids, surprises)
        for number, surprise in zip(ids, surprises, strict=True):
            self._surprises[int(number) % self._settings[0]] = float(surprise)

    def state(self) -> dict[str, Any]:
        """Return everything as tensors and numbers; each program is written once."""
        scenes = {item.scene.key: item.scene for item in self._items}
        return {
            "added": self._added,
            "scenes": [scene.state() for scene in scenes.values()],
            "items": [
                (item.scene.key, *map(torch.from_numpy, (item.row, item.classes, item.shares)))
                for item in self._items
            ],
            "surprises": list(self._surprises),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Become what `state` described: the same draws from here on."""
        scenes = {entry["key"]: Scene.restore(entry) for entry in state["scenes"]}
        items = [
            Experience(scenes[key], row.numpy(), classes.numpy(), shares.numpy())
            for key, row, classes, shares in state["items"]
        ]
        surprises, capacity = list(state["surprises"]), self._settings[0]
        # A full store goes round: refill it so that the same slot is the oldest again.
        oldest = state["added"] % capacity if len(items) == capacity else 0
        self.__init__(*self._settings)  # type: ignore[misc]
        for slot in [*range(oldest), *range(oldest, len(items)), *range(oldest)]:
            self.add(items[slot], surprises[slot])
