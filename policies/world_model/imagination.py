"""What an agent sees, and two ways to imagine its edits.

Pointer: point at the edit in the program, which is encoded once. Preview: look at the program
that the edit would give; dearer, but the new text is seen in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.graphs.schema import FLAG_EDITED, FLAGS
from policies.encoder import ARGUMENT, SITE
from policies.policy import LAST_OUTCOME, graph_arrays
from policies.world_model.experience import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.types.transition import Observation
    from policies.world_model.model import Prediction, WorldModel

Question = tuple[Scene, np.ndarray]
"""A program and the row int16 [6] of an edit in it."""


@dataclass(frozen=True)
class View:
    """One observation as the agent sees it; edits are numbered 0..m-1 here.

    Attributes:
        scene: the program, with the test statuses of its first sight.
        actions: int64 [m], legal action numbers.
        rows: int16 [m, 6], their edit rows.
        keys: what names each edit.
        visits: int64 [m], how often each was run.
        preview: action -> observation of the edited program, or None.
    """

    scene: Scene
    actions: np.ndarray
    rows: np.ndarray
    keys: list[bytes]
    visits: np.ndarray
    preview: Callable[[int], Observation] | None

    def fresh(self) -> np.ndarray:
        """Return the edits never run, by the agent or in this episode, ascending."""
        return np.flatnonzero((self.visits == 0) & (self.rows[:, LAST_OUTCOME] == 0))

    def pool(self) -> np.ndarray:
        """Return the edits to choose from: those never run, or else the least visited."""
        fresh = self.fresh()
        return fresh if fresh.size else np.flatnonzero(self.visits == self.visits.min())

    def questions(self, chosen: np.ndarray) -> list[Question]:
        """Return what the model is asked about some of the edits."""
        rows = self.rows[chosen]
        if self.preview is None:
            return [(self.scene, row) for row in rows]
        return previewed(self.scene, rows, self.actions[chosen], self.preview)


@dataclass(frozen=True)
class Pending:
    """The edit that is being run.

    Attributes:
        key: names the edit.
        question: program and edit row, as they were imagined.
        uniform: whether it was drawn uniformly from the edits not run yet.
    """

    key: bytes
    question: Question
    uniform: bool


def previewed(
    scene: Scene,
    rows: np.ndarray,
    actions: np.ndarray,
    preview: Callable[[int], Observation],
) -> list[Question]:
    """Return each edit as it stands in the program that it would give.

    Args:
        scene: the program now; the statuses of its tests are kept.
        rows: int16 [m, 6], edit rows.
        actions: int [m], their action numbers.
        preview: action -> observation of the edited program; runs nothing.
    """
    return [
        _look(scene, row, preview(int(action))) for row, action in zip(rows, actions, strict=True)
    ]


def _look(scene: Scene, row: np.ndarray, seen: Observation) -> Question:
    nodes = graph_arrays(seen)[0]
    there = np.array(row, np.int16)
    there[SITE], there[ARGUMENT] = _edited_node(nodes, int(row[SITE])), -1
    after = Scene.of(seen)
    tests = after.tests.copy()
    tests[:, 1] = scene.tests[:, 1]
    return replace(after, tests=tests), there


def _edited_node(nodes: np.ndarray, site: int) -> int:
    """Return the node flagged as edited that is nearest to where the site stood."""
    flagged = np.flatnonzero(nodes[:, FLAGS] & FLAG_EDITED)
    if not flagged.size:
        return min(site, len(nodes) - 1)
    return int(flagged[np.argmin(np.abs(flagged - site))])


def imagine(model: WorldModel, questions: Sequence[Question]) -> Prediction:
    """Predict what each edit does."""
    rows = np.stack([row for _, row in questions])
    first = questions[0][0]
    if all(scene is first for scene, _ in questions):
        return model.imagine(first, rows)
    return model.imagine_previews([scene for scene, _ in questions], rows)
